"""Customer keys in the sandbox's Google Cloud: who may use them, and what fails without."""

from dataclasses import replace

import pytest
from gcp_world import BUCKET, JOB_SECONDS, REGION, Caller, forced, line, provisioned
from google.api_core import exceptions as refused

from preflight.sandbox.gcp import breakages
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.cloud import GcpCloud
from preflight.sandbox.gcp.names import (
    KEYS_API,
    OTHER_PROJECT,
    PROJECT,
    storage_agent,
)
from preflight.sandbox.handlers.gcp import handlers, invokes

RING = f"projects/{PROJECT}/locations/{REGION}/keyRings/ring"
KEY = f"{RING}/cryptoKeys/batch"
ROLE = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
DENIED = "Permission denied on Cloud KMS key. Please ensure that your Cloud Storage service account"


@pytest.fixture
def cloud(tmp_path):
    with GcpCloud(tmp_path, job_seconds=JOB_SECONDS, agent_seconds=0.05) as running:
        Operator(running.env).call("POST", f"/v1/projects/{PROJECT}/services/{KEYS_API}:enable", {})
        yield running


@pytest.fixture
def operator(cloud):
    return Operator(cloud.env)


@pytest.fixture
def promised(cloud):
    """A provisioned world whose bucket has a customer's key."""
    made_key(cloud)
    grant_agent(cloud)
    made = provisioned(cloud)
    encryption = {"encryption": {"defaultKmsKeyName": KEY}}
    Operator(cloud.env).call("PATCH", f"/storage/v1/b/{BUCKET}", encryption)
    return replace(made, kms_key=KEY)


def made_key(cloud, location=REGION, project=PROJECT):
    make = {kind: one.create for kind, one in handlers(cloud.env).items()}
    ring, _ = make["gcp:kms/keyRing:KeyRing"](
        "r", {"name": "ring", "location": location, "project": project}
    )
    key, _ = make["gcp:kms/cryptoKey:CryptoKey"]("k", {"name": "batch", "keyRing": ring})
    return key


def grant_agent(cloud, key=KEY, project=PROJECT):
    agent = invokes(cloud.env)["gcp:storage/getProjectServiceAccount:getProjectServiceAccount"](
        {"project": project}
    )
    member = {"cryptoKeyId": key, "role": ROLE, "member": agent["member"]}
    handlers(cloud.env)["gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"].create("m", member)


def bucket_with(operator, key, location=REGION, name="with-a-key", project=PROJECT):
    asked = {"name": name, "location": location, "encryption": {"defaultKmsKeyName": key}}
    return operator.call("POST", f"/storage/v1/b?project={project}", asked)


def test_a_job_reads_and_writes_under_the_customers_key(cloud, promised):
    assert forced(cloud, promised) == ("JOB_STATE_SUCCEEDED", "")
    with Operator(cloud.env).storage() as client:
        names = {blob.name: blob.kms_key_name for blob in client.list_blobs(BUCKET)}
    assert set(names.values()) == {f"{KEY}/cryptoKeyVersions/1"}
    assert len(names) == 2


def test_the_api_must_be_on(tmp_path):
    with GcpCloud(tmp_path) as running, pytest.raises(refused.Forbidden, match="Key Management"):
        Operator(running.env).call("GET", f"/v1/{KEY}")


def test_the_agent_exists_once_somebody_asks_for_it(cloud, operator):
    made_key(cloud)
    member = {
        "cryptoKeyId": KEY,
        "role": ROLE,
        "member": f"serviceAccount:{storage_agent(PROJECT)}",
    }
    grant = handlers(cloud.env)["gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"].create
    with pytest.raises(refused.BadRequest, match="does not exist"):
        grant("m", member)
    told = operator.call("GET", f"/storage/v1/projects/{PROJECT}/serviceAccount")
    assert told["email_address"] == "service-123456789@gs-project-accounts.iam.gserviceaccount.com"
    grant("m", member)


def test_a_key_without_the_grant_becomes_no_default(cloud, operator):
    made_key(cloud)
    with pytest.raises(refused.Forbidden, match=DENIED):
        bucket_with(operator, KEY)
    operator.call("POST", f"/storage/v1/b?project={PROJECT}", {"name": "plain", "location": REGION})
    change = {"encryption": {"defaultKmsKeyName": KEY}}
    with pytest.raises(refused.Forbidden, match=DENIED):
        operator.call("PATCH", "/storage/v1/b/plain", change)
    grant_agent(cloud)
    assert operator.call("PATCH", "/storage/v1/b/plain", change)["encryption"] == {
        "defaultKmsKeyName": KEY
    }
    off = {"encryption": {"defaultKmsKeyName": None}}
    assert "encryption" not in operator.call("PATCH", "/storage/v1/b/plain", off)


@pytest.mark.parametrize(
    ("place", "location", "taken"),
    [(REGION, REGION, True), ("europe", "EU", True), ("global", REGION, False)],
)
def test_a_key_serves_buckets_of_its_own_place_only(cloud, operator, place, location, taken):
    key = made_key(cloud, place)
    grant_agent(cloud, key)
    if taken:
        assert bucket_with(operator, key, location)["encryption"]["defaultKmsKeyName"] == key
    else:
        with pytest.raises(refused.BadRequest, match="Cloud KMS region 'global' not available"):
            bucket_with(operator, key, location)


def test_a_key_may_be_another_projects_and_each_project_has_its_own_agent(cloud, operator):
    key = made_key(cloud, project=OTHER_PROJECT)
    grant_agent(cloud, key)
    assert bucket_with(operator, key)["encryption"]["defaultKmsKeyName"] == key
    with pytest.raises(refused.Forbidden, match=DENIED):
        bucket_with(operator, key, name="over-there", project=OTHER_PROJECT)
    grant_agent(cloud, key, OTHER_PROJECT)
    bucket_with(operator, key, name="over-there", project=OTHER_PROJECT)


@pytest.mark.parametrize(
    ("breakage", "status", "words"),
    [
        (breakages.remove_key_grant, 403, DENIED),
        (breakages.disable_key, 400, "is not enabled, current state is: DISABLED"),
    ],
)
def test_without_its_key_no_byte_is_read_or_written(cloud, promised, breakage, status, words):
    gateway = Caller(cloud, promised.gateway_service_account)
    gateway.upload([line(1)], key="a.jsonl")
    breakage(cloud.env, promised)
    for said in (
        gateway.upload([line(1)], key="b.jsonl"),
        gateway.call("GET", f"/storage/v1/b/{BUCKET}/o/a.jsonl?alt=media"),
        gateway.call("GET", f"/download/storage/v1/b/{BUCKET}/o/a.jsonl?alt=media"),
    ):
        assert said[0] == status
        assert words in said[1]["error"]["message"]
    # What is no content needs no key.
    assert gateway.call("GET", f"/storage/v1/b/{BUCKET}/o/a.jsonl")[0] == 200
    assert gateway.call("GET", f"/storage/v1/b/{BUCKET}/o")[0] == 200
    assert gateway.call("DELETE", f"/storage/v1/b/{BUCKET}/o/a.jsonl")[0] == 204


@pytest.mark.parametrize(
    ("breakage", "code"), [(breakages.remove_key_grant, 7), (breakages.disable_key, 9)]
)
def test_a_job_whose_key_is_lost_is_accepted_and_fails_late(cloud, promised, breakage, code):
    gateway = Caller(cloud, promised.gateway_service_account)
    gateway.upload([line(1)])
    breakage(cloud.env, promised)
    status, created = gateway.create()
    assert (status, created["state"]) == (200, "JOB_STATE_QUEUED")
    job, seen = gateway.ended(created)
    assert (job["state"], job["error"]["code"]) == ("JOB_STATE_FAILED", code)
    assert "Cloud KMS" in job["error"]["message"]
    assert "JOB_STATE_RUNNING" not in seen


def test_a_key_lost_while_a_job_runs_is_noticed_when_it_writes(cloud, operator, promised):
    gateway = Caller(cloud, promised.gateway_service_account)
    # The requests are under Google's own key, and only the results need the customer's.
    operator.call("PATCH", f"/storage/v1/b/{BUCKET}", {"encryption": None})
    gateway.upload([line(1)])
    encryption = {"encryption": {"defaultKmsKeyName": KEY}}
    operator.call("PATCH", f"/storage/v1/b/{BUCKET}", encryption)
    breakages.remove_key_grant(cloud.env, promised)
    job, seen = gateway.ended(gateway.create()[1])
    assert (job["error"]["code"], "JOB_STATE_RUNNING" in seen) == (7, True)


def test_an_object_keeps_the_key_that_it_was_written_with(cloud, operator, promised):
    gateway = Caller(cloud, promised.gateway_service_account)
    gateway.upload([line(1)], key="a.jsonl")
    operator.call("PATCH", f"/storage/v1/b/{BUCKET}", {"encryption": None})
    breakages.disable_key(cloud.env, promised)
    assert gateway.call("GET", f"/storage/v1/b/{BUCKET}/o/a.jsonl?alt=media")[0] == 400
    assert gateway.upload([line(1)], key="b.jsonl")[0] == 200


def test_a_bucket_with_a_key_moves_without_it(cloud, operator, promised):
    breakages.move_bucket(cloud.env, promised)
    moved = operator.call("GET", f"/storage/v1/b/{BUCKET}")
    assert (moved["location"], "encryption" in moved) == ("US-EAST1", False)


def test_who_asks_about_a_key_is_told_what_it_lacks_and_what_it_holds(cloud, operator, promised):
    gateway = Caller(cloud, promised.gateway_service_account)
    status, body = gateway.call("GET", f"/v1/{KEY}")
    assert status == 403
    assert "'cloudkms.cryptoKeys.get' denied on resource" in body["error"]["message"]
    encrypt = "cloudkms.cryptoKeyVersions.useToEncrypt"
    asked = {"permissions": [encrypt, "cloudkms.cryptoKeys.get"]}
    assert gateway.call("POST", f"/v1/{KEY}:testIamPermissions", json=asked) == (200, {})
    assert operator.call("POST", f"/v1/{KEY}:testIamPermissions", asked) == asked
    assert operator.policy(KEY)["bindings"] == [
        {"role": ROLE, "members": [f"serviceAccount:{storage_agent(PROJECT)}"]}
    ]
    key = operator.call("GET", f"/v1/{KEY}")
    assert (key["purpose"], key["primary"]["state"]) == ("ENCRYPT_DECRYPT", "ENABLED")
    assert operator.policy(f"{RING}/cryptoKeys/none") is None


def test_a_grant_on_the_ring_or_the_project_is_one_on_the_key(cloud, operator, promised):
    breakages.remove_key_grant(cloud.env, promised)
    gateway = Caller(cloud, promised.gateway_service_account)
    binding = {"role": ROLE, "members": [f"serviceAccount:{storage_agent(PROJECT)}"]}
    for where in (RING, f"projects/{PROJECT}"):
        assert gateway.upload([line(1)])[0] == 403
        operator.change_policy(
            where, lambda policy: policy.setdefault("bindings", []).append(binding)
        )
        assert gateway.upload([line(1)])[0] == 200
        operator.change_policy(where, lambda policy: policy["bindings"].remove(binding))
    assert operator.policy(f"projects/{PROJECT}/locations/{REGION}/keyRings/none") is None
    asked = {"permissions": ["cloudkms.keyRings.getIamPolicy"]}
    assert operator.call("POST", f"/v1/{RING}:testIamPermissions", asked) == asked
    assert gateway.call("POST", f"/v1/{RING}:testIamPermissions", json=asked) == (200, {})
    status, body = gateway.call("GET", f"/v1/{RING}:getIamPolicy")
    assert status == 403
    assert "'cloudkms.keyRings.getIamPolicy' denied" in body["error"]["message"]


def test_a_name_once_used_stays_used(cloud, operator):
    made_key(cloud)
    place = f"/v1/projects/{PROJECT}/locations/{REGION}/keyRings"
    with pytest.raises(refused.Conflict, match="already exists"):
        operator.call("POST", f"{place}?keyRingId=ring", {})
    asked = {"purpose": "ENCRYPT_DECRYPT"}
    with pytest.raises(refused.Conflict, match="already exists"):
        operator.call("POST", f"{place}/ring/cryptoKeys?cryptoKeyId=batch", asked)
    with pytest.raises(refused.NotFound, match="Location"):
        operator.call("POST", f"/v1/projects/{PROJECT}/locations/mars/keyRings?keyRingId=a", {})


def test_a_version_is_switched_off_destroyed_and_brought_back(cloud, operator):
    version = f"/v1/{made_key(cloud)}/cryptoKeyVersions/1"
    off = {"state": "DISABLED"}
    assert operator.call("PATCH", f"{version}?updateMask=state", off)["state"] == "DISABLED"
    assert operator.call("POST", f"{version}:destroy", {})["state"] == "DESTROY_SCHEDULED"
    with pytest.raises(refused.BadRequest, match="DESTROY_SCHEDULED"):
        operator.call("PATCH", f"{version}?updateMask=state", {"state": "ENABLED"})
    assert operator.call("POST", f"{version}:restore", {})["state"] == "DISABLED"
