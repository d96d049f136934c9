"""The action's own steps, run as the runner runs them, against a GitHub on loopback."""

import json
import os
import re
import subprocess
from urllib.parse import unquote

import pytest
import yaml
from ci_world import BAD, GOOD, NAMES, ROOT, TOKEN, GitHub, Repository, installed, pull_request
from cli_world import outputs

from preflight.ci.checking import Checked, worst
from preflight.ci.comment import body, marked
from preflight.render.markdown import LONGEST, MARK
from preflight.sandbox.serving import serve

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())


@pytest.fixture
def github():
    return GitHub()


@pytest.fixture
def repository(tmp_path):
    made = Repository(tmp_path / "a checkout")
    made.write("promises.json", json.dumps(outputs()))
    return made


@pytest.fixture
def act(tmp_path, repository, github):
    """Run the check step: `(event, **inputs) -> (exit code, log, summary, outputs)`."""
    temp = tmp_path / "runner's temp"
    installed(temp)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT")}

    def run(event, **inputs):
        given = {"promises": "promises.json"} | {
            name.replace("_", "-"): value for name, value in inputs.items()
        }
        (step,) = [one for one in ACTION["runs"]["steps"] if one.get("id") == "check"]
        env = {name: filled(value, given) for name, value in step["env"].items()}
        for name in ("event", "summary", "output"):
            (tmp_path / name).write_text("" if name != "event" else json.dumps(event))
        with serve(github.app()) as url:
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=repository.folder,
                env=environment
                | env
                | {
                    "GITHUB_ACTION_PATH": str(ROOT),
                    "GITHUB_API_URL": url,
                    "GITHUB_EVENT_PATH": str(tmp_path / "event"),
                    "GITHUB_OUTPUT": str(tmp_path / "output"),
                    "GITHUB_REF": "refs/pull/7/merge",
                    "GITHUB_REPOSITORY": "o/r",
                    "GITHUB_SHA": "c" * 40,
                    "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
                    "RUNNER_TEMP": str(temp),
                },
                capture_output=True,
                text=True,
                timeout=100,
                check=False,
            )
        assert TOKEN not in done.stdout + done.stderr
        assert not list(tmp_path.rglob("owned"))
        told = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())
        log = done.stdout + done.stderr
        return done.returncode, log, (tmp_path / "summary").read_text(), told

    return run


def filled(value, given):
    """An expression of the action, of which there are two kinds."""
    found = re.fullmatch(r"\$\{\{ inputs\.([\w-]+) \}\}", value)
    assert found, value
    name = found[1]
    default = TOKEN if name == "token" else ACTION["inputs"][name]["default"]
    return given.get(name, default)


def test_changed_files_of_any_name_are_checked_and_no_others(act, repository, github):
    repository.commit(**{"old.jsonl": BAD, "gone.jsonl": GOOD})
    base = repository.commit()
    (repository.folder / "gone.jsonl").unlink()
    repository.commit(**dict.fromkeys(NAMES, GOOD), **{"notes.txt": "none"})
    code, log, summary, told = act(pull_request(base))
    assert (code, told["exit-code"]) == (0, "0"), log
    assert summary.count("## ✓ READY") == len(NAMES)
    (comment,) = github.comments
    rows = re.findall(r"^\| (.+) \| READY \|$", comment["body"], re.MULTILINE)
    assert len(rows) == len(NAMES)
    assert "old.jsonl" not in comment["body"]


def test_bad_files_make_a_red_pull_request_at_their_lines(act, repository, github):
    base = repository.commit()
    repository.commit(**dict.fromkeys(NAMES, BAD), **{"good.jsonl": GOOD})
    code, log, summary, told = act(pull_request(base))
    assert (code, told["exit-code"]) == (1, "1"), log
    places = re.findall(
        r"^::error file=(.*),line=2,title=No custom_id stands on", log, re.MULTILINE
    )
    assert sorted(map(unescaped, places)) == sorted(NAMES)
    assert summary.count("## ✗ NOT READY") == len(NAMES)
    (comment,) = github.comments
    assert "\n## ✗ NOT READY: a job would be refused or lost\n" in comment["body"]
    (sent,) = github.logs
    assert (sent["commit_sha"], sent["ref"]) == ("c" * 40, "refs/pull/7/merge")
    (run,) = sent["sarif"]["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert {rules[result["ruleIndex"]] for result in run["results"]} == {"requests-unique"}
    uris = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in run["results"]
    ]
    assert sorted(map(unquote, uris)) == sorted(NAMES)
    assert len(run["artifacts"]) == len(NAMES) + 1


def unescaped(text):
    return unquote(text.replace("%25", "%"))


def test_the_next_run_writes_over_its_own_comment_and_nobody_elses(act, repository, github):
    base = repository.commit()
    repository.commit(**{"a.jsonl": BAD})
    github.comments += [{"id": n, "body": "talk", "user": None} for n in range(1, 101)]
    act(pull_request(base))
    mine = github.comments[-1]
    copied = mine["body"].replace("NOT READY", "READY")
    github.say(copied, "User")
    repository.commit(**{"a.jsonl": GOOD})
    act(pull_request(base))
    assert "## ✓ READY" in mine["body"]
    assert len(github.comments) == 102
    assert github.comments[-1]["body"] == copied
    act(pull_request(base), provider="openai")
    assert len(github.comments) == 103


def test_a_fork_is_told_that_nobody_is_asked_and_the_check_goes_on(act, repository, github):
    base = repository.commit()
    repository.commit(**{"a.jsonl": BAD})
    github.refuses = ("comments", "code-scanning")
    code, log, summary, _ = act(pull_request(base, fork=True), gateway_key="")
    assert code == 1
    assert "a pull request of a fork has no secrets" in log
    assert "a pull request of a fork has no secrets" in summary
    assert "::notice title=preflight::no comment: GitHub answers HTTP 403" in log
    assert "::notice title=preflight::no upload to code scanning: GitHub answers HTTP 403" in log
    assert not github.comments
    assert "requests-unique" in summary


def test_a_fork_whose_file_is_good_is_green(act, repository, github):
    base = repository.commit()
    repository.commit(**{"a.jsonl": GOOD})
    github.refuses = ("comments", "code-scanning")
    assert act(pull_request(base, fork=True))[0] == 0


def test_with_a_key_the_gateway_is_asked_with_or_without_a_request_file(act, repository):
    base = repository.commit()
    repository.commit(**{"notes.txt": "none"})
    code, log, summary, _ = act(pull_request(base), gateway_key="a-key")
    assert (code, "CANNOT TELL" in summary) == (3, True), log  # nothing listens there
    repository.commit(**{"a.jsonl": GOOD})
    assert act(pull_request(base), gateway_key="a-key")[0] == 3
    assert act(pull_request(base), gateway_key="a-key", offline="true")[0] == 0


def test_without_a_key_and_without_a_change_the_promises_are_read(act, repository, github):
    base = repository.commit()
    code, log, _, _ = act(pull_request(base))
    assert code == 0, log
    repository.commit(**{"promises.json": '{"version": 2}'})
    code, log, summary, _ = act(pull_request(base))
    assert code == 2, log
    assert "promises.json: gateway: is missing" in github.comments[-1]["body"].replace("\\", "")
    assert "is missing" in summary


def test_a_shallow_clone_fetches_the_commit_to_compare_with(act, repository, tmp_path, github):
    base = repository.commit(**{"old.jsonl": BAD})
    repository.commit(**{"a.jsonl": GOOD})
    origin = tmp_path / "origin"
    repository.folder.rename(origin)
    clone = ["git", "clone", "--quiet", "--depth=1", f"file://{origin}", str(repository.folder)]
    subprocess.run(clone, check=True)
    code, log, _, _ = act(pull_request(base))
    assert code == 0, log
    origin.rename(tmp_path / "gone")
    code, log, _, _ = act(pull_request("a" * 40))
    assert (code, f"commit {'a' * 40} is not in this clone" in log) == (1, True), log


@pytest.mark.parametrize("event", [{}, {"before": "0" * 40}, {"inputs": {}}])
def test_without_anything_to_compare_with_every_file_is_checked(act, repository, event, github):
    repository.commit(**{"old.jsonl": BAD})
    repository.commit(**{"a.jsonl": GOOD})
    assert act(event)[0] == 1
    assert not github.comments
    assert github.logs


def test_a_link_is_not_followed(act, repository, tmp_path):
    base = repository.commit()
    (tmp_path / "secret").write_text("a-secret-line\n")
    (repository.folder / "a.jsonl").symlink_to(tmp_path / "secret")
    repository.commit()
    code, log, summary, _ = act(pull_request(base))
    assert (code, "a.jsonl is a link, and is not followed" in log) == (0, True)
    assert "a-secret-line" not in log + summary


def test_no_module_of_the_pull_request_is_imported(act, repository):
    base = repository.commit()
    for name in ("json.py", "preflight/__init__.py", "sitecustomize.py"):
        repository.write(name, "raise SystemExit('imported')\n")
    repository.commit(**{"a.jsonl": GOOD})
    code, log, _, _ = act(pull_request(base))
    assert (code, "imported" in log) == (0, False), log


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"promises": ""}, "names neither a promise file nor a stack"),
        ({"provider": "cohere"}, "name some of openai, azure, vertex, bedrock"),
        ({"offline": "perhaps"}, "use true or false"),
        ({"promises": "none.json"}, "none.json: cannot be read"),
    ],
)
def test_a_setting_that_means_nothing_is_told(act, repository, inputs, words):
    base = repository.commit()
    repository.commit(**{"a.jsonl": GOOD})
    code, log, _, _ = act(pull_request(base), **inputs)
    assert code == 2
    assert words in log


def test_a_comment_stays_within_what_github_takes_and_bad_files_find_room_first(tmp_path):
    done = []
    for number in range(30):
        base = tmp_path / f"{number:04}"
        code = 1 if number >= 20 else 0
        (tmp_path / f"{number:04}.md").write_text(
            f"{MARK}\n{'bad' if code else 'good'} {'x' * 4000}\n"
        )
        done.append(Checked(f"{number}.jsonl", code, "", base))
    text = body(done, ["a note"], "1a2b")
    assert LONGEST - 5000 < len(text) < LONGEST + 200
    assert text.startswith(marked("1a2b"))
    assert text.count(MARK) == 1
    assert text.count("\nbad ") == 10
    left_out = 20 - text.count("\ngood ")
    assert f"There is no room here for {left_out} more" in text


def test_the_worst_verdict_counts_and_what_broke_off_is_no_verdict(tmp_path):
    def came_out(*codes):
        return worst([Checked("a", code, "", tmp_path) for code in codes])

    assert [came_out(), came_out(0), came_out(0, 3), came_out(3, 2), came_out(2, 1, 3)] == [
        *(0, 0, 3, 2, 1)
    ]
    assert came_out(0, -9) == 3
    assert Checked("a", -9, "", tmp_path).verdict == "BROKE OFF"


def test_the_action_uses_no_other_action_and_puts_no_input_into_a_script():
    steps = ACTION["runs"]["steps"]
    assert all("uses" not in step and "${{" not in step["run"] for step in steps)
