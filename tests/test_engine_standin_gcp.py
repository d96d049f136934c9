"""Google's keys, pools and adopted things behind the stand-in, asked as the engine asks."""

import grpc
import pytest
from engine.playing import Resource, provider
from engine.running import undeletable
from engine.wire import read, write
from pulumi.runtime.proto import provider_pb2

from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.cloud import GcpCloud
from preflight.sandbox.gcp.names import KEYS_API, OTHER_PROJECT, PROJECT

PLACE = {"location": "europe-west4"}
POOL = {"workloadIdentityPoolId": "gateways", "disabled": False}
PROVIDER = {
    "workloadIdentityPoolId": "gateways",
    "workloadIdentityPoolProviderId": "tokens",
    "disabled": False,
    "attributeMapping": {"google.subject": "assertion.sub"},
    "oidc": {"issuerUri": "https://issuer.example.com", "allowedAudiences": ["gateway"]},
}


@pytest.fixture
def google(tmp_path):
    with GcpCloud(tmp_path) as cloud, provider("gcp", cloud.env) as stub:
        path = f"/v1/projects/{PROJECT}/services/{KEYS_API}:enable"
        operator = Operator(cloud.env)
        operator.call("POST", path, {})
        yield operator, stub


def invoke(stub, token, **arguments):
    request = provider_pb2.InvokeRequest(tok=token, args=write(arguments))
    return read(getattr(stub.Invoke(request), "return")).values


@pytest.fixture
def key(google):
    """A key that Cloud Storage's agent may use, as the program would make it."""
    _, stub = google
    ring = Resource(stub, "gcp:kms/keyRing:KeyRing", "batch").created(**PLACE)
    made = Resource(stub, "gcp:kms/cryptoKey:CryptoKey", "batch").created(keyRing=ring.id)
    agent = invoke(stub, "gcp:storage/getProjectServiceAccount:getProjectServiceAccount")
    member = Resource(stub, "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember").created(
        cryptoKeyId=made.id,
        role="roles/cloudkms.cryptoKeyEncrypterDecrypter",
        member=agent["member"],
    )
    return ring, made, member


def test_a_key_ring_and_its_key_get_names_that_nobody_had(google, key):
    ring, made, member = key
    assert ring.id.startswith(f"projects/{PROJECT}/locations/europe-west4/keyRings/batch-")
    assert made.id.startswith(f"{ring.id}/cryptoKeys/batch-")
    assert member.id.startswith(f"{made.id}/roles/cloudkms.")
    for one in key:
        assert one.looked() == one
        assert not one.looked().diff(**one.asked).differs
    assert ring.diff(location="europe-west1").replaces == ["location"]
    assert made.diff(keyRing="another").replaces == ["keyRing"]
    assert made.outputs["primaries"][0]["state"] == "ENABLED"


def test_a_keys_rotation_changes_in_place_and_somebodys_change_is_found(google, key):
    operator, _ = google
    ring, made, _ = key
    monthly = made.updated(keyRing=ring.id, rotationPeriod="2592000s", labels={"a": "b"})
    assert monthly.looked().asked["rotationPeriod"] == "2592000s"
    operator.call("PATCH", f"/v1/{made.id}?updateMask=labels", {"labels": {"a": "c"}})
    assert monthly.looked().diff(**monthly.asked).paths == {"labels.a"}
    assert monthly.updated(keyRing=ring.id).looked().asked == {
        "keyRing": ring.id,
        "name": made.asked["name"],
        "__defaults": ["name"],
    }


def test_a_deleted_key_is_destroyed_and_stays_and_its_ring_stays(google, key):
    operator, _ = google
    ring, made, member = key
    for one in (member, made, ring):
        one.deleted()
    assert member.looked() is None
    assert operator.call("GET", f"/v1/{made.id}")["primary"]["state"] == "DESTROY_SCHEDULED"
    assert operator.call("GET", f"/v1/{ring.id}")["name"] == ring.id
    made.deleted()  # what is destroyed already is no error


def test_a_bucket_takes_a_key_and_logs_and_gives_them_back(google, key):
    operator, stub = google
    kept = {"location": "EUROPE-WEST4", "uniformBucketLevelAccess": True, "labels": {"a": "b"}}
    encryption = {"encryption": {"defaultKmsKeyName": key[1].id}}
    logs = Resource(stub, "gcp:storage/bucket:Bucket", "logs").created(**kept)
    asked = {**kept, **encryption, "logging": {"logBucket": logs.id}}
    made = Resource(stub, "gcp:storage/bucket:Bucket", "data").created(**asked)
    path = f"/storage/v1/b/{made.id}"
    assert operator.call("GET", path)["encryption"] == {"defaultKmsKeyName": key[1].id}
    found = operator.call("GET", path)["logging"]
    assert found == {"logBucket": logs.id, "logObjectPrefix": made.id}
    assert not made.looked().diff(**asked).differs
    operator.call("PATCH", path, {"logging": None, "encryption": None})
    assert made.looked().diff(**asked).paths == {"logging", "encryption"}
    again = made.looked().updated(**asked)
    assert operator.call("GET", path)["logging"] == found
    again.updated(**kept)
    assert {"logging", "encryption"}.isdisjoint(operator.call("GET", path))


def test_a_bucket_with_a_key_that_may_not_be_used_is_not_made(google, key):
    _, stub = google
    key[2].deleted()
    fresh = Resource(stub, "gcp:storage/bucket:Bucket", "data")
    with pytest.raises(grpc.RpcError, match="Permission denied on Cloud KMS key"):
        fresh.created(**PLACE, encryption={"defaultKmsKeyName": key[1].id})


def test_a_pool_and_its_provider_live_from_create_to_delete(google):
    operator, stub = google
    pool = Resource(stub, "gcp:iam/workloadIdentityPool:WorkloadIdentityPool").created(**POOL)
    made = Resource(
        stub, "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"
    ).created(**PROVIDER)
    assert pool.id == f"projects/{PROJECT}/locations/global/workloadIdentityPools/gateways"
    assert pool.outputs["name"] == (
        "projects/123456789/locations/global/workloadIdentityPools/gateways"
    )
    assert made.outputs["name"] == f"{pool.outputs['name']}/providers/tokens"
    assert (pool.outputs["state"], made.outputs["state"]) == ("ACTIVE", "ACTIVE")
    for one in (pool, made):
        assert one.looked().asked == one.asked
    operator.call("PATCH", f"/v1/{made.id}?updateMask=disabled", {"disabled": True})
    other = {"oidc": {"issuerUri": "https://other.example.com", "allowedAudiences": ["gateway"]}}
    operator.call("PATCH", f"/v1/{made.id}?updateMask=oidc", other)
    assert made.looked().diff(**PROVIDER).paths == {"disabled", "oidc.issuerUri"}
    assert made.looked().updated(**PROVIDER).looked().asked == made.asked
    moved = made.diff(**{**PROVIDER, "workloadIdentityPoolProviderId": "other"})
    assert moved.replaces == ["workloadIdentityPoolProviderId"]
    for one in (made, pool):
        one.deleted()
        assert one.looked() is None
        one.deleted()
    assert operator.call("GET", f"/v1/{pool.id}")["state"] == "DELETED"
    with pytest.raises(grpc.RpcError, match="Requested entity already exists"):
        Resource(stub, "gcp:iam/workloadIdentityPool:WorkloadIdentityPool").created(**POOL)


def test_a_provider_whose_pool_somebody_deleted_is_gone(google):
    operator, stub = google
    pool = Resource(stub, "gcp:iam/workloadIdentityPool:WorkloadIdentityPool").created(**POOL)
    made = Resource(
        stub, "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"
    ).created(**PROVIDER)
    operator.call("DELETE", f"/v1/{pool.id}")
    assert pool.looked() is made.looked() is None
    made.deleted()


def test_a_member_of_a_pool_acts_as_an_account_that_was_there(google):
    operator, stub = google
    email = operator.call(
        "POST", f"/v1/projects/{PROJECT}/serviceAccounts", {"accountId": "existing"}
    )["email"]
    found = invoke(stub, "gcp:serviceaccount/getAccount:getAccount", accountId=email)
    pool = Resource(stub, "gcp:iam/workloadIdentityPool:WorkloadIdentityPool").created(**POOL)
    who = f"principal://iam.googleapis.com/{pool.outputs['name']}/subject/gateway"
    made = Resource(stub, "gcp:serviceaccount/iAMMember:IAMMember").created(
        serviceAccountId=found["name"], role="roles/iam.workloadIdentityUser", member=who
    )
    assert made.looked() == made
    made.deleted()
    assert made.looked() is None
    assert operator.call("GET", f"/v1/{found['name']}")["email"] == email


def test_a_grant_on_another_projects_bucket_leaves_the_rest_of_its_policy(google):
    operator, stub = google
    asked = {"name": "their-bucket", **PLACE}
    operator.call("POST", f"/storage/v1/b?project={OTHER_PROJECT}", asked)
    assert invoke(stub, "gcp:storage/getBucket:getBucket", name="their-bucket")["project"] == (
        OTHER_PROJECT
    )
    before = operator.policy("b/their-bucket")["bindings"]
    made = Resource(stub, "gcp:storage/bucketIAMMember:BucketIAMMember").created(
        bucket="their-bucket", role="roles/storage.objectUser", member="user:ada@example.com"
    )
    assert made.looked() == made
    made.deleted()
    assert operator.policy("b/their-bucket")["bindings"] == before


def test_a_key_counts_as_left_until_it_can_be_used_no_more(google, key):
    operator, _ = google
    ring, made, member = key
    assert undeletable(operator) == {made.id}
    made.deleted()
    assert undeletable(operator) == {made.id}  # it is granted to somebody still
    member.deleted()
    ring.deleted()
    assert undeletable(operator) == set()
