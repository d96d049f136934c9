"""What several suites have in common, and a suite that breaks off."""

import threading

import pytest

from preflight.outcomes import Failed, Passed, Skipped, check
from preflight.report import Verdict
from preflight.runner import Suite, World, run


def asking(check_id, asked, answer=None, *, gate=False):
    """A check that writes down whom it was asked of."""

    @check(check_id, "It is asked", gate=gate)
    def one(promised, world):
        asked.append((check_id, world))
        return answer or Passed("seen")

    return one


def ids(report):
    return [(result.provider, result.check_id, type(result.outcome)) for result in report.results]


def test_a_check_of_two_providers_is_asked_and_reported_for_each():
    asked = []
    one = asking("one", asked)
    suites = [Suite(name, "all", (one,), object(), World(lambda: 1)) for name in ("a", "b")]
    assert ids(run(suites)) == [("a", "one", Passed), ("b", "one", Passed)]
    assert len(asked) == 2


def test_a_check_that_one_suite_skips_and_another_asks_is_reported_as_answered():
    shut, one = asking("shut", [], Failed("no", "yes"), gate=True), asking("one", [])
    promised, world = object(), World(lambda: 1)
    first = Suite("a", "first", (one,), promised, world)
    second = Suite("a", "second", (shut, one), promised, world)
    report = run([first, second])
    assert ids(report) == [("a", "one", Passed), ("a", "shut", Failed)]
    assert ids(run([second]))[1] == ("a", "one", Skipped)


def test_a_wider_view_of_a_world_asks_no_question_again():
    asked, promised = [], object()
    one = asking("one", asked)
    world = World(lambda: "narrow")
    wider = World(lambda: "wide", of=world)
    suites = [
        Suite("a", "narrow", (one,), promised, world),
        Suite("a", "wide", (one,), promised, wider),
    ]
    assert run(suites).verdict is Verdict.READY
    assert len(asked) == 1


def test_the_same_question_about_another_promise_or_world_is_another_question():
    asked, promised, world = [], object(), World(lambda: "one")
    one = asking("one", asked)
    suites = [
        Suite("a", "1", (one,), promised, world),
        Suite("a", "2", (one,), object(), world),
        Suite("a", "3", (one,), promised, World(lambda: "two")),
    ]
    run(suites)
    assert len(asked) == 3


def test_a_gate_waits_for_the_answers_before_it():
    order, released = [], threading.Event()

    @check("slow", "It takes its time")
    def slow(promised, world):
        released.wait(0.2)
        order.append("slow")
        return Passed("seen")

    @check("gate", "It stands open", gate=True)
    def gate(promised, world):
        order.append("gate")
        return Passed("open")

    run([Suite("a", "all", (slow, gate), None, World(lambda: 1))])
    assert order == ["slow", "gate"]


def test_what_was_not_looked_at_is_in_the_report():
    assert run([], scope=("the clouds",)).scope == ("the clouds",)


def test_a_suite_that_breaks_off_leaves_no_verdict(monkeypatch):
    """As where no thread can be started any more: half of the questions are no verdict."""
    start = threading.Thread.start

    def fail_for_checks(thread):
        if thread.name == "two":
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", fail_for_checks)
    suites = [
        Suite("a", "first", (asking("one", []),), None, World(lambda: 1)),
        Suite("a", "second", (asking("two", []),), None, World(lambda: 1)),
    ]
    with pytest.raises(RuntimeError, match="new thread"):
        run(suites)


def test_a_fault_of_the_command_itself_is_no_verdict(monkeypatch, preflight, tmp_path):
    promises = tmp_path / "promises.json"
    promises.write_text(
        '{"version": 2, "gateway": {"base_url": "http://127.0.0.1:9"},'
        ' "openai": [{"provider_name": "a", "model": "m"}]}'
    )
    monkeypatch.setattr("preflight.commands.judge.run", lambda *_, **__: 1 / 0)
    code, out, err = preflight("check", "--promises", promises, "--format", "json")
    assert code == 3
    assert '"exit_code": 3' in out
    assert err.startswith("Traceback")
    assert err.splitlines()[-1].startswith("preflight: check: broke off (ZeroDivisionError")


def test_what_stands_behind_a_closed_gate_is_not_asked():
    asked = []
    shut = asking("shut", [], Failed("no", "yes"), gate=True)
    report = run([Suite("a", "all", (shut, asking("one", asked)), None, World(lambda: 1))])
    assert asked == []
    assert ids(report) == [("a", "shut", Failed), ("a", "one", Skipped)]


def test_questions_asked_together_share_one_deadline():
    released = threading.Event()

    def hanging(name):
        @check(name, "It hangs")
        def hangs(promised, world):
            released.wait(10)
            return Passed("late")

        return hangs

    checks = tuple(hanging(f"hangs-{number}") for number in range(8))
    report = run([Suite("a", "all", checks, None, World(lambda: 1))], deadline_seconds=0.25)
    released.set()
    assert report.seconds < 1
    assert report.verdict is Verdict.CANNOT_TELL
