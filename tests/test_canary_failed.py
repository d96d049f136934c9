"""A canary that goes wrong: whose fault it is, and that the next one pays no more than it must."""

import json

import pytest
from canary_world import DONE, PASSED, STEPS, canary, double, folder, outcomes
from cli_world import sent
from gateway_double import KEY, lines, refusal, result

__all__ = ["canary", "double", "folder"]


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
