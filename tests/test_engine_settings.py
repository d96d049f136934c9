"""A stack's settings and the real engine: examples, bad values, and what a change of one does."""

import re
import shutil

import pytest
from engine.running import at_hand, running
from engine.stack import NEEDS_ENGINE, ROOT, Stack

from preflight.sandbox.aws.cloud import ACCOUNT

pytestmark = NEEDS_ENGINE

PLANNED = ("all-providers", "azure-regions", "bedrock-guarded", "vertex-guarded")
"""Between them they use every kind of resource; the others are planned without an engine."""

EXAMPLES = [ROOT / "examples" / "stacks" / f"Pulumi.{name}.yaml" for name in PLANNED]
THEIRS = "11111111-2222-3333-4444-555555555555"
"""The subscription of the examples. Only who is logged in to it may create anything."""


@pytest.fixture(scope="module")
def clouds(tmp_path_factory):
    """All four providers; what the tests of this file plan is never done."""
    with running(tmp_path_factory.mktemp("engine")) as made:
        yield made


@pytest.fixture
def world(tmp_path, monkeypatch):
    """All four providers, ready for `preflight`; the stack was never up."""
    with running(tmp_path) as made, at_hand(made, monkeypatch):
        yield made


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name.split(".")[1])
def test_an_example_stack_can_be_used_as_it_is(example, clouds, tmp_path):
    stack = Stack(tmp_path, clouds.env | {"AZURE_SUBSCRIPTION_ID": THEIRS}, example)
    planned = stack.preview()
    assert (planned.code, set(planned.counts)) == (0, {"create"}), planned.said


def test_what_preflight_init_writes_is_taken_by_the_engine(
    clouds, tmp_path, monkeypatch, preflight
):
    made = tmp_path / "init"
    made.mkdir()
    shutil.copy(ROOT / "Pulumi.yaml", made)
    monkeypatch.chdir(made)
    settings = (
        f"gatewayAwsPrincipalArn=arn:aws:iam::{ACCOUNT}:role/gateway",
        "bedrockModels=us.amazon.nova-lite-v1:0",
        "bedrockRegions=us-east-1,us-west-2",
        "resultDays=45",
    )
    asked = [word for setting in settings for word in ("--set", setting)]
    code, out, err = preflight("init", "--stack", "dev", "--provider", "bedrock", "--yes", *asked)
    assert code == 0, out + err
    stack = Stack(tmp_path / "stack", clouds.env, made / "Pulumi.dev.yaml")
    assert stack.plainly("config", "get", "resultDays").strip() == "45"
    planned = stack.preview()
    assert (planned.code, planned.counts) == (0, {"create": 1 + 2 * 11}), planned.said


def test_settings_that_cannot_be_used_are_told_by_the_preview_and_register_nothing(world):
    world.stack.set(resultDays=7, azureSku="Standard", vertexRegions=["eu"], gatewayUrl="gateway")
    refused = world.stack.preview()
    assert refused.code != 0
    for sentence in (
        'resultDays is "7", but must be a whole number, 14 or more: pulumi config set resultDays',
        'azureSku is "Standard", but only GlobalBatch and DataZoneBatch deployments run batch jobs',
        'vertexRegions is ["eu"], but must be a list of single regions',
        'gatewayUrl is "gateway", but must be an http or https address',
    ):
        assert sentence in refused.said
    assert "Traceback" not in refused.said
    assert {step.kind for step in refused.steps} <= {"pulumi:pulumi:Stack"}
    assert world.left() == set()


def test_a_misspelled_setting_is_refused_with_the_one_that_is_meant_and_registers_nothing(world):
    world.stack.set(bedrockRegion="us-east-1", azureCapasity=5)
    refused = world.stack.preview()
    assert refused.code != 0
    for sentence in (
        "bedrockRegion is no setting of this program, is bedrockRegions meant: pulumi config rm",
        "azureCapasity is no setting of this program, is azureCapacity meant: pulumi config rm",
    ):
        assert sentence in refused.said
    assert "Traceback" not in refused.said
    assert {step.kind for step in refused.steps} <= {"pulumi:pulumi:Stack"}
    assert world.left() == set()


ROUNDS = (
    {
        "gatewayUrl": "https://gateway.example.com",
        "azureApiVersion": "2025-01-01-preview",
        "vertexModels": ["gemini-2.5-pro"],
        "azureModels": ["gpt-4o-mini@2024-08-06"],
    },
    {
        "gatewayAwsPrincipalArn": "arn:aws:iam::999999999999:role/other",
        "gatewayAzurePrincipalId": "00000000-0000-0000-0000-00000000ca7f",
        "resultDays": 60,
    },
    {
        "gatewayAwsExternalId": "tenant-7",
        "azureCapacity": 500,
        "bedrockModels": ["us.amazon.nova-lite-v1:0"],
    },
    {"tags": ["team=ml"]},
    {"azureSku": "DataZoneBatch", "vertexProject": "another-project"},
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
