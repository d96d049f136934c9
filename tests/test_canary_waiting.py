"""A canary that takes its time, is killed, or is not alone: it is paid once."""

import signal

import pytest
from canary_world import CHECK, DONE, PASSED, canary, double, folder, outcomes
from cli_world import ended, sent, started

__all__ = ["canary", "double", "folder"]


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
