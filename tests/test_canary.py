"""`preflight check --canary`: what it asks before it pays, what it says, and that it pays once."""

import json
import signal
import sys

import pytest
from cli_world import ended, one_sentence, request, started, world
from flask import jsonify
from gateway_double import KEY, Double, lines, refusal, result

from preflight.cli import main

STEPS = ("gateway-upload", "gateway-create", "gateway-results")
DONE = {"status": "completed", "output_file_id": "out"}
CHECK = ("check", "requests.jsonl", "--canary", "--yes")
PASSED = dict.fromkeys(STEPS, "passed")


class Gateway(Double):
    """A double that gives back what was uploaded, and deletes it."""

    deleted: list
    closed: set

    def _content(self, file_id):
        if file_id in self.closed:
            return refusal(403, "not for this key")
        if file_id.startswith("file-") and file_id not in self.content:
            self.content[file_id] = self.uploads[int(file_id[5:])][1]
        return super()._content(file_id)

    def app(self):
        self.deleted, self.closed = [], set()
        app = super().app()

        @app.delete("/files/<path:file_id>")
        def delete(file_id):
            self.deleted.append(file_id)
            return jsonify({"id": file_id, "deleted": True})

        return app


@pytest.fixture
def double():
    return Gateway(states=[DONE], content={"out": lines(result("canary-r0"))})


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, double):
    monkeypatch.setattr("preflight.batch.canary_readback.LOOKS_AFTER", (0.0, 0.0))
    with world(tmp_path, monkeypatch, double):
        yield tmp_path


@pytest.fixture
def canary(preflight):
    """Run it: the exit code, the canary's checks, the whole report, and standard error."""

    def run(*more, command=CHECK):
        code, out, err = preflight(*command, *more, "--format", "json")
        report = json.loads(out)
        return code, {c["id"]: c for c in report["checks"] if c["id"] in STEPS}, report, err

    return run


def outcomes(steps):
    return {name: step["outcome"] for name, step in steps.items()}


def sent(double):
    return double.done["upload"], double.done["create"]


def test_a_small_real_job_is_sent_and_what_came_back_is_said(canary, double):
    code, steps, report, err = canary()
    assert outcomes(steps) == PASSED, err
    assert code == report["exit_code"]
    assert "1 of 1 requests came back with an answer" in steps["gateway-results"]["detail"]
    assert "read back, the same" in steps["gateway-upload"]["detail"]
    ((name, content),) = double.uploads
    assert name.startswith("preflight-")
    assert json.loads(content) == request("canary-r0")
    assert double.deleted == ["file-0"]
    assert not any("--canary" in sentence for sentence in report["not_looked_at"])


def test_a_second_canary_of_the_same_pays_nothing_and_says_how_old_its_proof_is(canary, double):
    canary()
    _, steps, _, err = canary()
    assert outcomes(steps) == PASSED
    assert sent(double) == (1, 1)
    assert (
        "proved by an earlier canary, less than an hour ago" in steps["gateway-results"]["caveat"]
    )
    assert "of prompts" not in err
    assert double.deleted == ["file-0"]


def test_other_promises_are_another_canary(canary, double, folder):
    canary()
    promises = json.loads((folder / "promises.json").read_text())
    promises["openai"][0]["provider_name"] = "openai-other"
    (folder / "promises.json").write_text(json.dumps(promises))
    _, steps, _, _ = canary()
    assert outcomes(steps) == PASSED
    assert sent(double) == (2, 2)


def test_without_a_canary_what_only_a_job_can_tell_is_said_not_to_be_looked_at(canary, double):
    _, steps, report, _ = canary(command=("check", "requests.jsonl"))
    assert not steps
    assert sum("--canary" in sentence for sentence in report["not_looked_at"]) == 1
    assert sent(double) == (0, 0)
    _, _, report, _ = canary(command=("check", "requests.jsonl", "--offline"))
    assert not any("--canary" in sentence for sentence in report["not_looked_at"])


# --- before anything is paid ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("requests.jsonl",), "--yes"),
        (("--yes",), "name one"),
        (("requests.jsonl", "--yes", "--offline"), "--offline"),
        (("requests.jsonl", "--yes", "--skip", "requests-json"), "a waiver"),
        (("requests.jsonl", "--yes", "--only", "gateway-*"), "a waiver"),
        (("requests.jsonl", "--yes", "--canary-wait", "0"), "--canary-wait"),
    ],
)
def test_a_command_line_with_which_nothing_can_be_sent_is_refused(
    preflight, double, arguments, words
):
    code, out, err = preflight("check", "--canary", *arguments)
    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert words in err
    assert sent(double) == (0, 0)


class Terminal:
    """Standard input of somebody who answers."""

    def __init__(self, answer):
        self.answer = answer

    def isatty(self):
        return True

    def readline(self):
        return self.answer


@pytest.mark.parametrize(("answer", "jobs"), [("y\n", 1), ("Yes\n", 1), ("n\n", 0), ("", 0)])
def test_on_a_terminal_the_price_is_said_before_it_is_asked(
    canary, double, monkeypatch, answer, jobs
):
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    _, steps, report, err = canary(command=("check", "requests.jsonl", "--canary"))
    assert sent(double) == (jobs, jobs)
    assert bool(steps) == bool(jobs)
    assert any("nobody agreed" in sentence for sentence in report["not_looked_at"]) != bool(jobs)
    assert err.index("tokens of prompts") < err.index("send it? [y/N]")
    assert "price not known for the answers" in err  # the requests set no bound


def test_nothing_is_sent_where_a_check_failed_but_for_a_waived_one(canary, double, folder):
    body = request("r0")["body"] | {"stream": True}
    (folder / "requests.jsonl").write_bytes(lines(request("r0", body=body), request("r1")))
    code, steps, _, _ = canary()
    assert code == 1
    assert sent(double) == (0, 0)
    assert {step["reason"] for step in steps.values()} == {
        "requests-stream failed, so that no canary was sent"
    }
    (folder / "waivers.toml").write_text(
        '[[waiver]]\ncheck = "requests-stream"\nreason = "on purpose"\nowner = "ann"\n'
        "expires = 2999-01-01\n"
    )
    double.content["out"] = lines(result("canary-r1"))
    _, steps, _, _ = canary("--waivers", "waivers.toml")
    assert outcomes(steps) == PASSED
    assert json.loads(double.uploads[0][1])["custom_id"] == "canary-r1"


# --- what goes wrong ------------------------------------------------------------------------------


def test_an_upload_that_is_refused_is_a_failure_in_the_gateways_words(canary, double):
    double.before["upload"] = [
        refusal(400, f"Could not account for all tokens in the batch input file {KEY}", "bad")
    ]
    code, steps, _, err = canary()
    assert code == 1
    assert outcomes(steps) == dict(zip(STEPS, ("failed", "skipped", "skipped"), strict=True))
    assert "HTTP 400: bad: Could not account for all tokens" in steps["gateway-upload"]["problem"]
    assert "(G06: " in steps["gateway-upload"]["problem"]
    assert KEY not in json.dumps(steps) + err
    assert outcomes(canary()[1]) == PASSED
    assert sent(double) == (1, 1)


def test_a_file_that_cannot_be_read_back_stops_it_before_anything_is_paid(canary, double):
    double.before["content"] = [refusal(403, "this key reads no files")]
    code, steps, _, _ = canary()
    assert code == 1
    assert "this key reads no files" in steps["gateway-upload"]["problem"]
    assert sent(double) == (1, 0)
    assert double.deleted == ["file-0"]
    assert outcomes(canary()[1]) == PASSED
    assert sent(double) == (2, 1)


def test_a_file_that_lost_a_request_on_its_way_is_named_with_it(canary, double):
    double.content["file-0"] = b"\n"
    _, steps, _, _ = canary()
    assert "1 of 1 requests are missing" in steps["gateway-upload"]["problem"]
    assert "canary-r0" in steps["gateway-upload"]["problem"]
    assert sent(double) == (1, 0)


def test_a_file_that_comes_back_in_other_words_is_told_by_its_ids(canary, double):
    double.content["file-0"] = b'{"custom_id": "canary-r0", "body": {}}\n'
    _, steps, _, _ = canary()
    assert outcomes(steps) == PASSED
    assert "the gateway rewrote the file" in steps["gateway-upload"]["caveat"]


def test_a_file_that_is_never_there_is_a_failure(canary, double):
    double.before["content"] = [refusal(404, "no such file") for _ in range(2)]
    _, steps, _, _ = canary()
    assert "the file that was just uploaded is not there" in steps["gateway-upload"]["problem"]


def test_a_create_that_is_refused_is_tried_anew_with_a_new_file(canary, double):
    double.before["create"] = [
        refusal(
            400, "Set 'aws_batch_role_arn'; AWS IAM role ARN is required for Bedrock batch jobs"
        )
    ]
    _, steps, _, _ = canary()
    assert outcomes(steps) == dict(zip(STEPS, ("passed", "failed", "skipped"), strict=True))
    assert double.deleted == ["file-0"]
    assert outcomes(canary()[1]) == PASSED
    assert sent(double) == (2, 1)


def test_a_create_whose_answer_is_lost_is_found_and_not_repeated(canary, double):
    double.after["create"] = [refusal(502, "bad gateway")]
    assert outcomes(canary()[1]) == PASSED
    assert sent(double) == (1, 1)


@pytest.mark.parametrize("status", [500, 503])
def test_a_gateway_that_gives_no_answer_is_no_verdict(canary, double, status):
    double.before["upload"] = [refusal(status, "away")] * 2
    _, steps, _, _ = canary()
    assert outcomes(steps) == dict(zip(STEPS, ("unknown", "skipped", "skipped"), strict=True))
    assert outcomes(canary()[1]) == PASSED


def test_results_that_may_not_be_read_are_fetched_later_without_paying(canary, double):
    double.closed.add("out")
    _, steps, _, _ = canary()
    assert "not for this key" in steps["gateway-results"]["problem"]
    double.closed.clear()
    assert outcomes(canary()[1]) == PASSED
    assert sent(double) == (1, 1)


ROWS = {
    "refused": ([result("canary-r0", 400)], "failed", "came back with an error"),
    "busy": ([result("canary-r0", 429)], "unknown", "HTTP 429"),
    "broken": ([result("canary-r0", 503)], "unknown", "HTTP 503"),
    "nameless": ([result("other")], "failed", "name none of the requests"),
    "hollow": (
        [{"custom_id": "canary-r0", "response": {"status_code": 200, "body": {"choices": []}}}],
        "failed",
        "have no answer in them",
    ),
    "bare": (
        [{"custom_id": "canary-r0", "response": {"status_code": 200, "body": None}}],
        "failed",
        "have no answer in them",
    ),
    "none": ([], "failed", "1 of 1 requests have no result"),
}


@pytest.mark.parametrize("kind", ROWS)
def test_each_row_is_judged_by_its_own_status(canary, double, kind):
    rows, outcome, words = ROWS[kind]
    double.content["out"] = lines(*rows)
    _, steps, _, _ = canary()
    step = steps["gateway-results"]
    assert step["outcome"] == outcome
    assert words in step.get("problem", "") + step.get("reason", "")


def test_a_job_that_was_accepted_and_failed_late_is_another_one_next_time(canary, double):
    words = "Batch inference is not supported for the requested model"
    double.states = [{"status": "failed", "errors": {"data": [{"message": words}]}}]
    code, steps, _, _ = canary()
    assert code == 1
    assert f"was accepted and ended failed: {words} (B15: " in steps["gateway-results"]["problem"]
    double.states = [DONE]
    _, steps, _, err = canary()
    assert outcomes(steps) == PASSED
    assert sent(double) == (2, 2)
    assert err.index("proved nothing: this is another one") < err.index("tokens of prompts")


@pytest.mark.parametrize("status", ["expired", "cancelled"])
def test_a_job_that_somebody_ended_proves_nothing(canary, double, status):
    double.states = [{"status": status}]
    code, steps, _, _ = canary()
    assert code == 3
    assert steps["gateway-results"]["reason"].endswith(f"ended {status}, with no row")


# --- time -----------------------------------------------------------------------------------------


def test_a_job_that_takes_longer_is_unknown_and_taken_up_later(canary, double):
    double.states = [{"status": "in_progress"}]
    code, steps, _, err = canary("--canary-wait", "0.1")
    assert code == 3
    assert "batch batch-0 was in_progress after" in steps["gateway-results"]["reason"]
    assert "goes on" in steps["gateway-results"]["reason"]
    assert (
        "preflight status preflight-runs/canary-requests-openai-"
        in steps["gateway-results"]["needs"]
    )
    assert double.done["cancel"] == 0
    assert double.deleted == []
    double.states = [DONE]
    _, steps, _, err = canary()
    assert outcomes(steps) == PASSED
    assert "going on with its batch, sending nothing" in err
    assert sent(double) == (1, 1)
    assert double.deleted == ["file-0"]


def test_by_choice_it_is_cancelled_when_its_time_is_up_and_never_after_its_end(canary, double):
    double.states = [{"status": "in_progress"}]
    _, steps, _, _ = canary("--canary-wait", "0.1", "--canary-cancel")
    assert "was asked to be cancelled" in steps["gateway-results"]["reason"]
    assert double.done["cancel"] == 1
    double.states = [DONE]
    assert outcomes(canary("--canary-cancel")[1]) == PASSED
    assert double.done["cancel"] == 1


def test_the_command_that_looks_later_works(canary, double, preflight):
    double.states = [{"status": "in_progress"}]
    _, steps, _, _ = canary("--canary-wait", "0.1")
    command = steps["gateway-results"]["needs"].split("`")[1]
    code, out, err = preflight(*command.split()[1:])
    assert code == 0, err
    assert "batch-0" in out


@pytest.mark.parametrize(
    "moment",
    [
        "before upload",
        "after upload",
        "before content",
        "after content",
        "before create",
        "after create",
        "before look",
        "after look",
    ],
)
def test_killed_anywhere_the_next_one_goes_on_and_pays_once(canary, double, moment):
    held = double.hold(moment)
    process = started(*CHECK)
    try:
        assert held.reached.wait(30), ended(process)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        held.let_go.set()
    _, steps, _, err = canary()
    assert outcomes(steps) == PASSED, err
    assert len(double.creates) == 1


def test_two_at_once_do_not_pay_twice(canary, double):
    held = double.hold("before look")
    process = started(*CHECK)
    try:
        assert held.reached.wait(30), ended(process)
        _, steps, _, _ = canary()
        assert outcomes(steps)["gateway-upload"] == "unknown"
        assert "another preflight is working" in steps["gateway-upload"]["reason"]
    finally:
        held.let_go.set()
        ended(process)
    assert sent(double) == (1, 1)


def test_without_a_key_it_is_unknown(canary, double, monkeypatch):
    monkeypatch.delenv("TFY_API_KEY")
    code, steps, _, _ = canary()
    assert code == 3
    assert outcomes(steps)["gateway-upload"] == "unknown"


def test_it_is_a_command_like_others(capsys):
    with pytest.raises(SystemExit):
        main(["check", "--help"])
    shown = capsys.readouterr().out
    assert all(option in shown for option in ("--canary", "--canary-wait", "--canary-cancel"))
