"""The pre-commit hook, as pre-commit calls it: all files at once, whatever their names."""

import json
import os
import shlex
import subprocess
import sys

import pytest
import yaml
from ci_world import BAD, GOOD, NAMES, ROOT
from cli_world import outputs

(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())


@pytest.fixture
def hook(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "promises.json").write_text(json.dumps(outputs()))

    def run(*arguments):
        entry = shlex.split(HOOK["entry"])
        assert entry[0] == "python"
        done = subprocess.run(
            [sys.executable, *entry[1:], *arguments],
            env=os.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


def written(folder, names, text):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_good_files_of_any_name_pass(hook, tmp_path):
    written(tmp_path, NAMES, GOOD)
    code, said = hook("--promises=promises.json", "--provider=openai", *sorted(NAMES))
    assert (code, said.count("READY: nothing wrong")) == (0, len(NAMES)), said
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize("before", [(), ("--",), ("--provider=openai",)])
def test_a_file_that_is_named_like_an_option_is_a_file(hook, tmp_path, before):
    written(tmp_path, NAMES, BAD)
    code, said = hook(*before, "--provider=azure.jsonl")
    assert (code, "[requests-unique]" in said) == (1, True), said


def test_one_bad_file_fails_the_commit_and_is_told_with_its_line(hook, tmp_path):
    written(tmp_path, ["a.jsonl"], GOOD)
    written(tmp_path, ["b b.jsonl"], BAD)
    code, said = hook("a.jsonl", "b b.jsonl", "a.jsonl")
    assert code == 1
    assert 'line 2: custom_id "a" is also on line 1' in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--promises=none.json", "a.jsonl"), "none.json: cannot be read"),
        (("--provider=cohere", "a.jsonl"), "invalid choice"),
        (("none.jsonl",), "none.jsonl"),
    ],
)
def test_what_cannot_be_read_is_told(hook, tmp_path, arguments, words):
    written(tmp_path, ["a.jsonl"], GOOD)
    code, said = hook(*arguments)
    assert (code, words in said) == (2, True), said


def test_nothing_to_check_is_no_failure(hook):
    assert hook("--promises=promises.json") == (0, "")


def test_what_the_team_set_once_says_what_is_promised(hook, tmp_path):
    (tmp_path / "promises.json").rename(tmp_path / "ours.json")
    written(tmp_path, ["a.jsonl"], GOOD)
    assert hook("a.jsonl")[0] == 2
    (tmp_path / "preflight.toml").write_text('promises = "ours.json"\n')
    code, said = hook("a.jsonl")
    assert (code, "READY" in said) == (0, True), said
    (tmp_path / "preflight.toml").write_text("promises = 1\n")
    code, said = hook("a.jsonl")
    assert (code, "preflight.toml:1" in said) == (2, True), said
