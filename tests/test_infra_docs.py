import re

import yaml
from infra_world import ROOT, all_four, every_type

TEXT = (ROOT / "docs" / "infrastructure.md").read_text()
DECLARED = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]


def shown(default):
    if default == "":
        return ""
    if isinstance(default, list):
        return ", ".join(f"`{entry}`" for entry in default)
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def rows(heading):
    section = TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_the_table_of_settings_is_that_of_the_project_file():
    declared = [
        [f"`{key}`", shown(schema["default"]), schema["description"]]
        for key, schema in DECLARED.items()
        if ":" not in key
    ]
    documented = rows("Settings")
    assert documented[: len(declared)] == declared
    (foreign,) = documented[len(declared) :]
    assert foreign[:2] == ["`aws:region`", f"`{DECLARED['aws:region']['value']}`"]


def test_every_setting_of_the_project_has_a_type_a_default_and_a_description():
    for key, schema in DECLARED.items():
        if ":" in key:
            assert set(schema) == {"value"}, key
        else:
            assert set(schema) - {"items"} == {"type", "default", "description"}, key
            assert schema["type"] in {"string", "integer", "boolean", "array"}, key


def test_every_resource_type_is_documented_and_no_other():
    documented = [row[0].strip("`") for row in rows("What is created")]
    assert set(documented) == every_type()
    assert len(documented) == len(set(documented))


def test_the_number_of_apis_is_right():
    (number,) = re.findall(r"\| (\w+) APIs; they stay on", TEXT)
    services = all_four()[0].of("gcp:projects/service:Service")
    assert number == {6: "six"}[len(services)]


def test_the_project_file_names_the_program_and_the_environment_that_set_up_builds():
    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
    assert (ROOT / project["main"] / "__main__.py").is_file()
    assert project["name"] == "batch-preflight"
    assert project["runtime"]["options"] == {"toolchain": "pip", "virtualenv": ".venv"}


def test_every_setting_is_read_by_the_program():
    source = "".join(path.read_text() for path in (ROOT / "infra").glob("*.py"))
    unread = [
        key
        for key in DECLARED
        if ":" not in key and f'"{key}"' not in source and key != "openaiEnabled"
    ]
    assert not unread
