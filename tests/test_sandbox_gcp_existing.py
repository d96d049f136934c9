"""What the sandbox's stack did not make: another project's bucket, accounts, and what is told."""

from dataclasses import replace

import pytest
from gcp_world import BUCKET, JOB_SECONDS, REGION, Caller, forced, line, provisioned
from google.api_core import exceptions as refused

from preflight.permissions import Identity, permissions
from preflight.sandbox.gcp import breakages
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.cloud import GcpCloud
from preflight.sandbox.gcp.names import NUMBER, OTHER_NUMBER, OTHER_PROJECT, PROJECT
from preflight.sandbox.handlers.gcp import handlers, invokes

THEIRS = "their-bucket"


@pytest.fixture
def cloud(tmp_path):
    with GcpCloud(tmp_path, job_seconds=JOB_SECONDS) as running:
        yield running


@pytest.fixture
def operator(cloud):
    return Operator(cloud.env)


@pytest.fixture
def theirs(cloud, operator):
    """A provisioned world whose bucket is the other project's."""
    made = provisioned(cloud)
    asked = {"name": THEIRS, "location": REGION}
    operator.call("POST", f"/storage/v1/b?project={OTHER_PROJECT}", asked)
    grant = handlers(cloud.env)["gcp:storage/bucketIAMMember:BucketIAMMember"].create
    for who, email in (
        (Identity.GATEWAY, made.gateway_service_account),
        (Identity.SERVICE_AGENT, made.service_agent),
    ):
        roles = {row.granted_by for row in permissions("vertex", who)}
        for role in roles:
            if role.startswith("roles/storage."):
                member = f"serviceAccount:{email}"
                grant("g", {"bucket": THEIRS, "role": role, "member": member})
    return replace(made, bucket=THEIRS)


def ended(cloud, promised):
    gateway = Caller(cloud, promised.gateway_service_account)
    gateway.upload([line(1)], bucket=THEIRS)
    job, _ = gateway.ended(gateway.create(bucket=THEIRS)[1])
    return job["state"], job.get("error", {}).get("message", "")


def test_a_job_may_work_in_another_projects_bucket(cloud, operator, theirs):
    assert ended(cloud, theirs) == ("JOB_STATE_SUCCEEDED", "")
    assert operator.call("GET", f"/storage/v1/b/{THEIRS}")["projectNumber"] == OTHER_NUMBER


def test_without_its_grant_there_the_agent_is_kept_out(cloud, theirs):
    breakages.remove_bucket_agent_grants(cloud.env, theirs)
    assert ended(cloud, theirs) == ("JOB_STATE_FAILED", "failed to get GCS bucket location")


def test_a_role_on_the_own_project_gives_nothing_in_the_other(cloud, operator, theirs):
    breakages.remove_bucket_agent_grants(cloud.env, theirs)
    member = {"role": "roles/storage.admin", "member": f"serviceAccount:{theirs.service_agent}"}
    grant = handlers(cloud.env)["gcp:projects/iAMMember:IAMMember"].create
    grant("g", {**member, "project": PROJECT})
    assert ended(cloud, theirs)[0] == "JOB_STATE_FAILED"
    grant("g", {**member, "project": OTHER_PROJECT})
    assert ended(cloud, theirs)[0] == "JOB_STATE_SUCCEEDED"


def test_each_project_lists_its_own_buckets_and_speaks_for_itself(operator, theirs):
    def buckets(project):
        found = operator.call("GET", f"/storage/v1/b?project={project}")["items"]
        return [one["name"] for one in found]

    assert (buckets(PROJECT), buckets(OTHER_PROJECT)) == ([BUCKET], [THEIRS])
    assert operator.call("GET", f"/v1/projects/{OTHER_NUMBER}")["projectId"] == OTHER_PROJECT
    policy = operator.call("GET", f"/storage/v1/b/{THEIRS}/iam")["bindings"]
    assert f"projectOwner:{OTHER_PROJECT}" in policy[0]["members"]
    with pytest.raises(refused.BadRequest, match="Unknown project"):
        buckets("no-project")


def test_a_moved_bucket_stays_its_projects(cloud, operator, theirs):
    breakages.move_bucket(cloud.env, theirs)
    moved = operator.call("GET", f"/storage/v1/b/{THEIRS}")
    assert (moved["location"], moved["projectNumber"]) == ("US-EAST1", OTHER_NUMBER)


def test_a_bucket_that_is_there_is_described_and_one_that_is_not_is_refused(cloud, theirs):
    describe = invokes(cloud.env)["gcp:storage/getBucket:getBucket"]
    found = describe({"name": THEIRS})
    assert (found["location"], found["project"]) == ("EUROPE-WEST4", OTHER_PROJECT)
    assert (found["projectNumber"], found["url"]) == (int(OTHER_NUMBER), f"gs://{THEIRS}")
    assert (found["encryptions"], found["loggings"]) == ([], [])
    with pytest.raises(refused.NotFound, match="does not exist"):
        describe({"name": "no-such-bucket"})


def test_an_account_that_is_there_is_described_by_whatever_names_it(cloud, theirs):
    describe = invokes(cloud.env)["gcp:serviceaccount/getAccount:getAccount"]
    email = theirs.gateway_service_account
    found = describe({"accountId": email})
    assert found["name"] == f"projects/{PROJECT}/serviceAccounts/{email}"
    assert (found["email"], found["member"]) == (email, f"serviceAccount:{email}")
    assert (found["accountId"], found["disabled"]) == ("batch-gateway", False)
    assert found == describe({"accountId": "batch-gateway"}) == describe({"accountId": found["id"]})
    with pytest.raises(refused.NotFound, match="Unknown service account"):
        describe({"accountId": "nobody-here"})


@pytest.mark.parametrize(
    ("project", "number"), [({}, NUMBER), ({"project": OTHER_PROJECT}, OTHER_NUMBER)]
)
def test_cloud_storages_agent_is_named_by_the_projects_number(cloud, project, number):
    ask = invokes(cloud.env)["gcp:storage/getProjectServiceAccount:getProjectServiceAccount"]
    found = ask(project)
    email = f"service-{number}@gs-project-accounts.iam.gserviceaccount.com"
    assert (found["emailAddress"], found["member"]) == (email, f"serviceAccount:{email}")


def test_access_logs_go_where_they_are_told_until_they_are_stopped(cloud, operator):
    promised = provisioned(cloud)
    logs = {"logBucket": "the-logs"}
    told = operator.call("PATCH", f"/storage/v1/b/{BUCKET}", {"logging": logs})
    # Google's default for the names of the logs.
    assert told["logging"] == {"logBucket": "the-logs", "logObjectPrefix": BUCKET}
    breakages.stop_access_logs(cloud.env, promised)
    assert "logging" not in operator.call("GET", f"/storage/v1/b/{BUCKET}")
    assert forced(cloud, promised) == ("JOB_STATE_SUCCEEDED", "")


def test_a_bucket_that_prevents_public_access_gives_none(cloud, operator):
    promised = provisioned(cloud)
    everybody = {"role": "roles/storage.objectViewer", "members": ["allUsers"]}

    def publish():
        operator.change_policy(f"b/{BUCKET}", lambda policy: policy["bindings"].append(everybody))
        return Caller(cloud, "").call("GET", f"/storage/v1/b/{BUCKET}/o")[0]

    with pytest.raises(refused.PreconditionFailed, match="public access prevention is enforced"):
        publish()
    breakages.allow_public_access(cloud.env, promised)
    access = operator.call("GET", f"/storage/v1/b/{BUCKET}")["iamConfiguration"]
    assert access["publicAccessPrevention"] == "inherited"
    assert access["uniformBucketLevelAccess"]["enabled"]
    assert publish() == 200
