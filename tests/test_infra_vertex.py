from infra_google import AGENT
from infra_world import VERTEX, all_four, run

from preflight.permissions import PERMISSIONS, Identity, On

BUCKET = "batch-vertex-europe-west4-data-1a2b3c4"


def gateway_member(recorder):
    account = recorder.one("gcp:serviceaccount/account:Account")
    return f"serviceAccount:{account['accountId']}@sandbox-project.iam.gserviceaccount.com"


def test_the_bucket_is_in_the_region_of_the_model_and_closed_to_the_public():
    recorder, outputs = run(VERTEX | {"vertexRegions": ["us-central1"], "resultDays": 20})
    assert recorder.one("gcp:storage/bucket:Bucket") == {
        "project": "sandbox-project",
        "location": "US-CENTRAL1",
        "uniformBucketLevelAccess": True,
        "publicAccessPrevention": "enforced",
        "lifecycleRules": [
            {"action": {"type": "Delete"}, "condition": {"age": 20}},
            {"action": {"type": "AbortIncompleteMultipartUpload"}, "condition": {"age": 7}},
        ],
    }
    assert outputs["vertex"][0]["region"] == "us-central1"


def test_every_api_in_use_is_enabled_and_stays_so_for_others():
    services = all_four()[0].of("gcp:projects/service:Service")
    assert {it.inputs["service"].removesuffix(".googleapis.com") for it in services} == {
        "aiplatform",
        "cloudresourcemanager",
        "iam",
        "iamcredentials",
        "serviceusage",
        "storage",
    }
    assert all(it.inputs["disableOnDestroy"] is False for it in services)


def test_nothing_is_asked_of_an_api_before_it_is_enabled():
    recorder, _ = all_four()
    google = [it.token for it in recorder.resources if it.token.startswith("gcp:")]
    assert set(google[:6]) == {"gcp:projects/service:Service"}
    assert "gcp:projects/service:Service" not in google[6:]


def test_the_service_agent_is_made_before_the_first_job_needs_it():
    recorder, outputs = all_four()
    assert recorder.one("gcp:projects/serviceIdentity:ServiceIdentity") == {
        "project": "sandbox-project",
        "service": "aiplatform.googleapis.com",
    }
    assert outputs["vertex"][0]["service_agent"] == AGENT


def test_gateway_and_service_agent_get_the_tables_roles_and_no_others():
    recorder, _ = all_four()
    members = {
        Identity.GATEWAY: gateway_member(recorder),
        Identity.SERVICE_AGENT: f"serviceAccount:{AGENT}",
    }
    granted = [
        (it.inputs.get("bucket", it.inputs.get("project")), it.inputs["role"], it.inputs["member"])
        for it in recorder.resources
        if it.token.endswith("IAMMember")
    ]
    asked = {
        (
            "sandbox-project" if row.on is On.PROJECT else BUCKET,
            row.granted_by,
            members[row.identity],
        )
        for row in PERMISSIONS
        if row.provider == "vertex" and row.identity in members
    }
    assert set(granted) == asked
    assert len(granted) == len(asked)


def test_grants_add_to_a_policy_and_never_replace_it():
    recorder, _ = all_four()
    kinds = {it.token for it in recorder.resources if "IAM" in it.token}
    assert kinds == {
        "gcp:storage/bucketIAMMember:BucketIAMMember",
        "gcp:projects/iAMMember:IAMMember",
    }


def test_two_stacks_of_one_project_get_two_service_accounts():
    names = {
        run(VERTEX, stack=stack)[0].one("gcp:serviceaccount/account:Account")["accountId"]
        for stack in ("dev", "Prod.eu_1")
    }
    assert len(names) == 2
    for name in names:
        assert 6 <= len(name) <= 30
        assert name.replace("-", "").isalnum()
        assert name == name.lower()


def test_the_projects_number_is_asked_for():
    recorder, outputs = all_four()
    asked = ("gcp:organizations/getProject:getProject", {"projectId": "sandbox-project"})
    assert asked in recorder.calls
    assert outputs["vertex"][0]["project_number"] == "123456789"
