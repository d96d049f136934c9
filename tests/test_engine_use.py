"""The real engine from its user's side: settings that cannot be, a job, and buckets not empty."""

import re

import pytest
from engine.running import COUNT, at_hand, running
from engine.stack import NAME, NEEDS_ENGINE, ROOT

from preflight.contract import PROVIDERS
from preflight.sandbox.aws.clients import Clients

pytestmark = NEEDS_ENGINE

BUCKET = ("aws:s3/bucket:Bucket", "batch-bedrock-data")


@pytest.fixture
def world(tmp_path, monkeypatch):
    """All four providers, ready for `preflight`; the stack was never up."""
    with running(tmp_path) as made, at_hand(made, monkeypatch):
        yield made


def test_settings_that_cannot_be_used_are_told_by_the_preview_and_register_nothing(world):
    world.stack.set(resultDays=7, azureSku="Standard", vertexRegion="eu", gatewayUrl="gateway")
    refused = world.stack.preview()
    assert refused.code != 0
    for sentence in (
        'resultDays is "7", but must be a whole number, 14 or more: pulumi config set resultDays',
        'azureSku is "Standard", but only GlobalBatch and DataZoneBatch deployments run batch jobs',
        'vertexRegion is "eu", but must be one region',
        'gatewayUrl is "gateway", but must be an http or https address',
    ):
        assert sentence in refused.said
    assert "Traceback" not in refused.said
    assert {step.kind for step in refused.steps} <= {"pulumi:pulumi:Stack"}
    assert world.left() == set()


ROUNDS = (
    {
        "gatewayUrl": "https://gateway.example.com",
        "azureApiVersion": "2025-01-01-preview",
        "vertexModel": "gemini-2.5-pro",
    },
    {
        "gatewayAwsPrincipalArn": "arn:aws:iam::999999999999:role/other",
        "gatewayAzurePrincipalId": "00000000-0000-0000-0000-00000000ca7f",
        "resultDays": 60,
    },
    {
        "gatewayAwsExternalId": "tenant-7",
        "azureCapacity": 500,
        "vertexRegion": "us-central1",
        "bedrockModel": "amazon.nova-lite-v1:0",
    },
    {"azureModel": "gpt-4.1-mini"},
    {"azureModelVersion": "2025-04-14"},
    {"azureSku": "DataZoneBatch", "vertexProject": "another-project", "bedrockRegion": "us-east-1"},
    {"azureRegion": "eastus"},
)
"""Settings that are changed at once: no two of a round change the same kind of resource."""


def documented():
    """Setting -> the kinds that it changes in place, those that it makes anew."""
    table = (ROOT / "docs" / "infrastructure.md").read_text().partition("| Made anew |")[2]
    found = {}
    for line in table.partition("\n\n")[0].splitlines():
        cells = [re.findall(r"`([^`]+)`", cell) for cell in line.split("|")[1:-1]]
        if cells and cells[0]:
            found[cells[0][0]] = (set(cells[1]), set(cells[2]))
    return found


def test_what_a_changed_setting_does_is_what_the_documentation_says(world):
    assert world.stack.up().code == 0
    told = documented()
    assert set(told) - {"bedrockProfileRegions"} <= {name for names in ROUNDS for name in names}
    for changed in ROUNDS:
        with world.stack.as_it_was():
            world.stack.set(**changed)
            planned = world.stack.preview()
        assert planned.code == 0, planned.said
        assert set(planned.counts) <= {"same", "update", "replace"}, changed
        for op, column in (("update", 0), ("replace", 1)):
            kinds = {
                f"{kind.partition(':')[0]}:{kind.rpartition(':')[2]}" for kind, _ in planned.of(op)
            }
            expected = (told[name][column] for name in changed if name in told)
            assert kinds == set().union(*expected), (op, changed)


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
    buckets = {outputs[name]["bucket"] for name in ("vertex", "bedrock")}
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
        before = world.stack.outputs()["bedrock"]["bucket"]
        s3 = Clients(world.env).get("s3")
        s3.put_object(Bucket=before, Key="results.jsonl", Body=b"{}")
        world.stack.set(bedrockRegion="us-east-2")
        moved = world.stack.up()
        assert moved.code != 0
        assert "The bucket you tried to delete is not empty" in moved.said
        after = world.stack.outputs()["bedrock"]["bucket"]
        assert {before, after} <= world.left()
        s3.delete_object(Bucket=before, Key="results.jsonl")
        finished = world.stack.up()
        assert (finished.code, finished.of("delete-replaced")) == (0, {BUCKET}), finished.said
        assert before not in world.left()
        assert world.stack.outputs()["bedrock"]["bucket"] == after


def test_the_external_id_stands_in_no_state_and_no_output(tmp_path):
    with running(tmp_path, ("bedrock",)) as world:
        secret = "tenant-77-hush"
        world.stack.plainly(
            "config", "set", "--stack", NAME, "--secret", "gatewayAwsExternalId", secret
        )
        assert world.stack.up().code == 0
        iam = Clients(world.env).get("iam")
        role = world.stack.outputs()["bedrock"]["gateway_principal_arn"].rpartition("/")[2]
        trust = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        assert trust["Statement"][0]["Condition"] == {"StringEquals": {"sts:ExternalId": secret}}
        assert world.stack.up("--refresh", "--expect-no-changes").code == 0
        kept = [
            file for file in tmp_path.rglob("*") if file.is_file() and "clouds" not in file.parts
        ]
        assert any(file.name == f"{NAME}.json" for file in kept)
        assert not [file for file in kept if secret.encode() in file.read_bytes()]
