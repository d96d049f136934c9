"""What the infrastructure pages say of settings and cost, against what the program reads."""

import re

import pytest
import yaml
from infra_pages import COMMON, DECLARED, DOCS, OURS, PAGES, each_provider, rows
from infra_world import ROOT

from preflight.contract import PROVIDERS
from preflight.render.pages.created import made
from preflight.settings import SETTINGS

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


def shown(default):
    if isinstance(default, list):
        return ", ".join(f"`{entry}`" for entry in default)
    return (
        f"`{str(default).lower() if isinstance(default, bool) else default}`"
        if default != ""
        else ""
    )


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
