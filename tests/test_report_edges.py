"""The edges of a report: what it looked at, of whom, which checks failed, how long a waiver has."""

from datetime import date

import pytest

from preflight.outcomes import Failed, Passed, Skipped, Unknown
from preflight.report import (
    ONLY_A_JOB,
    Report,
    RequestFile,
    Result,
    Verdict,
    Waiver,
    verdict,
)
from preflight.requests.spread import Spread

PASSED, FAILED = Passed("ok"), Failed("no", "repair it")
UNKNOWN, SKIPPED = Unknown("who knows", "a look"), Skipped("a decides it")
WAIVED = Waiver("known", "ann", date(2026, 10, 1), 3)


def result(outcome, check_id="a", provider="openai", target="", waiver=None):
    return Result(provider, "suite", check_id, "title", outcome, target=target, waiver=waiver)


@pytest.mark.parametrize(
    ("outcomes", "says", "code"),
    [
        ([], Verdict.CANNOT_TELL, 3),
        ([PASSED], Verdict.READY, 0),
        ([PASSED, SKIPPED], Verdict.CANNOT_TELL, 3),
        ([PASSED, UNKNOWN], Verdict.CANNOT_TELL, 3),
        ([UNKNOWN, FAILED, SKIPPED], Verdict.NOT_READY, 1),
        ([PASSED, PASSED, FAILED], Verdict.NOT_READY, 1),
    ],
)
def test_one_failure_decides_then_one_unknown_and_nothing_is_no_yes(outcomes, says, code):
    report = Report(tuple(map(result, outcomes)))
    assert (report.verdict, report.exit_code) == (says, code)


@pytest.mark.parametrize(
    ("results", "says"),
    [
        ([result(FAILED, waiver=WAIVED)], Verdict.READY),
        ([result(UNKNOWN, waiver=WAIVED), result(PASSED)], Verdict.READY),
        ([result(FAILED, waiver=WAIVED), result(SKIPPED)], Verdict.CANNOT_TELL),
        ([result(FAILED, waiver=WAIVED), result(FAILED)], Verdict.NOT_READY),
    ],
)
def test_what_is_waived_decides_nothing_and_answers_for_nothing_else(results, says):
    assert verdict(iter(results)) is says


def test_the_ids_that_failed_are_those_and_no_others():
    outcomes = {"a": PASSED, "b": FAILED, "c": UNKNOWN, "d": SKIPPED, "e": FAILED}
    report = Report(tuple(result(outcome, name) for name, outcome in outcomes.items()))
    assert report.failed_ids() == {"b", "e"}


def test_results_are_told_apart_by_provider_and_target_in_their_order():
    rows = [("vertex", "x"), ("openai", "y"), ("vertex", "w"), ("vertex", "x")]
    report = Report(tuple(result(PASSED, provider=who, target=at) for who, at in rows))
    assert report.providers == ("vertex", "openai")
    assert [one.target for one in report.of("vertex")] == ["x", "w", "x"]
    assert report.targets("vertex") == ("x", "w")
    assert report.targets("openai") == ("y",)


def test_what_only_a_job_can_tell_was_not_overlooked():
    report = Report((), scope=("the gateway", ONLY_A_JOB, "AWS"))
    assert report.overlooked == ("the gateway", "AWS")


def test_a_report_of_nothing_took_no_call():
    report = Report(())
    assert (report.calls, report.longest_chain, report.seconds) == (0, 0, 0.0)
    assert result(PASSED).seconds == 0.0


@pytest.mark.parametrize(
    ("left", "days"), [(0, "0 days"), (1, "1 day"), (2, "2 days"), (1234, "1,234 days")]
)
def test_a_waiver_says_how_long_it_has(left, days):
    said = str(Waiver("known", "ann", date(2026, 10, 1), left))
    assert said == f"until 2026-10-01, {days} left, by ann: known"
    assert Waiver("known", "ann", date(2026, 10, 1)).days_left == 0


def test_a_file_of_which_only_its_size_is_known_has_no_longest_line_and_no_spread():
    known = RequestFile("requests.jsonl", 10, "", 1, 2, ())
    assert known.longest_line == (0, 0)
    assert (known.lengths, known.prompts) == (Spread(), Spread())
