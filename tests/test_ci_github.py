"""The action's own steps, run as the runner runs them, against a GitHub on loopback."""

import re
import subprocess
from urllib.parse import unquote

import pytest
import yaml
from ci_world import ACTION, BAD, GOOD, NAMES, ROOT, pull_request

pytest_plugins = ["ci_fixtures"]


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


def test_the_action_uses_no_other_action_and_puts_no_input_into_a_script():
    steps = ACTION["runs"]["steps"]
    assert all("uses" not in step and "${{" not in step["run"] for step in steps)


def test_the_pages_way_to_a_red_pull_request_ends_in_one(act, repository, github):
    page = (ROOT / "docs" / "ci.md").read_text()
    workflow, *_ = (
        yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    )
    *_, step = workflow["jobs"]["preflight"]["steps"]
    given = {name.replace("-", "_"): value for name, value in step["with"].items()}
    assert given.pop("gateway_key") == "${{ secrets.TFY_API_KEY }}"
    given |= {"provider": "openai"}  # whichever the promise file has
    repository.write("batches/requests.jsonl", GOOD)
    base = repository.commit()
    repository.write("batches/requests.jsonl", GOOD + GOOD.splitlines(keepends=True)[0])
    repository.commit()
    code, log, _, _ = act(pull_request(base), **given)
    assert code == 1
    assert "::error file=batches/requests.jsonl,line=3," in log
    (begins,) = re.findall(r"```text\n *(.*?)\n *```", page, re.DOTALL)
    (comment,) = github.comments
    shown = [line for line in comment["body"].splitlines() if line and not line.startswith("<!--")]
    assert shown[0] == f"## {begins}"


def test_the_page_has_every_input_with_its_default():
    rows = re.findall(
        r"^\| (`.*?) \| (.*?) ?\|", (ROOT / "docs" / "ci.md").read_text(), re.MULTILINE
    )
    told = {name: default for names, default in rows for name in re.findall(r"`([a-z-]+)`", names)}
    assert set(told) == set(ACTION["inputs"])
    for name in ("requests", "offline", "comment", "sarif"):
        assert told[name] == f"`{ACTION['inputs'][name]['default']}`"
