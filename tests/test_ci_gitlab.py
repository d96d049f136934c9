"""The GitLab template's own script, and what it hands to GitLab."""

import json
import os
import subprocess
from xml.etree import ElementTree as ET

import pytest
import yaml
from ci_world import BAD, GOOD, NAMES, ROOT, Repository, installed
from cli_world import outputs

JOB = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text())["preflight"]
INSTALLED = "/opt/preflight/bin/python "


@pytest.fixture
def repository(tmp_path):
    made = Repository(tmp_path / "a checkout")
    made.write("promises.json", json.dumps(outputs()))
    return made


@pytest.fixture
def job(tmp_path, repository):
    """Run the job's script: `(**variables) -> (exit code, log)`."""
    installed(tmp_path)
    program = f"'{tmp_path}/batch-preflight/bin/python' "

    def run(**variables):
        (script,) = JOB["script"]
        assert script.startswith(INSTALLED)
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", script.replace(INSTALLED, program)],
            cwd=repository.folder,
            env=os.environ
            | JOB["variables"]
            | {"PREFLIGHT_CI_PROMISES": "promises.json"}
            | variables,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


def test_a_merge_request_gets_its_findings_at_their_lines(job, repository):
    repository.commit(**{"old.jsonl": BAD})
    base = repository.commit()
    repository.commit(**dict.fromkeys(NAMES, BAD), **{"good.jsonl": GOOD})
    code, log = job(CI_MERGE_REQUEST_DIFF_BASE_SHA=base, CI_COMMIT_BEFORE_SHA="0" * 40)
    assert code == 1, log
    assert "a merge request of a fork has none" in log
    named = JOB["artifacts"]["reports"]
    issues = json.loads((repository.folder / named["codequality"]).read_text())
    assert sorted(issue["location"]["path"] for issue in issues) == sorted(NAMES)
    assert {issue["location"]["lines"]["begin"] for issue in issues} == {2}
    assert {issue["severity"] for issue in issues} == {"critical"}
    assert {issue["check_name"] for issue in issues} == {"requests-unique"}
    assert len({issue["fingerprint"] for issue in issues}) == len(NAMES)
    reports = sorted(repository.folder.glob(named["junit"]))
    assert len(reports) == len(NAMES) + 1
    failures = [int(ET.parse(path).getroot().get("failures")) for path in reports]
    assert sorted(failures) == [0, *[1] * len(NAMES)]


def test_a_fingerprint_stays_when_the_finding_stays(job, repository):
    repository.commit(**{"a.jsonl": BAD})
    report = repository.folder / "preflight-reports" / "code-quality.json"
    assert job()[0] == 1
    first = json.loads(report.read_text())
    repository.commit(**{"a.jsonl": BAD.replace("Hello?", "Hello again?")})
    assert job()[0] == 1
    assert [one["fingerprint"] for one in json.loads(report.read_text())] == [
        one["fingerprint"] for one in first
    ]


def test_a_good_merge_request_has_an_empty_report(job, repository):
    base = repository.commit()
    repository.commit(**{"a.jsonl": GOOD})
    assert job(CI_MERGE_REQUEST_DIFF_BASE_SHA=base)[0] == 0
    assert json.loads((repository.folder / "preflight-reports/code-quality.json").read_text()) == []


def test_a_job_outside_of_a_checkout_is_told(job, repository):
    (repository.folder / ".git").rename(repository.folder / "no.git")
    code, log = job(GIT_CEILING_DIRECTORIES=str(repository.folder.parent))
    assert (code, "run this in a checkout" in log) == (2, True), log
