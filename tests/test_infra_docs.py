"""What the infrastructure pages say, against what the program reads, makes and promises."""

import dataclasses
import json
import re
from collections import Counter

import infra_google
import pytest
import yaml
from infra_world import (
    ACCOUNT,
    AUDITORS,
    AZURE,
    BEDROCK,
    OPENAI,
    ROOT,
    VERTEX,
    Recorder,
    every_type,
    run,
)

from preflight.contract import CLASSES, PROVIDERS
from preflight.permissions import PERMISSIONS
from preflight.promises import parse
from preflight.render.pages import trust
from preflight.render.pages.created import made
from preflight.render.pages.promised import MEANING
from preflight.settings import SETTINGS

DOCS = ROOT / "docs"
PAGES = {provider: (DOCS / f"{provider}.md").read_text() for provider in PROVIDERS}
COMMON = (DOCS / "infrastructure.md").read_text()
EVERY_PAGE = {**PAGES, "infrastructure": COMMON}
DECLARED = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
OURS = {key: schema for key, schema in DECLARED.items() if ":" not in key}
STACKS = sorted((ROOT / "examples" / "stacks").glob("Pulumi.*.yaml"))
HEADINGS = (
    "What is created",
    "Who trusts whom",
    "Settings",
    "What the stack promises",
    "Cost when idle",
    "Use what is there already",
    "Remove everything",
    "When it goes wrong",
)

each_provider = pytest.mark.parametrize("provider", PROVIDERS)
each_page = pytest.mark.parametrize("page", EVERY_PAGE.values(), ids=EVERY_PAGE)


def shown(default):
    if isinstance(default, list):
        return ", ".join(f"`{entry}`" for entry in default)
    return (
        f"`{str(default).lower() if isinstance(default, bool) else default}`"
        if default != ""
        else ""
    )


def rows(page, heading):
    section = page.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def blocks(page, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


# --- the pages -----------------------------------------------------------------------------------


@each_provider
def test_a_page_says_all_that_it_promises_and_begins_with_a_guide(provider):
    page = PAGES[provider]
    found = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert [heading for heading in found if heading in HEADINGS] == list(HEADINGS)
    assert page.index("| I have ... | Set |") < page.index("\n## ")
    assert f"]({provider}.md)" in COMMON


@each_provider
def test_a_page_says_what_idleness_costs_with_a_date_or_that_nothing_is_made(provider):
    section = PAGES[provider].split("\n## Cost when idle\n")[1].split("\n## ")[0]
    assert re.search(r"\b2026-\d\d\b", section) or not list(made(provider))
    assert re.search("not (found|read|documented)", section)


# --- settings ------------------------------------------------------------------------------------


def test_each_setting_is_in_the_table_of_its_page_and_of_no_other():
    documented = {
        provider: [row[:3] for row in rows(page, "Settings")] for provider, page in PAGES.items()
    }
    documented[""] = [row[:3] for row in rows(COMMON, "Settings for all providers")]
    assert documented == {
        provider: [
            [f"`{key}`", shown(schema["default"]), schema["description"]]
            for key, schema in OURS.items()
            if SETTINGS[key].provider == provider
        ]
        for provider in ("", *PROVIDERS)
    }


def test_the_one_foreign_setting_is_documented_with_its_value():
    (foreign,) = set(DECLARED) - set(OURS)
    assert f"`{foreign}`, `{DECLARED[foreign]['value']}` by default" in COMMON


def test_every_setting_of_the_project_has_a_type_a_default_and_a_description():
    for key, schema in DECLARED.items():
        if ":" in key:
            assert set(schema) == {"value"}, key
        else:
            assert set(schema) - {"items"} == {"type", "default", "description"}, key
            assert schema["type"] in {"string", "integer", "boolean", "array"}, key


def test_every_setting_is_read_by_the_program():
    source = "".join(path.read_text() for path in (ROOT / "infra").glob("*.py"))
    unread = [key for key in OURS if f'"{key}"' not in source and key != "openaiEnabled"]
    assert not unread


@pytest.mark.parametrize(
    "path",
    [ROOT / "README.md", *sorted(DOCS.glob("*.md"))],
    ids=lambda path: path.name,
)
def test_every_setting_that_is_named_exists(path):
    text = path.read_text()
    named = set(re.findall(r"`((?:gateway|auditor|openai|azure|vertex|bedrock)[A-Z]\w+)`", text))
    named |= set(re.findall(r"pulumi config set (?:--path ')?([a-z]\w+)(?=[ \[])", text))
    assert named - {"the"} <= set(OURS)


def test_the_project_file_names_the_program_and_the_environment_that_set_up_builds():
    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
    assert (ROOT / project["main"] / "__main__.py").is_file()
    assert project["name"] == "batch-preflight"
    assert project["runtime"]["options"] == {"toolchain": "pip", "virtualenv": ".venv"}
    oldest = project["requiredPulumiVersion"].removeprefix(">=").removesuffix(".0")
    assert f"{oldest} or newer" in COMMON


# --- what is created -----------------------------------------------------------------------------

BASES = {
    "openai": OPENAI | {"openaiModels": ["a", "b", "c"]},
    "azure": AZURE
    | {
        "azureRegions": ["swedencentral", "eastus"],
        "azureProviderNames": ["a", "b"],
        "azureModels": ["a@1", "b@1", "c@1"],
    },
    "vertex": VERTEX
    | {"vertexRegions": ["europe-west4", "us-central1"], "vertexModels": ["a", "b", "c"]},
    "bedrock": BEDROCK
    | {
        "bedrockRegions": ["us-west-2", "us-east-1"],
        "bedrockModels": ["anthropic.a", "anthropic.b", "anthropic.c"],
    },
}
"""Each with two regions and three models, so that a count tells what it is counted by."""
TIMES = {"stack": 1, "region": 2, "model": 2 * 3}
ON = {
    "gatewayAwsIdentityArn": {
        "gatewayAwsPrincipalArn": "",
        "gatewayAwsIdentityArn": f"arn:aws:iam::{ACCOUNT}:user/gateway",
    },
    "bedrockCustomerKey": {"bedrockCustomerKey": True},
    "accessLogs": {"accessLogs": True},
    "vertexCustomerKey": {"vertexCustomerKey": True},
    "vertexKeyNames": {
        "vertexKeyNames": [
            f"projects/p/locations/{region}/keyRings/r/cryptoKeys/k"
            for region in ("europe-west4", "us-central1")
        ]
    },
    "gatewayGcpIssuer": infra_google.POOL,
    "auditorGcpMember": {"auditorGcpMember": AUDITORS["auditorGcpMember"]},
}
OPTIONS = [
    (provider, row.kind, setting)
    for provider in PROVIDERS
    for row in made(provider)
    for setting in row.when
]


def counted(config):
    return Counter(resource.token for resource in run(config)[0].resources)


def test_every_resource_type_has_a_row_with_its_reason_and_no_other_has():
    kinds = [row.kind for provider in PROVIDERS for row in made(provider)]
    assert Counter(kinds) == Counter(every_type())
    assert all(row.why and row.how for provider in PROVIDERS for row in made(provider))
    for provider in PROVIDERS:
        documented = [row[0].strip("`") for row in rows(PAGES[provider], "What is created")]
        assert documented == [row.kind for row in made(provider)]


@each_provider
def test_what_is_always_made_is_made_as_often_as_it_says(provider):
    said = {row.kind: row.number * TIMES[row.per] for row in made(provider) if not row.when}
    assert said == counted(BASES[provider])


@pytest.mark.parametrize(("provider", "kind", "setting"), OPTIONS, ids=str)
def test_what_an_option_makes_is_made_by_it_as_often_as_it_says(provider, kind, setting):
    (row,) = [row for row in made(provider) if row.kind == kind]
    asked = counted(BASES[provider] | ON[setting])
    assert asked[kind] == row.number * TIMES[row.per]


# --- who trusts whom -----------------------------------------------------------------------------


@each_provider
def test_the_picture_and_the_words_hold_every_row_of_the_permission_table(provider):
    picture, words = trust.picture(provider), trust.words(provider)
    assert picture in PAGES[provider]
    assert words in PAGES[provider]
    for row in PERMISSIONS:
        if row.provider == provider:
            assert f"`{row.action}`" in words
            assert row.why in words
            assert row.why.replace(", ", ",<br/>") in picture


@each_provider
def test_a_picture_is_one_that_can_be_drawn(provider):
    fence, head, *lines, end = trust.picture(provider).splitlines()
    assert (fence, head, end) == ("```mermaid", "flowchart LR", "```")
    nodes = dict(
        re.fullmatch(r'  (n\d+)\["([^"\[\]<>]+)"\]', line).groups() for line in lines if "[" in line
    )
    arrows = [line for line in lines if "[" not in line]
    ends = [re.fullmatch(r'  (n\d+) -\.?->\|"[^"|]+"\| (n\d+)', line).groups() for line in arrows]
    assert {end for pair in ends for end in pair} == set(nodes)
    assert len(ends) == len(trust.edges(provider))


@each_provider
def test_an_arrow_that_is_not_always_there_names_a_setting_that_there_is(provider):
    for edge in trust.edges(provider):
        for word in edge.when.split():
            assert word.islower() or word in OURS, edge


# --- the contract --------------------------------------------------------------------------------


@each_provider
def test_every_field_of_a_promise_is_explained(provider):
    fields = [field.name for field in dataclasses.fields(CLASSES[provider])]
    documented = [row[0].strip("`") for row in rows(PAGES[provider], "What the stack promises")]
    assert documented == fields == list(MEANING[provider])


# --- stacks --------------------------------------------------------------------------------------


class Adopted(Recorder):
    """A cloud in which whatever a stack names is there already, and where it should be."""

    def invoke(self, token):
        if token == "aws:s3/getBucket:getBucket":
            return lambda asked: {"bucket": asked["bucket"], "bucketRegion": asked["region"]}
        return super().invoke(token)


def whole_stacks(page):
    for block in blocks(page, "yaml"):
        config = yaml.safe_load(block)["config"]
        yield {key.removeprefix("batch-preflight:"): value for key, value in config.items()}


@each_page
def test_every_stack_file_of_a_page_is_taken_by_the_program_and_read_by_preflight(page):
    for settings in whole_stacks(page):
        regions = settings.get("azureRegions", ["swedencentral"])
        accounts = {
            name: {
                "kind": "OpenAI",
                "location": region,
                "properties": {"customSubDomainName": name},
            }
            for name, region in zip(settings.get("azureAccounts", ()), regions, strict=False)
        }
        cloud = Adopted(subscription=settings.get("azureSubscriptionId", ""), accounts=accounts)
        _, outputs = run(settings, cloud)
        assert any(parse(json.dumps(outputs), "a page").of(name) for name in PROVIDERS)


def test_every_setting_of_something_that_exists_has_a_stack_file_on_its_page():
    adopted = {
        "azure": {"azureResourceGroup", "azureAccounts"},
        "vertex": {"gatewayGcpServiceAccount", "vertexBuckets", "vertexKeyNames"},
        "bedrock": {
            "gatewayAwsIdentityArn",
            "bedrockJobRoleArn",
            "bedrockBuckets",
            "bedrockBucketAccount",
            "bedrockKeyArns",
        },
    }
    existing = {key for key, schema in OURS.items() if "xisting" in schema["description"]}
    assert set().union(*adopted.values()) == existing
    for provider, keys in adopted.items():
        assert keys <= {key for settings in whole_stacks(PAGES[provider]) for key in settings}


def test_every_example_stack_is_listed():
    listed = re.findall(r"^\| \[(Pulumi\.[\w.-]+)\]", COMMON, re.MULTILINE)
    assert sorted(listed) == [path.name for path in STACKS]


# --- other programs' commands --------------------------------------------------------------------

PULUMI = {
    "config set",
    "destroy",
    "import",
    "login",
    "preview",
    "stack",
    "stack init",
    "stack output",
    "stack rm",
    "up",
}
"""What the pages use of Pulumi's command line, 3.231."""


@each_page
def test_every_command_of_pulumi_is_one_that_there_is(page):
    lines = re.findall(r"^\$ pulumi (.+)$", "\n".join(blocks(page, "console")), re.MULTILINE)
    lines += re.findall(r"`pulumi ([^`]+)`", page)
    for line in lines:
        words = [word for word in line.split() if re.fullmatch("[a-z]+", word)]
        assert (
            " ".join(words[:2]) in PULUMI
            or words[0] in PULUMI - {"stack"}
            or line.startswith("stack --")
        ), line


@each_page
def test_a_command_of_a_cloud_begins_with_its_program(page):
    for line in re.findall(r"^\$ (\S+)", "\n".join(blocks(page, "console")), re.MULTILINE):
        program = line.partition("=")[0]
        assert program in {
            ".",
            "PREFLIGHT_BUCKET_OWNER_PROFILE",
            "aws",
            "az",
            "gcloud",
            "make",
            "preflight",
            "pulumi",
        }
