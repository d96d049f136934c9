"""The half of `preflight init` that writes what a team sets once."""

import io
import json
import shutil
import tomllib
from pathlib import Path

import pytest
from cli_world import one_sentence, write_promises

ROOT = Path(__file__).parents[1]
FLAGS = ("--stack", "dev", "--provider", "openai")


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def typing(monkeypatch):
    def type_(*lines):
        monkeypatch.setattr("sys.stdin", Terminal("".join(f"{line}\n" for line in lines)))

    return type_


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return tmp_path


def written(folder):
    return tomllib.loads((folder / "preflight.toml").read_text())


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_yes_takes_every_default(preflight, folder):
    code, out, err = preflight("init", "--yes", "--promises", "promises.json")
    assert (code, out.split()) == (
        0,
        [str(folder / "preflight.toml"), str(folder / "preflight-waivers.toml")],
    )
    assert written(folder) == {
        "promises": "promises.json",
        "runs-folder": "preflight-runs",
        "waivers": "preflight-waivers.toml",
    }
    assert "promises.json is not there yet" in err


def test_what_it_writes_is_what_holds_from_then_on(preflight, folder):
    write_promises(folder / "promises.json")
    preflight("init", "--yes", "--promises", "promises.json", "--report", "sarif")
    code, out, _ = preflight("config", "--json", "check")
    holds = {one["name"]: one for one in json.loads(out)["options"]}
    assert code == 0
    assert holds["provider"]["value"] == ["openai"]  # the one that is promised
    assert holds["format"]["value"] == ["text", "sarif:preflight.sarif"]
    assert holds["promises"]["where"].startswith("preflight.toml:")
    assert preflight("check", "--json")[0] != 2


def test_each_question_has_a_default_and_a_reason(preflight, folder, typing):
    typing(*[""] * 7)
    code, _, err = preflight("init")
    assert code == 0, err
    assert written(folder)["stack"] == "dev"
    assert err.count("]: ") == 7
    for reason in ("always right", "needs no --provider", "out of version", "reviewed like code"):
        assert reason in err
    assert "Code scanning reads SARIF" in err


def test_answers_are_asked_again_until_they_are_some(preflight, folder, typing):
    typing("maybe", "y", "pulumi", "file", "\x1b", "p.json", "cohere", "vertex bedrock", "runs",
           "none", "xml", "junit")  # fmt: skip
    code, _, err = preflight("init")
    assert code == 0, err
    assert written(folder) == {
        "promises": "p.json",
        "provider": ["vertex", "bedrock"],
        "runs-folder": "runs",
        "check": {"format": ["text", "junit:preflight-junit.xml"]},
    }
    for sentence in ("answer y or n", "answer stack or file", "name some of", "answer none or"):
        assert sentence in err
    assert names(folder) == {"preflight.toml"}


def test_a_stack_that_was_just_asked_for_is_the_teams(preflight, folder, typing):
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    typing("dev", "openai", "", "", "y", "", "", "", "")
    code, out, err = preflight("init")
    assert code == 0, err
    assert {"Pulumi.dev.yaml", "preflight.toml"} <= names(folder)
    assert out.split()[0].endswith("Pulumi.dev.yaml")
    assert written(folder)["stack"] == "dev"
    assert written(folder)["provider"] == ["openai"]


def test_a_script_that_asks_for_a_stack_gets_its_settings_alone(preflight, folder):
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    assert preflight("init", *FLAGS)[0] == 0
    assert names(folder) == {"Pulumi.yaml", "Pulumi.dev.yaml"}


def test_answers_that_end_too_soon_write_neither_file(preflight, folder, typing):
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    typing("dev", "openai", "", "", "y", "")
    code, out, _ = preflight("init")
    assert (code, out) == (2, "")
    assert names(folder) == {"Pulumi.yaml"}


def test_a_file_that_is_there_is_replaced_by_who_says_so_alone(preflight, folder, typing):
    there = folder / "preflight.toml"
    there.write_text("quiet = true\n")
    code, out, err = preflight("init", "--yes", "--promises", "p.json")
    assert (code, out) == (2, "")
    assert one_sentence(err.splitlines(keepends=True)[-1])
    assert "add --force" in err
    typing("n")
    assert preflight("init")[0] == 0
    assert there.read_text() == "quiet = true\n"
    typing("y", *[""] * 6)
    assert preflight("init")[0] == 0
    assert "stack" in written(folder)
    preflight("init", "--yes", "--force", "--promises", "p.json")
    assert written(folder)["promises"] == "p.json"


def test_a_table_of_pyproject_is_left_and_no_second_place_is_made(preflight, folder):
    (folder / "pyproject.toml").write_text("[tool.preflight]\nquiet = false\n")
    code, out, err = preflight("init", "--yes", "--promises", "p.json")
    assert (code, out) == (2, "")
    assert "pyproject.toml" in err
    assert names(folder) == {"pyproject.toml"}


def test_a_stacks_settings_are_written_where_the_teams_file_is_left(preflight, folder):
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    (folder / "preflight.toml").write_text("quiet = true\n")
    code, out, err = preflight("init", "--yes", *FLAGS)
    assert (code, out) == (0, f"{folder / 'Pulumi.dev.yaml'}\n")
    assert "is left as it is" in err
    assert (folder / "preflight.toml").read_text() == "quiet = true\n"


def test_settings_of_a_stack_do_not_go_with_a_promise_file(preflight):
    code, _, err = preflight("init", "--promises", "p.json", "--set", "vertexProject=p")
    assert code == 2
    assert "leave out one" in err


@pytest.mark.parametrize("flag", ["--waivers", "--runs-folder", "--promises"])
def test_a_path_that_is_none_is_refused(preflight, folder, flag):
    more = () if flag == "--promises" else ("--promises", "p.json")
    code, _, err = preflight("init", "--yes", *more, flag, "a\x07b")
    assert code == 2
    assert flag in err
    assert names(folder) == set()


def test_the_files_are_one_document_of_json(preflight, folder):
    code, out, _ = preflight("init", "--yes", "--promises", "p.json", "--waivers", "none", "--json")
    assert json.loads(out) == {
        "format": "preflight-init",
        "version": 1,
        "files": [str(folder / "preflight.toml")],
        "exit_code": code,
    }
