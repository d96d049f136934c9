"""The edges of a run: how long a question took, and what is not asked any more."""

from test_runner import gate, look, outcomes, suite

from preflight.check import Passed, Unknown
from preflight.runner import run


def test_how_long_a_question_took_is_counted_from_when_it_was_asked():
    report = run([suite({"gate": Passed("open"), "look": Passed("seen")}, gate, look)])
    assert [0.0 <= result.seconds < 10.0 for result in report.results] == [True, True]
    assert 0.0 <= report.seconds < 10.0


def test_what_is_asked_after_the_end_is_late_and_took_no_time():
    asked = []
    world = {"gate": Passed("open"), "look": Passed("seen")}

    class Noted(dict):
        def __getitem__(self, name):
            asked.append(name)
            return super().__getitem__(name)

    report = run([suite(Noted(world), gate, look)], overall_seconds=0.0)
    assert asked == []
    assert isinstance(outcomes(report)["a-gate"], Unknown)
    assert "--overall-deadline" in outcomes(report)["a-gate"].needs
    assert [result.seconds for result in report.results] == [0.0, 0.0]
    assert report.longest_chain == 0


def test_a_fault_of_a_check_is_named_by_its_kind_and_its_words():
    report = run([suite({"look": ZeroDivisionError("by nothing")}, look)])
    found = outcomes(report)["a-look"]
    assert found.reason == "the check itself broke: ZeroDivisionError: by nothing"
    assert found.needs.startswith("a report of this fault")
