"""What the real engine made is used: jobs run, buckets are not empty, an external id is kept."""

import pytest
from engine.running import COUNT, at_hand, running
from engine.stack import NAME, NEEDS_ENGINE

from preflight.contract import PROVIDERS
from preflight.requests.example import PROVIDER_MODELS
from preflight.sandbox.aws.clients import Clients

pytestmark = NEEDS_ENGINE

PROFILE = f"us.{PROVIDER_MODELS['bedrock']}"
BUCKET = ("aws:s3/bucket:Bucket", "batch-bedrock-us-west-2-data")


@pytest.fixture
def world(tmp_path, monkeypatch):
    """All four providers, ready for `preflight`; the stack was never up."""
    with running(tmp_path) as made, at_hand(made, monkeypatch):
        yield made


def test_a_job_runs_on_what_the_engine_made_and_a_bucket_with_results_outlives_destroy(
    world, preflight, tmp_path
):
    assert world.stack.up().code == 0
    world.register()
    for name in PROVIDERS:
        folder = tmp_path / f"{name}-run"
        file = world.request_file(name)
        code, out, err = preflight(
            "run", file, "--provider", name, "--stack", NAME, "--out", folder
        )
        assert code == 0, out + err
        assert f"{COUNT} results, 0 errors, 0 missing" in out

    outputs = world.stack.outputs()
    buckets = {outputs[name][0]["bucket"] for name in ("vertex", "bedrock")}
    kept = world.stack.destroy()
    assert kept.code != 0
    assert "The bucket you tried to delete is not empty" in kept.said
    assert buckets <= world.left()

    world.empty_buckets()
    assert world.stack.destroy().code == 0
    assert world.left() == set()


def test_another_region_keeps_the_old_bucket_until_its_results_are_gone(tmp_path):
    with running(tmp_path, ("bedrock",)) as world:
        assert world.stack.up().code == 0
        before = world.stack.outputs()["bedrock"][0]["bucket"]
        s3 = Clients(world.env).get("s3")
        s3.put_object(Bucket=before, Key="results.jsonl", Body=b"{}")
        world.stack.set(bedrockRegions=["us-east-1"], bedrockModels=[PROFILE])
        moved = world.stack.up()
        assert moved.code != 0
        assert "The bucket you tried to delete is not empty" in moved.said
        after = world.stack.outputs()["bedrock"][0]["bucket"]
        assert {before, after} <= world.left()
        s3.delete_object(Bucket=before, Key="results.jsonl")
        finished = world.stack.up()
        assert (finished.code, finished.of("delete")) == (0, {BUCKET}), finished.said
        assert before not in world.left()
        assert world.stack.outputs()["bedrock"][0]["bucket"] == after


def test_the_external_id_stands_in_no_state_and_no_output(tmp_path):
    with running(tmp_path, ("bedrock",)) as world:
        secret = "tenant-77-hush"
        world.stack.plainly(
            "config", "set", "--stack", NAME, "--secret", "gatewayAwsExternalId", secret
        )
        assert world.stack.up().code == 0
        iam = Clients(world.env).get("iam")
        role = world.stack.outputs()["bedrock"][0]["gateway_principal_arn"].rpartition("/")[2]
        trust = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        assert trust["Statement"][0]["Condition"] == {"StringEquals": {"sts:ExternalId": secret}}
        assert world.stack.up("--refresh", "--expect-no-changes").code == 0
        kept = [
            file for file in tmp_path.rglob("*") if file.is_file() and "clouds" not in file.parts
        ]
        assert any(file.name == f"{NAME}.json" for file in kept)
        assert not [file for file in kept if secret.encode() in file.read_bytes()]
