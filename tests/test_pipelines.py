"""What docs/pipelines.md and the examples say to Argo, Step Functions and cron."""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("yaml", reason="the sandbox extra is not installed")

import yaml
from cli_world import write_promises, write_requests
from library_world import IDS, KEY, ids, timing, upstream

from preflight.cli import parser
from preflight.report import EXIT_CODES, Verdict
from preflight.seams import RunError, UsageError

__all__ = ["timing", "upstream"]

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
PAGE = (ROOT / "docs" / "pipelines.md").read_text()
ARGO = yaml.safe_load((EXAMPLES / "argo" / "batch.yaml").read_text())
STATES = json.loads((EXAMPLES / "stepfunctions" / "batch.asl.json").read_text())
SCRIPT = EXAMPLES / "cron" / "batches.sh"


def test_each_command_of_the_workflow_is_one_of_ours():
    for template in ARGO["spec"]["templates"]:
        if container := template.get("container"):
            program, command = container["command"]
            args = [re.sub(r"\{\{.*provider.*\}\}", "bedrock", word) for word in container["args"]]
            parsed = parser().parse_args([command, *args])
            assert (program, parsed.command, parsed.provider) == ("preflight", command, ["bedrock"])


def test_the_workflow_runs_templates_and_volumes_that_it_has():
    spec = ARGO["spec"]
    templates = {template["name"]: template for template in spec["templates"]}
    volumes = {volume["name"] for volume in spec["volumes"]}
    steps = [step["template"] for group in templates[spec["entrypoint"]]["steps"] for step in group]
    assert steps == ["check", "run"]
    for name in steps:
        mounts = {mount["name"] for mount in templates[name]["container"]["volumeMounts"]}
        assert mounts <= volumes
    given = {one["name"] for one in spec["arguments"]["parameters"]}
    assert set(re.findall(r"\{\{workflow\.parameters\.(\w+)\}\}", json.dumps(spec))) == given


def test_the_workflow_tries_again_only_what_may_pass():
    for template in ARGO["spec"]["templates"]:
        if "container" in template:
            rule = template["retryStrategy"]["expression"].replace("lastRetry.exitCode", "code")
            python = rule.replace("asInt(code)", "code").replace("||", "or")
            tried = [code for code in (-1, 0, 1, 2, 3, 130, 137, 143) if eval(python)]
            assert tried == [-1, 3, 130, 137, 143]


def after(state):
    """The states that may come next."""
    found = [state[key] for key in ("Next", "Default") if key in state]
    return found + [one["Next"] for one in (*state.get("Choices", ()), *state.get("Catch", ()))]


def test_the_state_machine_comes_to_each_of_its_states_and_to_an_end():
    states, found, waiting = STATES["States"], set(), [STATES["StartAt"]]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += after(states[name])
            assert after(states[name]) or states[name]["Type"] in {"Fail", "Succeed"}
    assert found == set(states)


@pytest.mark.parametrize("name", ["Check", "Run"])
def test_each_command_of_the_state_machine_is_one_of_ours(name):
    override = STATES["States"][name]["Parameters"]["Overrides"]["ContainerOverrides"][0]
    inner = override["Command.$"].removeprefix("States.Array(").removesuffix(")")
    words = re.findall(r"'([^']*)'|(\$\.\w+)(?=[,)])", inner)
    words = [
        literal.replace("{}", "bedrock") or "requests.jsonl"
        for literal, path in words
        if literal or path == "$.requests"
    ]
    program, *command = words
    parsed = parser().parse_args(command)
    assert (program, parsed.command, parsed.provider) == ("preflight", name.lower(), ["bedrock"])
    assert parsed.requests == "requests.jsonl"


@pytest.mark.parametrize(
    ("name", "first"), [("ByCheckCode", "NotReady"), ("ByRunCode", "NotAllHaveResults")]
)
def test_the_state_machine_goes_by_the_exit_code(name, first):
    state = STATES["States"][name]
    codes = {choice["And"][1]["NumericEquals"]: choice["Next"] for choice in state["Choices"]}
    assert codes == {EXIT_CODES[Verdict.NOT_READY]: first, UsageError.exit_code: "WrongUsage"}
    assert RunError.exit_code == 1
    wait = STATES["States"][state["Default"]]
    assert (wait["Type"], wait["Next"]) == ("Wait", {"ByCheckCode": "Check"}.get(name, "Run"))
    for choice in state["Choices"]:
        there, code = choice["And"]
        assert there["Variable"] == code["Variable"]
        assert there["IsPresent"] is True


@pytest.fixture
def cron(upstream, tmp_path):
    """`batches.sh` of the example, over a folder with one file in its inbox."""
    folder = tmp_path / "srv"
    (folder / "inbox").mkdir(parents=True)
    write_requests(folder / "inbox" / "today.jsonl", IDS)
    write_promises(folder / "promises.json", upstream.base_url)
    key = tmp_path / "key"
    key.write_text(f"{KEY}\n")
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "preflight").write_text(f'#!/bin/sh\nexec {sys.executable} -m preflight "$@"\n')
    (programs / "preflight").chmod(0o755)
    env = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "TFY_API_KEY_FILE": str(key)}

    def call():
        done = subprocess.run(
            [shutil.which("sh"), SCRIPT, folder, "openai"],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
        return done.returncode, done.stdout

    return call, folder


def test_cron_sends_each_file_once_and_tells_of_it_once(cron, upstream):
    call, folder = cron
    code, out = call()
    assert (code, out.startswith("today: done")) == (0, True), out
    assert call() == (0, "")
    assert len(upstream.batches) == 1
    assert ids(folder / "runs" / "today" / "results.jsonl") == IDS


def test_cron_tells_once_what_a_person_must_repair_and_goes_on_when_that_is_done(cron, upstream):
    call, folder = cron
    inbox = folder / "inbox" / "today.jsonl"
    good = inbox.read_bytes()
    inbox.write_text("{}\n")
    code, out = call()
    assert (code, out.startswith("today: preflight run ended with 1")) == (1, True), out
    assert "NOT READY" in out
    assert call() == (1, "")
    inbox.write_bytes(good)
    code, out = call()
    assert (code, out.startswith("today: done")) == (0, True), out
    assert len(upstream.batches) == 1


def test_cron_tells_of_a_gateway_that_gives_no_answer_once_and_after_an_hour(cron):
    call, folder = cron
    write_promises(folder / "promises.json", "http://127.0.0.1:9")
    (folder / "runs").mkdir()
    (folder / "runs" / "today.unanswered").write_text("3\n3\n")
    told = [call() for _ in range(3)]
    assert [code for code, _ in told] == [0, 3, 0]
    assert [out.partition("\n")[0] for _, out in told if out] == [
        "today: preflight run ended with 3"
    ]


def test_cron_leaves_alone_what_an_earlier_call_waits_for(cron, upstream):
    call, folder = cron
    (folder / "runs").mkdir()
    log = folder / "runs" / "today.now"
    log.write_text("the log of that call")
    with (folder / "runs" / "today.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert call() == (0, "")
    assert (log.read_text(), upstream.batches) == ("the log of that call", [])


@pytest.mark.parametrize(
    "file",
    [
        "airflow/nightly_batch.py",
        "argo/batch.yaml",
        "stepfunctions/batch.asl.json",
        "cron/batches.sh",
        "cron/crontab",
    ],
)
def test_the_page_leads_to_each_example(file):
    assert (EXAMPLES / file).is_file()
    assert f"(../examples/{file})" in PAGE


def test_the_page_has_each_exit_code():
    table = PAGE[PAGE.index("| Code |") :].split("\n\n")[0]
    cells = re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE)
    codes = {int(code) for cell in cells for code in cell.split(",")}
    assert codes == {*EXIT_CODES.values(), UsageError.exit_code, 130, 137, 143}
