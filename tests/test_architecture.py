"""Who may import whom; read from the source, so that no import has to be run for it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SDKS = ("boto3", "botocore", "google", "azure")
FILES = sorted((ROOT / "preflight").rglob("*.py")) + sorted((ROOT / "infra").rglob("*.py"))


def module_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def imports(path):
    """Every absolute module a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative imports fail where Pulumi runs infra/"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def top_level_imports(path):
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module)
    return found


def within(module, *packages):
    return any(module == package or module.startswith(f"{package}.") for package in packages)


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_keep_their_directions(path):
    here = module_of(path)
    for imported in imports(path):
        if within(imported, *SDKS):
            assert within(here, "preflight.cloud", "preflight.sandbox"), imported
        if within(imported, "openai"):
            assert within(here, "preflight.batch.remote", "preflight.cloud", "preflight.sandbox")
        if within(imported, "pulumi", "pulumi_aws", "pulumi_gcp", "pulumi_azure_native"):
            assert within(here, "infra", "preflight.sandbox"), imported
        if within(imported, "infra"):
            assert within(here, "infra"), imported
        if within(here, "infra") and within(imported, "preflight"):
            facts = ("permissions", "contract", "limits", "grants", "settings", "auditor", "looks")
            allowed = tuple(f"preflight.{name}" for name in facts)
            assert imported == "preflight" or within(imported, *allowed), imported
        if within(here, "preflight.checks") and within(imported, "preflight"):
            forbidden = ("cloud", "sandbox", "batch", "render", "commands", "runner", "suites")
            assert not within(imported, *(f"preflight.{name}" for name in forbidden)), imported
        if within(here, "preflight.cloud") and within(imported, "preflight"):
            forbidden = ("checks", "sandbox", "batch", "render", "commands", "runner", "suites")
            assert not within(imported, *(f"preflight.{name}" for name in forbidden)), imported
        if within(imported, "preflight.sandbox"):
            commands = ("preflight.commands.sandbox", "preflight.commands.demo")
            pages = "preflight.render.pages"  # the documentation of the breakages
            assert within(here, "preflight.sandbox", *commands, pages), imported


def test_the_library_is_for_programs_and_nothing_within_is_built_on_it():
    for path in FILES:
        if any(within(imported, "preflight.api") for imported in imports(path)):
            outside = ("preflight.__init__", "preflight.api", "preflight.airflow")
            assert within(module_of(path), *outside), path


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_airflow_is_imported_in_one_place(path):
    for imported in imports(path):
        if within(imported, "airflow", "preflight.airflow"):
            assert within(module_of(path), "preflight.airflow"), imported


@pytest.mark.parametrize(
    "path", [path for path in FILES if within(module_of(path), "preflight.cloud")], ids=module_of
)
def test_a_cloud_sdk_is_imported_only_when_it_is_connected_to(path):
    assert not [name for name in top_level_imports(path) if within(name, *SDKS, "openai")]


def test_the_sandbox_judges_with_none_of_the_products_own_checks():
    for path in (ROOT / "preflight" / "sandbox").rglob("*.py"):
        if path.name == "breakages.py" and path.parent.name == "sandbox":
            continue
        for imported in imports(path):
            judging = ("checks", "iam", "requests.scan", "requests.diagnose", "permissions")
            assert not within(imported, *(f"preflight.{name}" for name in judging)), path


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_a_file_stays_readable(path):
    assert len(path.read_text().splitlines()) <= 300
