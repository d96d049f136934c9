"""What may be asked for at Google Cloud: provisioned in the sandbox, judged READY, and run."""

import json
from contextlib import contextmanager

import pytest
from infra_world import ROOT

pytest.importorskip("ministack", reason="the sandbox extra is not installed")

from suite_reports import outcomes, report
from worlds import CLOUDS, POLL_SECONDS

from preflight.checks import vertex as vertex_checks
from preflight.cloud import gcp
from preflight.outcomes import Passed
from preflight.sandbox.gcp import existing
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.names import OTHER_NUMBER, PROJECT
from preflight.sandbox.world import World

COUNT = 20
PLACES = [
    (region, model)
    for region in ("europe-west4", "us-central1")
    for model in ("gemini-2.5-flash", "gemini-2.5-pro")
]


@contextmanager
def world(folder, monkeypatch, **options):
    with World(
        folder, providers=("vertex",), count=COUNT, program=ROOT, clouds=CLOUDS, **options
    ) as running:
        for name, value in running.env.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("PREFLIGHT_POLL_SECONDS", POLL_SECONDS)
        yield running


def ready(preflight, *options):
    """The checks by their ids, of which every one passes."""
    code, out, err = preflight("check", "--provider", "vertex", *options, "--format", "json")
    told = json.loads(out)
    bad = [one for one in told["checks"] if one["outcome"] != "passed"]
    assert (code, told["verdict"], bad) == (0, "READY", []), err
    return {one["id"]: one for one in told["checks"]}


def runs(preflight, requests, folder, *options):
    code, out, err = preflight("run", requests, "--provider", "vertex", *options, "--out", folder)
    assert code == 0, err
    assert f"{COUNT} results, 0 errors, 0 missing" in out


def bucket_now(sandbox):
    return Operator(sandbox.env).call("GET", f"/storage/v1/b/{sandbox.promises.vertex[0].bucket}")


def accounts_now(sandbox):
    found = Operator(sandbox.env).call("GET", f"/v1/projects/{PROJECT}/serviceAccounts")
    return {one["email"].partition("@")[0] for one in found["accounts"]}


def existing_account(sandbox, found):
    assert accounts_now(sandbox) == {"operator", existing.ACCOUNT}
    assert existing.ACCOUNT in found["vertex-gateway-account"]["detail"]


def pool(sandbox, found):
    member = sandbox.promises.vertex[0].federation
    assert member.endswith(f"/subject/{existing.SUBJECT}")
    assert member in found["vertex-gateway-federation"]["detail"]


def made_key(sandbox, found):
    promised = sandbox.promises.vertex[0]
    assert bucket_now(sandbox)["encryption"] == {"defaultKmsKeyName": promised.kms_key}
    with Operator(sandbox.env).storage() as client:
        keys = {blob.kms_key_name for blob in client.list_blobs(promised.bucket)}
    assert {key.partition("/cryptoKeyVersions/")[0] for key in keys} == {promised.kms_key}
    assert promised.storage_agent in found["vertex-bucket-key"]["detail"]


def their_bucket(sandbox, found):
    assert bucket_now(sandbox)["projectNumber"] == OTHER_NUMBER
    assert sandbox.promises.vertex[0].bucket == existing.BUCKET
    assert "labels" not in bucket_now(sandbox)


def their_encrypted_bucket(sandbox, found):
    assert sandbox.promises.vertex[0].kms_key == existing.KEY
    made_key(sandbox, found)


def guarded(sandbox, found):
    bucket = bucket_now(sandbox)
    assert bucket["labels"] == {"team": "platform"}
    logs = bucket["logging"]["logBucket"]
    policy = Operator(sandbox.env).policy(f"b/{logs}")
    writers = {
        binding["role"]
        for binding in policy["bindings"]
        if "group:cloud-storage-analytics@google.com" in binding["members"]
    }
    assert writers == {"roles/storage.objectCreator"}
    assert "access-logs" in found["vertex-bucket-guards"]["detail"]


OPTIONS = {
    "an existing service account": ({}, existing.service_account, existing_account),
    "an identity pool": ({}, existing.issuer, pool),
    "an identity pool with an audience": (
        {"gatewayGcpAudience": "https://gateway.example.com"},
        existing.issuer,
        pool,
    ),
    "a customer key": ({"vertexCustomerKey": True}, None, made_key),
    "another project's key": ({}, existing.key, made_key),
    "another project's bucket": ({"tags": ["team=platform"]}, existing.bucket, their_bucket),
    "another project's bucket and key": ({}, existing.encrypted_bucket, their_encrypted_bucket),
    "labels and access logs": ({"tags": ["team=platform"], "accessLogs": True}, None, guarded),
    "all of it": (
        {"vertexCustomerKey": True, "accessLogs": True, "tags": ["team=platform"]},
        lambda clouds: existing.service_account(clouds) | existing.issuer(clouds),
        lambda sandbox, found: [
            look(sandbox, found) for look in (existing_account, pool, made_key, guarded)
        ],
    ),
}


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_is_provisioned_and_ready_and_the_job_runs(
    option, preflight, tmp_path, monkeypatch
):
    settings, prepare, looks = OPTIONS[option]
    with world(tmp_path / "w", monkeypatch, settings=settings, prepare=prepare) as sandbox:
        requests = sandbox.request_file("vertex")
        found = ready(preflight, requests)
        runs(preflight, requests, tmp_path / "run")
        looks(sandbox, found)


def test_two_regions_and_two_models_are_all_ready_and_a_job_runs_in_each_region(
    preflight, tmp_path, monkeypatch
):
    settings = {
        "vertexRegions": list(dict.fromkeys(region for region, _ in PLACES)),
        "vertexModels": list(dict.fromkeys(model for _, model in PLACES)),
    }
    with world(tmp_path / "w", monkeypatch, settings=settings) as sandbox:
        promised = sandbox.promises.vertex
        assert [(one.region, one.model) for one in promised] == PLACES
        assert len({one.bucket for one in promised}) == len(settings["vertexRegions"])
        assert len({one.gateway_service_account for one in promised}) == 1
        requests = sandbox.request_file("vertex")
        for place in PLACES:
            ready(preflight, "--region", place[0], "--model", place[1])
        ready(preflight)
        for region in settings["vertexRegions"]:
            where = ("--region", region, "--model", "gemini-2.5-flash")
            runs(preflight, requests, tmp_path / region, *where)


def test_one_auditor_is_enough_for_all_that_one_project_has(tmp_path, monkeypatch):
    found_clouds = {}

    def prepare(clouds):
        found_clouds.update(clouds)
        operator = Operator(clouds["vertex"].env)
        path = f"/v1/projects/{PROJECT}/serviceAccounts"
        email = operator.call("POST", path, {"accountId": "auditor"})["email"]
        return existing.issuer(clouds) | {"auditorGcpMember": f"serviceAccount:{email}"}

    settings = {
        "vertexRegions": ["europe-west4", "us-central1"],
        "vertexCustomerKey": True,
        "accessLogs": True,
    }
    running = World(
        tmp_path, providers=("vertex",), count=1, program=ROOT, settings=settings, prepare=prepare
    )
    with running as sandbox:
        auditor = f"auditor@{PROJECT}.iam.gserviceaccount.com"
        for name, value in found_clouds["vertex"].env_of(auditor).items():
            monkeypatch.setenv(name, value)
        for promised in sandbox.promises.vertex:
            found = outcomes(report(vertex_checks.SUITES, promised, gcp.connect(promised)))
            assert {id_: one for id_, one in found.items() if not isinstance(one, Passed)} == {}
