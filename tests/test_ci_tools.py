"""The hook under the real pre-commit, the workflow files before zizmor, the action's installation.

Run with `pytest -m tools`: it needs the network, installs each into a temporary folder, and is no
part of `make test`.
"""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from ci_world import BAD, GOOD, NAMES, ROOT, Repository
from cli_world import outputs

pytestmark = [pytest.mark.tools, pytest.mark.timeout(600)]

PRE_COMMIT = "pre-commit==4.7.0"
ZIZMOR = "zizmor==1.32.0"
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
PACKAGE = ("preflight", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """The folder of the tools' programs."""
    folder = tmp_path_factory.mktemp("tools")
    ran(sys.executable, "-m", "venv", folder)
    ran(folder / "bin" / "pip", "install", "--quiet", PRE_COMMIT, ZIZMOR)
    return folder / "bin"


def ran(*command, code=0, **options):
    done = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **options,
    )
    assert done.returncode == code, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def published(programs, tmp_path_factory):
    """This project as a repository with one commit, uncommitted changes and all; its id."""
    made = Repository(tmp_path_factory.mktemp("published") / "batch-preflight")
    for name in PACKAGE:
        source, to = ROOT / name, made.folder / name
        if source.is_dir():
            shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, to)
    return made, made.commit()


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Where pre-commit keeps what it installs: once for all tests."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def commits(programs, published, store, tmp_path):
    """A repository with the hook installed: `commit(files) -> (exit code, log)`."""
    source, commit_id = published
    hook = {"id": "preflight-requests", "args": ["--promises=promises.json"]}
    repos = [{"repo": str(source.folder), "rev": commit_id, "hooks": [hook]}]
    made = Repository(tmp_path / "with the hook")
    environment = os.environ | {"PRE_COMMIT_HOME": str(store)}
    first = {
        ".pre-commit-config.yaml": json.dumps({"repos": repos}),
        "promises.json": json.dumps(outputs()),
    }
    made.commit(**first)
    options = {"cwd": made.folder, "env": environment}
    ran(programs / "pre-commit", "install", **options)

    def commit(**files):
        for name, text in files.items():
            made.write(name, text)
        made.git("add", "--all")
        author = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        done = subprocess.run(
            ["git", *author, "commit", "--message=a change"],
            capture_output=True,
            text=True,
            check=False,
            **options,
        )
        return done.returncode, done.stdout + done.stderr

    return commit


def test_a_commit_with_a_bad_request_file_is_refused_and_a_repaired_one_is_taken(commits):
    code, log = commits(**{"with blanks.jsonl": BAD, "notes.txt": "none"})
    assert code != 0
    assert "batch request files" in log
    assert "Failed" in log
    assert 'line 2: custom_id "a" is also on line 1' in log
    code, log = commits(**{"with blanks.jsonl": GOOD})
    assert (code, "Passed" in log) == (0, True), log


def test_request_files_of_any_name_are_taken(commits):
    code, log = commits(**dict.fromkeys(NAMES, GOOD))
    assert (code, "Passed" in log) == (0, True), log


def test_a_commit_without_request_files_asks_nothing(commits):
    code, log = commits(**{"notes.txt": "none"})
    assert (code, "Skipped" in log) == (0, True), log


def test_zizmor_finds_nothing_in_action_workflows_and_the_pages_workflow(programs, tmp_path):
    page = (ROOT / "docs" / "ci.md").read_text()
    workflow = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)[1].replace("COMMIT", "a" * 40)
    shown = tmp_path / ".github" / "workflows" / "batches.yml"
    shown.parent.mkdir(parents=True)
    shown.write_text(workflow)
    files = [ROOT / "action.yml", *sorted((ROOT / ".github" / "workflows").glob("*.yml")), shown]
    said = ran(programs / "zizmor", "--offline", "--no-config", "--persona=regular", *files)
    assert "No findings to report" in said


def test_actionlint_finds_nothing_in_the_workflows(programs, tmp_path):
    go = shutil.which("go")
    if go is None:
        pytest.skip("there is no go here")
    ran(go, "install", ACTIONLINT, env=os.environ | {"GOBIN": str(tmp_path)})
    files = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    assert ran(tmp_path / "actionlint", "-no-color", *files) == ""


def test_the_actions_installation_gives_a_preflight_of_the_pinned_versions(programs, tmp_path):
    environment = tmp_path / "runner's temp" / "batch-preflight"
    ran(ROOT / "ci" / "install.sh", ROOT, environment, cwd=tmp_path)
    program = environment / "bin" / "python"
    assert "preflight" in ran(program, "-P", "-m", "preflight", "--version", cwd=tmp_path)
    frozen = ran(environment / "bin" / "pip", "freeze", cwd=tmp_path).lower().replace("_", "-")
    pinned = (ROOT / "requirements" / "all.txt").read_text().lower().replace("_", "-")
    versions = {line.split()[0] for line in pinned.splitlines() if "==" in line}
    others = {line for line in frozen.splitlines() if line not in versions}
    assert {line.split(" @ ")[0] for line in others} == {"batch-preflight"}
