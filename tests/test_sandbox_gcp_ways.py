"""Asked as the gateway, asked of the troubleshooter, read: each against the sandbox's own word."""

from datetime import UTC, datetime, timedelta

import pytest
from made_google import google
from suite_reports import outcomes, report

from preflight.checks.vertex import SUITES
from preflight.checks.vertex_rights import BY
from preflight.checks.vertex_ways import AS_GATEWAY, TROUBLESHOOTER
from preflight.cloud import gcp
from preflight.outcomes import Failed, Passed, Unknown
from preflight.sandbox.gcp import breakages
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.cloud import GcpCloud
from preflight.sandbox.gcp.names import OPERATOR, PROJECT, TROUBLESHOOTER_API
from preflight.sandbox.handlers import gcp as handlers
from preflight.seams import Access, Refused, Unreachable

HELD = ("vertex-gateway-bucket", "vertex-gateway-project")
CREATOR = "roles/iam.serviceAccountTokenCreator"
IN_THE_PROJECT = "resource.name.startsWith('projects/_')"
BUCKET = "//storage.googleapis.com/projects/_/buckets/"


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    with GcpCloud(tmp_path) as running:
        for name, value in running.env.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def promised(cloud):
    table = handlers.handlers(cloud.env)
    return google(lambda token, inputs: table[token].create("x", inputs)[1])


def close(cloud):
    """The operator may not act as anybody any more."""

    def without(policy):
        policy["bindings"] = [one for one in policy["bindings"] if one["role"] != CREATOR]

    Operator(cloud.env).change_policy(f"projects/{PROJECT}", without)


def switch_on(cloud):
    path = f"/v1/projects/{PROJECT}/services/{TROUBLESHOOTER_API}:enable"
    Operator(cloud.env).call("POST", path, {})


def judged(promised):
    return outcomes(report(SUITES, promised, gcp.connect(promised)))


BREAKAGES = (None, breakages.remove_upload_right, breakages.remove_job_right)


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda one: getattr(one, "__name__", "none"))
def test_all_ways_say_the_same(cloud, promised, breakage):
    if breakage is not None:
        breakage(cloud.env, promised)
    as_gateway = judged(promised)
    close(cloud)
    read = judged(promised)
    switch_on(cloud)
    troubleshot = judged(promised)
    kinds = {id_: type(one) for id_, one in as_gateway.items()}
    for found, by in ((as_gateway, AS_GATEWAY), (read, BY), (troubleshot, TROUBLESHOOTER)):
        assert {id_: type(one) for id_, one in found.items()} == kinds
        assert {found[id_].by for id_ in HELD} == {by}
    assert (Failed in kinds.values()) is (breakage is not None)


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        (IN_THE_PROJECT, Passed),
        (f"{IN_THE_PROJECT} && request.time < timestamp(SOON)", Unknown),
    ],
)
def test_what_google_leaves_open_is_decided_by_the_condition_itself(
    cloud, promised, expression, kind
):
    soon = f"{datetime.now(UTC) + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"
    breakages.remove_upload_right(cloud.env, promised)
    grant = {
        "role": "roles/storage.objectUser",
        "members": [f"serviceAccount:{promised.gateway_service_account}"],
        "condition": {"expression": expression.replace("SOON", repr(soon)), "title": "t"},
    }

    def conditional(policy):
        policy["version"] = 3
        policy["bindings"].append(grant)

    Operator(cloud.env).change_policy(f"projects/{PROJECT}", conditional)
    close(cloud)
    switch_on(cloud)
    email = promised.gateway_service_account
    said = gcp.connect(promised).troubleshoot(
        email, f"{BUCKET}{promised.bucket}", "storage.objects.create"
    )
    assert said is Access.CONDITIONAL
    assert type(judged(promised)["vertex-gateway-bucket"]) is kind


def test_the_troubleshooter_is_off_at_first_and_says_so(cloud, promised):
    with pytest.raises(Unreachable, match=f"gcloud services enable {TROUBLESHOOTER_API}"):
        gcp.connect(promised).troubleshoot(OPERATOR, f"{BUCKET}{promised.bucket}", "x")


def test_the_troubleshooter_tells_no_more_than_its_asker_may_see(cloud, promised, monkeypatch):
    switch_on(cloud)
    email = promised.gateway_service_account
    for name, value in cloud.env_of(email).items():
        monkeypatch.setenv(name, value)
    client = gcp.connect(promised)
    place = f"{BUCKET}{promised.bucket}"
    assert client.troubleshoot(email, place, "storage.objects.get") is Access.UNSEEN
    assert client.troubleshoot(email, f"{BUCKET}gone", "storage.objects.get") is Access.UNSEEN
    with pytest.raises(Refused, match="getAccessToken"):
        client.bucket_grants(promised.bucket, ["x"], email)


def test_a_key_is_judged_with_its_ring_and_its_project(cloud, promised):
    switch_on(cloud)
    table = handlers.handlers(cloud.env)
    path = f"/v1/projects/{PROJECT}/services/cloudkms.googleapis.com:enable"
    Operator(cloud.env).call("POST", path, {})
    ring = table["gcp:kms/keyRing:KeyRing"].create("r", {"location": "europe-west4", "name": "r"})
    key = table["gcp:kms/cryptoKey:CryptoKey"].create("k", {"keyRing": ring[0], "name": "k"})
    resource = f"//cloudkms.googleapis.com/{key[0]}"
    client = gcp.connect(promised)
    right = "cloudkms.cryptoKeyVersions.useToEncrypt"
    email = promised.gateway_service_account
    assert client.troubleshoot(email, resource, right) is Access.NO
    member = {
        "role": "roles/cloudkms.cryptoKeyEncrypterDecrypter",
        "member": f"serviceAccount:{email}",
    }
    table["gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"].create(
        "m", {"cryptoKeyId": key[0], **member}
    )
    assert gcp.connect(promised).troubleshoot(email, resource, right) is Access.YES
    passed = judged(promised)["vertex-agent-bucket"]
    assert isinstance(passed, Passed)
