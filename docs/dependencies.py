"""`python docs/dependencies.py`: renew what installed metadata tells in docs/dependencies.md.

Licence and size of each package come from its metadata in whichever environment has it; which
packages there are comes from pyproject.toml. When each was last released, and why it was chosen, is
written by hand: a new package has a row without them, which a test refuses.
"""

import argparse
import json
import re
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "dependencies.md"
ENVIRONMENTS = (".venv", ".venv-airflow", ".venv-bench", ".venv-docs", ".venv-release")
HEAD = "| Package | Licence | Size | Last release | Why |\n| --- | --- | --- | --- | --- |\n"
OWN = "batch-preflight"

_TABLE = re.compile(
    r"(?<=<!-- packages: )([\w-]+)( -->\n).*?(?=<!-- end of packages -->\n)", re.DOTALL
)
_ASK = """
import importlib.metadata as metadata, json
found = {}
for one in metadata.distributions():
    about = one.metadata
    words = about.get("License-Expression") or about.get("License") or ""
    kinds = [k for k in about.get_all("Classifier") or () if "License ::" in k]
    kinds = [kind.rpartition(" :: ")[2] for kind in kinds]
    files = [path.locate() for path in one.files or ()]
    size = sum(path.stat().st_size for path in files if path.is_file() and path.suffix != ".pyc")
    found[one.name.lower().replace("_", "-")] = (words.splitlines() or [""])[0], kinds, size
print(json.dumps(found))
"""
_KNOWN = {
    "apache software license": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache-2.0 license": "Apache-2.0",
    "bsd license": "BSD-3-Clause",
    "bsd": "BSD-3-Clause",
    "bsd-3": "BSD-3-Clause",
    "mit license": "MIT",
    "gnu lesser general public license v3 (lgplv3)": "LGPL-3.0",
}
"""Words of older metadata, as SPDX has them."""


@dataclass(frozen=True)
class Fact:
    """What metadata tells of an installed package; `size` is in bytes."""

    licence: str
    size: int

    @property
    def megabytes(self) -> str:
        """`0.1 MB` and more."""
        return f"{max(self.size / 1e6, 0.1):,.1f} MB"


def groups() -> dict[str, list[str]]:
    """Group -> its packages, as pyproject.toml has them."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = table["project"]
    lists = {
        "runtime": project["dependencies"],
        **project["optional-dependencies"],
        **table["dependency-groups"],
    }
    return {
        group: [name for name in map(_name, several) if name != OWN]
        for group, several in lists.items()
    }


def _name(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    return found[0].lower().replace("_", "-") if found else requirement


def facts(environment: Path) -> dict[str, Fact]:
    """What is installed in an environment; nothing where there is none."""
    python = environment / "bin" / "python"
    if not python.exists():
        return {}
    done = subprocess.run([python, "-c", _ASK], capture_output=True, text=True, check=True)  # noqa: S603
    told = json.loads(done.stdout)
    return {name: Fact(_licence(*words), size) for name, (*words, size) in told.items()}


def _licence(words: str, kinds: list[str]) -> str:
    for said in (words, *kinds):
        if said and said != "OSI Approved" and not said.startswith("Copyright"):
            return _KNOWN.get(said.lower(), said)
    return ""


def rows(page: str) -> dict[str, dict[str, list[str]]]:
    """Group -> package -> its cells, as the page has them."""
    found: dict[str, dict[str, list[str]]] = {}
    for table in _TABLE.finditer(page):
        lines = [line for line in table[0].splitlines() if line.startswith("| `")]
        cells = ([cell.strip() for cell in line.strip("|").split(" | ")] for line in lines)
        found[table[1]] = {row[0].strip("` "): row for row in cells}
    return found


def renewed(page: str, known: Mapping[str, Fact]) -> str:
    """The page with a row for each package, and what is known of it."""
    written, wanted = rows(page), groups()

    def table(found: re.Match[str]) -> str:
        group, close = found.groups()
        return f"{group}{close}\n{HEAD}{''.join(_rows(group, written, wanted, known))}\n"

    return _TABLE.sub(table, page)


def _rows(
    group: str,
    written: Mapping[str, Mapping[str, list[str]]],
    wanted: Mapping[str, list[str]],
    known: Mapping[str, Fact],
) -> Iterator[str]:
    for name in sorted(wanted[group]):
        cells = written.get(group, {}).get(name, [name, "", "", "", ""])
        _, licence, size, released, why = (*cells, "", "", "")[:5]
        if fact := known.get(name):
            licence, size = fact.licence or licence, fact.megabytes
        yield f"| `{name}` | {licence} | {size} | {released} | {why} |\n"


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    there: dict[str, Fact] = {}
    for folder in reversed(ENVIRONMENTS):
        there |= facts(ROOT / folder)
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), there), encoding="utf-8")
