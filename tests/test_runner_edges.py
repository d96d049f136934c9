"""The edges of a run: how long a question took, and what is not asked any more."""

import threading

from test_runner import gate, look, outcomes, suite

from preflight.outcomes import Passed, Unknown
from preflight.runner import Suite, World, run


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


def test_a_result_says_of_which_target_and_which_file_it_is():
    asked = suite({"look": Passed("seen")}, look)._replace(target="a region", file="some.jsonl")
    [result] = run([asked]).results
    assert (result.target, result.file) == ("a region", "some.jsonl")


def test_a_fault_of_a_check_is_named_by_its_kind_and_its_words():
    report = run([suite({"look": ZeroDivisionError("by nothing")}, look)])
    found = outcomes(report)["a-look"]
    assert found.reason == "the check itself broke: ZeroDivisionError: by nothing"
    assert found.needs.startswith("a report of this fault")


def test_nothing_of_a_run_keeps_the_process_from_ending():
    daemons = []

    class Noted(tuple):
        __slots__ = ()

        def __iter__(self):
            daemons.append(threading.current_thread().daemon)
            return super().__iter__()

    world = World(lambda: {"look": Passed("seen")})
    run([Suite("openai", "things", Noted((look,)), "promised", world)])
    assert daemons
    assert all(daemons)


def test_one_check_of_two_targets_is_told_twice_and_of_one_target_once():
    world = World(lambda: {"gate": Passed("open"), "look": Passed("seen")})

    def of(target):
        return Suite("openai", "things", (gate, look), target, world, target)

    report = run([of("a"), of("b"), of("b")])
    assert [(result.target, result.check_id) for result in report.results] == [
        ("a", "a-gate"),
        ("a", "a-look"),
        ("b", "a-gate"),
        ("b", "a-look"),
    ]
