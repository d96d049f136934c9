"""The sandbox's Google Cloud project: roles, APIs, accounts, models."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from gcp_fixtures import cloud, promised, steady
from gcp_world import BUCKET, MODEL, REGION, Caller
from google.api_core import exceptions as refused

from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.names import NUMBER, PROJECT, VERTEX_AGENT, VERTEX_API
from preflight.sandbox.handlers.gcp import handlers, invokes

__all__ = ["cloud", "promised", "steady"]


def test_what_the_program_reads_of_its_resources_is_there(cloud):
    make = {kind: one.create for kind, one in handlers(cloud.env).items()}
    project = invokes(cloud.env)["gcp:organizations/getProject:getProject"]({})
    assert (project["projectId"], project["number"], project["name"]) == (PROJECT, NUMBER, PROJECT)
    name, account = make["gcp:serviceaccount/account:Account"](
        "gw", {"accountId": "batch-gateway", "displayName": "Gateway"}
    )
    email = f"batch-gateway@{PROJECT}.iam.gserviceaccount.com"
    assert name == account["name"] == f"projects/{PROJECT}/serviceAccounts/{email}"
    assert (account["email"], account["member"]) == (email, f"serviceAccount:{email}")
    assert account["uniqueId"].isdecimal()
    with pytest.raises(refused.Conflict, match="already exists"):
        make["gcp:serviceaccount/account:Account"]("gw", {"accountId": "batch-gateway"})
    bucket_id, bucket = make["gcp:storage/bucket:Bucket"]("batch", {"location": REGION})
    assert bucket_id == bucket["name"]
    assert bucket["name"].startswith("batch-")
    assert len(bucket["name"]) == len("batch-") + 7
    assert bucket["location"] == "EUROPE-WEST4"
    assert bucket["url"] == f"gs://{bucket['name']}"
    _, agent = make["gcp:projects/serviceIdentity:ServiceIdentity"](
        "agent", {"service": VERTEX_API, "project": PROJECT}
    )
    assert agent["member"] == f"serviceAccount:{agent['email']}" == f"serviceAccount:{VERTEX_AGENT}"


def test_a_service_agent_cannot_be_granted_anything_before_it_exists(cloud):
    make = {kind: one.create for kind, one in handlers(cloud.env).items()}
    make["gcp:storage/bucket:Bucket"]("batch", {"location": REGION, "name": BUCKET})
    member = {"role": "roles/storage.objectUser", "member": f"serviceAccount:{VERTEX_AGENT}"}
    with pytest.raises(refused.BadRequest, match="does not exist"):
        make["gcp:storage/bucketIAMMember:BucketIAMMember"]("m", {"bucket": BUCKET, **member})


def test_grants_made_at_the_same_time_are_all_kept(cloud, promised):
    grant = handlers(cloud.env)["gcp:projects/iAMMember:IAMMember"].create
    members = [f"user:person-{number}@example.com" for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        asked = [{"role": "roles/viewer", "member": member} for member in members]
        list(pool.map(grant, [promised.project] * len(asked), asked))
    policy = Operator(cloud.env).call("POST", f"/v1/projects/{PROJECT}:getIamPolicy", {})
    (viewers,) = [one for one in policy["bindings"] if one["role"] == "roles/viewer"]
    assert viewers["members"] == sorted(members)


def test_roles_and_apis_answer_and_unknown_ones_do_not(cloud):
    operator = Operator(cloud.env)
    held = operator.call("GET", "/v1/roles/storage.objectAdmin")["includedPermissions"]
    assert "storage.objects.create" in held
    assert "storage.buckets.get" not in held
    with pytest.raises(refused.NotFound):
        operator.call("GET", "/v1/roles/storage.objectBoss")
    service = f"/v1/projects/{PROJECT}/services/{VERTEX_API}"
    assert operator.call("GET", service)["state"] == "DISABLED"
    operator.call("POST", f"{service}:enable", {})
    assert operator.call("GET", service)["state"] == "ENABLED"
    with pytest.raises(refused.Forbidden):
        operator.call("GET", f"/v1/projects/{PROJECT}/services/nothing.googleapis.com")
    with pytest.raises(refused.Forbidden, match="caller does not have permission"):
        operator.call("GET", "/v1/projects/another-project")


def test_a_deleted_account_is_gone_and_its_grants_name_nobody(cloud, promised):
    email = promised.gateway_service_account
    gateway = Caller(cloud, email)
    operator = Operator(cloud.env)
    path = f"/v1/projects/{PROJECT}/serviceAccounts/{email}"
    operator.call("DELETE", path)
    with pytest.raises(refused.NotFound):
        operator.call("GET", path)
    # Google's reference: the wildcard turns the 404 into a 403.
    with pytest.raises(refused.Forbidden):
        operator.call("GET", f"/v1/projects/-/serviceAccounts/{email}")
    assert gateway.call("GET", f"/storage/v1/b/{BUCKET}/o")[0] == 401
    policy = operator.call("GET", f"/storage/v1/b/{BUCKET}/iam")
    members = [member for one in policy["bindings"] for member in one["members"]]
    assert f"serviceAccount:{email}" not in members
    assert any(member.startswith(f"deleted:serviceAccount:{email}?uid=") for member in members)


@pytest.mark.parametrize(
    ("location", "model", "offered"),
    [
        (REGION, MODEL, True),
        ("us-central1", MODEL, True),
        ("global", MODEL, True),
        ("me-west1", MODEL, False),
        (REGION, "gemini-0.1-nano", False),
    ],
)
def test_a_model_is_where_it_is_published(steady, location, model, offered):
    cloud, _ = steady
    operator = Operator(cloud.env)
    path = f"/v1/projects/{PROJECT}/locations/{location}/publishers/google/models/{model}"
    if offered:
        assert operator.call("GET", path)["name"] == f"publishers/google/models/{model}"
    else:
        with pytest.raises(refused.NotFound, match="was not found or your project does not have"):
            operator.call("GET", path)
