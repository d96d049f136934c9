"""docs/files.md: its session shows what is seen, and the fields it names are those there are."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from test_docs_running import names, rows

from preflight.requests.repair import KINDS

PAGE = (Path(__file__).parents[1] / "docs" / "files.md").read_text()
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HERE = re.compile(r"<<'EOF'\n(.*?)^EOF\n", re.MULTILINE | re.DOTALL)


def steps():
    """Each command with what it is given, and the text that it shows, in the page's order."""
    for block in BLOCK.findall(PAGE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            given = HERE.search(part)
            if given:
                yield f"{command}\n{given[1]}EOF", shown.removeprefix(f"{given[1]}EOF\n")
            else:
                yield command, shown


STEPS = list(steps())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the page's session takes place, `preflight` on its path."""
    found = tmp_path_factory.mktemp("session")
    (found / "bin").mkdir()
    start = f'#!/bin/sh\nexec {sys.executable} -m preflight "$@"\n'
    (found / "bin" / "preflight").write_text(start)
    (found / "bin" / "preflight").chmod(0o755)
    return found


@pytest.fixture(scope="module")
def seen(folder):
    """What each step showed, and its exit code."""
    path = f"{folder}/bin:{os.environ['PATH']}"
    done = [
        subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env={"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        for command, _ in STEPS
    ]
    return [(one.stdout, one.returncode) for one in done]


@pytest.mark.parametrize("number", range(len(STEPS)), ids=lambda n: f"{n}-{STEPS[n][0][:40]}")
def test_each_step_shows_what_the_page_shows(seen, number):
    assert seen[number] == (STEPS[number][1], 0)


def test_the_session_has_each_command():
    commands = [command.split()[1] for command, _ in STEPS if command.startswith("preflight")]
    assert commands == ["fix", "fix", "fix", "split", "merge"]


def document(preflight, *words):
    return json.loads(preflight(*words, "--format", "json")[1])


def test_each_document_has_the_fields_that_are_documented(preflight, folder, seen, monkeypatch):
    assert seen
    monkeypatch.chdir(folder)
    Path("blank.jsonl").write_bytes(b"\n" + Path("requests.jsonl").read_bytes())
    merge = ("merge", "--requests", "requests.jsonl", "fetched.jsonl", "--to", "joined")
    manifests = ("--manifest", "shards", "--manifest", "requests.jsonl.ids")
    found = [
        document(preflight, "fix", "blank.jsonl", "--diff"),
        document(preflight, "split", "requests.jsonl", "--provider", "vertex", "--to", "shards"),
        document(preflight, *merge, *manifests),
    ]
    table = rows(PAGE, "`format` | From | Holds")
    always = {"format", "version", "exit_code"}
    documented = {kind.strip("`"): names(holds) for kind, _, holds in table}
    assert {one["format"]: set(one) - always for one in found} == documented
    assert set(found[0]["repairs"]) <= set(KINDS)
    assert set(found[0]["repairs"]["blank_line"]) == in_brackets(table[0][2], "repairs")
    assert set(found[2]["requests"]) == in_brackets(table[2][2], "requests")


def in_brackets(cell, name):
    """What a cell says in brackets behind a name."""
    return set(re.findall(r"`([^`]+)`", re.search(rf"`{name}` \(([^)]*)\)", cell)[1]))


def test_the_manifest_has_the_fields_that_are_documented(folder, seen):
    assert seen
    manifest = json.loads((folder / "shards" / "manifest.json").read_text())
    table = dict(rows(PAGE, "Field | Holds"))
    assert set(manifest) == set().union(*map(names, table))
    assert set(manifest["requests"]) == names(table["`requests`"])
    shard = set(re.findall(r"`([^`]+)`", table["`shards`"]))
    assert set(manifest["shards"][0]) == shard
    assert f"`{manifest['format']}`, {manifest['version']}" == table["`format`, `version`"]


def test_the_lists_of_ids_have_the_fields_that_are_documented(folder, seen):
    assert seen
    head, *entries = map(json.loads, (folder / "requests.jsonl.ids").read_text().splitlines())
    last = PAGE[PAGE.index("`FILE.ids` has a first line") :]
    documented = set(re.findall(r"`([^`]+)`", last)) - {"FILE.ids", head["format"]}
    assert set(head) | set(entries[0]) == documented
    listed = (folder / "shards" / "ids.jsonl").read_text().splitlines()
    assert [set(json.loads(one)) for one in listed] == [{"line", "sent", "custom_id"}] * 2
