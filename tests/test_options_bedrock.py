"""What may be asked for at AWS, provisioned in the sandbox, judged READY, and the job run."""

import json
from contextlib import contextmanager

import pytest
from infra_world import ROOT

pytest.importorskip("ministack", reason="the sandbox extra is not installed")

from worlds import CLOUDS, POLL_SECONDS

from preflight.requests.example import write_requests
from preflight.sandbox.aws import existing
from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.aws.cloud import ACCOUNT, OTHER_ACCOUNT
from preflight.sandbox.world import World

COUNT = 100
HAIKU = "anthropic.claude-3-5-haiku-20241022-v1:0"
OLDER = "anthropic.claude-3-haiku-20240307-v1:0"
EVERYTHING_MADE = {
    "gatewayAwsExternalId": "tenant-7",
    "bedrockCustomerKey": True,
    "bedrockSeparateOutput": True,
    "bedrockOutputPrefix": "done/today",
    "awsRolePath": "/batch/",
    "tags": ["team=platform", "cost-center=42"],
    "accessLogs": True,
}
TAGS = {"team": "platform", "cost-center": "42"}


def together(*preparations):
    return lambda running: {
        key: value for prepare in preparations for key, value in prepare(running).items()
    }


@contextmanager
def world(folder, monkeypatch, **options):
    with World(
        folder, providers=("bedrock",), count=COUNT, program=ROOT, clouds=CLOUDS, **options
    ) as running:
        for name, value in running.env.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("PREFLIGHT_POLL_SECONDS", POLL_SECONDS)
        yield running


def ready(preflight, requests, *options):
    """The checks by their ids, of which every one passes."""
    asked = ("--provider", "bedrock", *options)
    code, out, err = preflight("check", requests, *asked, "--format", "json")
    report = json.loads(out)
    found = {one["id"]: one for one in report["checks"]}
    bad = {id_: one for id_, one in found.items() if one["outcome"] != "passed"}
    assert (code, report["verdict"], bad) == (0, "READY", {}), err
    return found


def runs(preflight, requests, folder, *options):
    asked = ("--provider", "bedrock", *options)
    code, out, err = preflight("run", requests, *asked, "--out", folder)
    assert code == 0, err
    assert f"{COUNT} results, 0 errors, 0 missing" in out


def test_everything_that_the_stack_makes_itself(preflight, tmp_path, monkeypatch):
    made = {"settings": EVERYTHING_MADE, "prepare": existing.boundary}
    with world(tmp_path / "world", monkeypatch, **made) as sandbox:
        (promised,) = sandbox.promises.bedrock
        requests = sandbox.request_file("bedrock")
        found = ready(preflight, requests)
        assert "output_data_config" in found["bedrock-bucket"]["caveat"]
        runs(preflight, requests, tmp_path / "run")
        clients = Clients(sandbox.env)
        s3 = clients.get("s3", promised.region)

        results = promised.output_uri.removeprefix("s3://").partition("/")[0]
        assert promised.output_uri == f"s3://{results}/done/today/"
        assert results != promised.bucket
        there = s3.list_objects_v2(Bucket=results)["Contents"]
        assert {it["Key"].split("/")[0:2] == ["done", "today"] for it in there} == {True}
        assert {
            it["Key"][-6:] for it in s3.list_objects_v2(Bucket=promised.bucket)["Contents"]
        } == {".jsonl"}
        for bucket in (promised.bucket, results):
            (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"][
                "Rules"
            ]
            default = rule["ApplyServerSideEncryptionByDefault"]
            assert default["KMSMasterKeyID"] == promised.kms_key_arn
            assert rule["BucketKeyEnabled"]
            logs = s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"]["TargetBucket"]
            assert tags_of(s3, bucket) == tags_of(s3, logs) == TAGS
            assert s3.get_bucket_lifecycle_configuration(Bucket=logs)["Rules"]

        kms = clients.get("kms", promised.region)
        assert kms.get_key_rotation_status(KeyId=promised.kms_key_arn)["KeyRotationEnabled"]
        iam = clients.get("iam")
        for arn in (promised.job_role_arn, promised.gateway_principal_arn):
            assert ":role/batch/" in arn
            role = iam.get_role(RoleName=arn.rpartition("/")[2])["Role"]
            boundary = role["PermissionsBoundary"]["PermissionsBoundaryArn"]
            assert boundary == f"arn:aws:iam::{ACCOUNT}:policy/{existing.BOUNDARY}"
            assert {it["Key"]: it["Value"] for it in role["Tags"]} == TAGS


def tags_of(s3, bucket):
    return {it["Key"]: it["Value"] for it in s3.get_bucket_tagging(Bucket=bucket)["TagSet"]}


@pytest.mark.parametrize(
    "identity", [existing.gateway_user, existing.gateway_role], ids=["user", "role"]
)
def test_everything_that_is_there_already(preflight, tmp_path, monkeypatch, identity):
    prepare = together(identity, existing.job_role, existing.encrypted_bucket)
    settings = {"bedrockOutputPrefix": "results"}
    with world(tmp_path / "world", monkeypatch, prepare=prepare, settings=settings) as sandbox:
        (promised,) = sandbox.promises.bedrock
        assert promised.bucket == existing.BUCKET
        assert promised.output_uri == f"s3://{existing.BUCKET}/results/"
        assert promised.job_role_arn.endswith(f":role/platform/{existing.JOB_ROLE}")
        assert promised.guards == ()
        ready(preflight, sandbox.request_file("bedrock"))
        runs(preflight, sandbox.request_file("bedrock"), tmp_path / "run")
        roles = Clients(sandbox.env).get("iam").list_roles()["Roles"]
        assert not [it["RoleName"] for it in roles if it["RoleName"].startswith("batch-bedrock")]


def test_a_bucket_of_another_account_with_the_policy_that_preflight_prints(
    preflight, tmp_path, monkeypatch
):
    with world(tmp_path / "world", monkeypatch, prepare=existing.foreign_bucket) as sandbox:
        (promised,) = sandbox.promises.bedrock
        assert (promised.bucket_account, promised.bucket) == (OTHER_ACCOUNT, existing.THEIR_BUCKET)
        code, out, _ = preflight("permissions", "--provider", "bedrock", "--format", "json")
        assert code == 0
        printed = [it["aws"]["bucket_policy"] for it in json.loads(out)["identities"]]
        assert [it["account"] for it in printed] == [OTHER_ACCOUNT] * 2
        statements = [statement for it in printed for statement in it["policy"]["Statement"]]
        owner = Clients(sandbox.env).of_account(OTHER_ACCOUNT).get("s3", promised.region)
        policy = {"Version": "2012-10-17", "Statement": statements}
        owner.put_bucket_policy(Bucket=promised.bucket, Policy=json.dumps(policy))
        found = ready(preflight, sandbox.request_file("bedrock"))
        assert "s3BucketOwner" in found["bedrock-bucket-owner"]["caveat"]
        runs(preflight, sandbox.request_file("bedrock"), tmp_path / "run")


def test_without_a_profile_of_its_owner_a_bucket_of_another_account_cannot_be_judged(
    preflight, tmp_path, monkeypatch
):
    with world(tmp_path / "world", monkeypatch, prepare=existing.foreign_bucket):
        monkeypatch.delenv("PREFLIGHT_BUCKET_OWNER_PROFILE")
        code, out, _ = preflight("check", "--provider", "bedrock", "--format", "json")
        report = json.loads(out)
        unknown = {it["id"]: it for it in report["checks"] if it["outcome"] == "unknown"}
        assert (code, report["verdict"]) == (3, "CANNOT TELL")
        needs = unknown["bedrock-bucket-policy"]["needs"]
        assert "PREFLIGHT_BUCKET_OWNER_PROFILE" in needs


TWO_REGIONS = {
    "bedrockRegions": ["us-west-2", "us-east-1"],
    "bedrockProviderNames": ["bedrock-west", "bedrock-east"],
    "bedrockModels": [f"us.{HAIKU}", OLDER],
    "bedrockCustomerKey": True,
    "accessLogs": True,
}


def test_two_regions_with_two_models_each(preflight, tmp_path, monkeypatch):
    """One model goes by its inference profile, and one by its bare id."""
    with world(tmp_path / "world", monkeypatch, settings=TWO_REGIONS) as sandbox:
        targets = sandbox.promises.bedrock
        assert [(it.region, it.model) for it in targets] == [
            (region, model)
            for region in TWO_REGIONS["bedrockRegions"]
            for model in TWO_REGIONS["bedrockModels"]
        ]
        assert len({it.bucket for it in targets}) == 2
        assert len({it.kms_key_arn for it in targets}) == 2
        for region in TWO_REGIONS["bedrockRegions"]:
            requests = tmp_path / f"{region}.jsonl"
            write_requests(requests, "bedrock", count=COUNT)
            requests.write_text(requests.read_text().replace(HAIKU, f"us.{HAIKU}"))
            chosen = ("--region", region, "--model", f"us.{HAIKU}")
            ready(preflight, requests, *chosen)
            runs(preflight, requests, tmp_path / region, *chosen)
        code, out, _ = preflight("check", "--provider", "bedrock", "--format", "json")
        report = json.loads(out)
        assert (code, report["verdict"]) == (0, "READY")
        assert {it["target"] for it in report["checks"]} == {
            f"{it.region} {it.model}" for it in targets
        }
        code, out, _ = preflight("permissions", "--provider", "bedrock", "--format", "json")
        identities = json.loads(out)["identities"]
        assert code == 0
        assert len(identities) == 4
        for identity in identities:
            models = next(
                it["resources"] for it in identity["permissions"] if it["on"] == "the models"
            )
            assert any(f"inference-profile/us.{HAIKU}" in arn for arn in models)
            assert any(OLDER in arn for arn in models)
