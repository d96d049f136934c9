"""docs/dependencies.md: each dependency is listed, no other, with what its metadata tells."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SPEC = importlib.util.spec_from_file_location("dependencies", ROOT / "docs" / "dependencies.py")
dependencies = importlib.util.module_from_spec(SPEC)
sys.modules["dependencies"] = dependencies
SPEC.loader.exec_module(dependencies)

PAGE = dependencies.PAGE.read_text()
ROWS = dependencies.rows(PAGE)
LISTED = [(group, name) for group, rows in ROWS.items() for name in rows]
OLDEST, LOOKED_UP = "2020-01", "2026-11"
SPDX = re.compile(r"[A-Z][\w.-]+(?:(?: AND | OR |, with axe-core )\(?[A-Z][\w. -]+\)?)*")


@pytest.fixture(scope="module")
def installed():
    return dependencies.facts(Path(sys.prefix))


def test_each_dependency_is_listed_and_no_other():
    listed = {group: sorted(rows) for group, rows in ROWS.items()}
    assert listed == {group: sorted(names) for group, names in dependencies.groups().items()}


@pytest.mark.parametrize(("group", "name"), LISTED)
def test_a_row_has_everything(group, name):
    _, licence, size, released, why = ROWS[group][name]
    assert SPDX.fullmatch(licence), licence
    assert re.fullmatch(r"[\d,]+\.\d MB", size), size
    assert OLDEST <= released <= LOOKED_UP
    assert why.endswith("."), why


def test_licences_and_sizes_are_those_of_what_is_installed(installed):
    compared = 0
    for group, name in LISTED:
        fact = installed.get(name)
        if fact is None or group == "bench":
            continue
        _, licence, size, *_ = ROWS[group][name]
        assert fact.licence in {"", licence}, f"{name}: renew with `python docs/dependencies.py`"
        megabytes = float(size.removesuffix(" MB").replace(",", ""))
        # Another version or another Python is of another size, and that of none of another order.
        assert megabytes / 3 <= float(fact.megabytes.removesuffix(" MB")) <= megabytes * 3, name
        compared += 1
    assert compared > 30


def test_a_package_that_is_new_has_a_row_to_be_filled_in():
    before = "<!-- packages: docs -->\n\n<!-- end of packages -->\n"
    fact = dependencies.Fact("MIT", 2_500_000)
    after = dependencies.renewed(before, {"zensical": fact})
    assert "| `zensical` | MIT | 2.5 MB |  |  |\n" in after
    filled = after.replace("|  |  |", "| 2026-11 | Why. |")
    assert dependencies.renewed(filled, {}) == filled


def test_what_is_written_by_hand_names_its_place_and_its_reason():
    table = PAGE.partition("## By hand")[2]
    rows = [line for line in table.splitlines() if line.startswith("| ")][2:]
    assert len(rows) > 25
    for row in rows:
        what, where, libraries, why = (cell.strip() for cell in row.strip("|").split(" | "))
        assert what
        assert libraries
        assert len(why) > 30, row
        paths = re.findall(r"`([^`]+)`", where)
        assert paths or where == "none", row
        assert all((ROOT / path).exists() for path in paths), where
