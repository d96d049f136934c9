"""What a release is made of: its notes, its workflows, the forms that reports come in by."""

import importlib.util
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
CHANGES = "# Changelog\n\n## [1.1.0] - unreleased\n\n- new\n\n## [1.0.0] - 2026-01-31\n\n- old\n"


@pytest.fixture(scope="module")
def release():
    where = ROOT / "ci" / "release_notes.py"
    spec = importlib.util.spec_from_file_location("release_notes", where)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_notes_are_the_changelogs_section_of_that_version(release):
    assert release.notes("v1.0.0", "1.0.0", CHANGES) == "- old\n"


@pytest.mark.parametrize(
    ("tag", "version", "words"),
    [
        ("v1.0.1", "1.0.0", "v1.0.0, which preflight/version.py says"),
        ("1.0.0", "1.0.0", "v1.0.0, which preflight/version.py says"),
        ("v1.1.0", "1.1.0", "'unreleased'; write the day"),
        ("v2.0.0", "2.0.0", "no section '## [2.0.0] - DAY'"),
    ],
)
def test_a_tag_that_is_not_what_is_built_is_no_release(release, tag, version, words):
    with pytest.raises(release.NoRelease, match=re.escape(words)):
        release.notes(tag, version, CHANGES)


def test_the_command_reads_this_projects_own_files(release, capsys):
    assert release.main(["v0.0.0-none"]) == 1
    assert capsys.readouterr().err.startswith("no release: the tag v0.0.0-none is not v")
    assert release.main([]) == 2


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_uses_actions_by_the_id_of_a_commit_and_says_which_version_that_is(path):
    uses = re.findall(r"uses: (.+)", path.read_text())
    assert uses
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each) for each in uses), uses


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_no_job_may_write_more_than_it_says_and_none_runs_for_ever(path):
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] in ({}, {"contents": "read"})
    assert all(0 < job["timeout-minutes"] <= 120 for job in workflow["jobs"].values())


def test_what_is_published_was_tested_and_attested_before_and_needs_no_stored_secret():
    text = (ROOT / ".github" / "workflows" / "release.yml").read_text()
    jobs = yaml.safe_load(text)["jobs"]
    runs = [step.get("run", "") for step in jobs["build"]["steps"]]
    made = [
        next(i for i, run in enumerate(runs) if run.startswith(f"make {x}"))
        for x in ("test", "dist")
    ]
    assert made == sorted(made)
    assert (jobs["publish"]["needs"], jobs["attest"]["needs"]) == ("attest", "build")
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert "secrets." not in text


@pytest.mark.parametrize(
    "path", [form for form in FORMS if form.stem != "config"], ids=lambda p: p.stem
)
def test_a_form_asks_each_thing_once_and_names_labels(path):
    form = yaml.safe_load(path.read_text())
    asked = [part["id"] for part in form["body"] if part["type"] != "markdown"]
    assert form["name"]
    assert form["description"]
    assert form["labels"]
    assert asked == list(dict.fromkeys(asked))
    kinds = {part["type"] for part in form["body"]}
    assert kinds <= {"markdown", "input", "textarea", "dropdown", "checkboxes"}
