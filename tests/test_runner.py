import threading
import time

import pytest

from preflight.outcomes import Failed, Passed, Skipped, Unknown, check
from preflight.report import Verdict
from preflight.runner import Suite, World, run
from preflight.seams import CredentialsMissing, Refused, Unreachable


@check("a-gate", "The gate stands open", gate=True)
def gate(promised, world):
    """Decides."""
    return world["gate"]


@check("a-look", "The look is granted")
def look(promised, world):
    """Looks."""
    answer = world["look"]
    if isinstance(answer, Exception):
        raise answer
    return answer


def suite(world, *checks, name="things", promised="promised"):
    return Suite("openai", name, checks, promised, World(lambda: world))


def outcomes(report):
    return {result.check_id: result.outcome for result in report.results}


def test_all_passed_is_ready():
    report = run([suite({"gate": Passed("open"), "look": Passed("seen")}, gate, look)])
    assert report.verdict is Verdict.READY
    assert report.exit_code == 0


def test_a_gate_that_fails_skips_what_stands_behind_it():
    report = run([suite({"gate": Failed("shut", "open it"), "look": Passed("x")}, gate, look)])
    assert isinstance(outcomes(report)["a-look"], Skipped)
    assert report.verdict is Verdict.NOT_READY
    assert report.exit_code == 1


def test_a_gate_that_cannot_tell_skips_too_and_is_no_failure():
    report = run([suite({"gate": Unknown("dark", "light"), "look": Passed("x")}, gate, look)])
    assert isinstance(outcomes(report)["a-look"], Skipped)
    assert report.verdict is Verdict.CANNOT_TELL
    assert report.exit_code == 3


def test_a_refused_look_is_unknown_and_names_the_permission():
    report = run([suite({"look": Refused("bucket b", "s3:ListBucket on b")}, look)])
    assert outcomes(report)["a-look"] == Unknown(
        "bucket b: the identity running preflight may not look", "s3:ListBucket on b"
    )


def test_an_unreachable_cloud_is_unknown():
    report = run([suite({"look": Unreachable("s3", "timed out", "check the network")}, look)])
    assert outcomes(report)["a-look"] == Unknown("s3: timed out", "check the network")


def test_a_check_that_breaks_is_never_green():
    report = run([suite({"look": ZeroDivisionError("oops")}, look)])
    assert report.verdict is Verdict.CANNOT_TELL
    assert "ZeroDivisionError" in outcomes(report)["a-look"].reason


def test_a_world_that_cannot_be_entered_is_entered_once_and_answers_every_question():
    entered = []

    def connect():
        entered.append(1)
        raise CredentialsMissing("aws", "there are no credentials", "log in")

    report = run([Suite("bedrock", "all", (look, gate), None, World(connect))])
    assert {type(outcome) for outcome in outcomes(report).values()} == {Unknown}
    assert len(entered) == 1


def test_a_question_past_its_deadline_is_unknown_and_does_not_hold_the_others():
    release = threading.Event()

    @check("hangs", "It answers in time")
    def hangs(promised, world):
        release.wait(30)
        return Passed("late")

    start = time.monotonic()
    report = run([suite({"look": Passed("x")}, hangs, look)], deadline_seconds=0.2)
    release.set()
    assert time.monotonic() - start < 5
    assert isinstance(outcomes(report)["hangs"], Unknown)
    assert isinstance(outcomes(report)["a-look"], Passed)


def test_a_question_that_two_suites_share_is_asked_once_and_reported_once():
    asked = []

    @check("shared", "It is shared", gate=True)
    def shared(promised, world):
        asked.append(1)
        return Passed("once")

    world, promised = World(lambda: {"look": Passed("x")}), object()
    first = Suite("bedrock", "one", (shared, look), promised, world)
    second = Suite("bedrock", "two", (shared,), promised, world)
    report = run([first, second])
    assert asked == [1]
    assert [result.check_id for result in report.results] == ["shared", "a-look"]


def test_questions_between_gates_are_asked_side_by_side():
    together = threading.Barrier(2, timeout=5)

    def meeting(name):
        @check(name, "They meet")
        def meets(promised, world):
            together.wait()
            return Passed("met")

        return meets

    report = run([suite({}, meeting("one"), meeting("two"))])
    assert report.verdict is Verdict.READY


@pytest.mark.parametrize("suites", [[], [suite({})]])
def test_nothing_asked_is_no_readiness(suites):
    assert run(suites).verdict is Verdict.CANNOT_TELL
