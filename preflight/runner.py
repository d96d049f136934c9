"""Runs suites side by side: gates decide, deadlines hold, and a refused look becomes Unknown.

Everything that waits for the outside is a daemon thread: what hangs is left behind at its deadline,
and does not keep the process from ending.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from preflight.outcomes import Answer, Check, Outcome, Passed, Skipped, Unknown
from preflight.report import Report, Result
from preflight.seams import LookError, NotInTime, Refused
from preflight.seams.calls import Calls, counting, depth, start, waited_for
from preflight.seams.moment import Moment
from preflight.seams.pending import Pending
from preflight.vocabulary import DEADLINE_SECONDS, OVERALL_SECONDS


class World:
    """A way to look, made on first use and once, so that suites which share it share its client."""

    def __init__(self, connect: Callable[[], Any], of: "World | None" = None) -> None:
        """Plan it.

        Args:
            connect: makes it; a LookError it raises is the answer to every question of this world.
            of: the world that this one is a wider view of: a check asked in either is asked once.
        """
        self._connect = connect
        self.root: World = of or self
        self._made = Moment()

    def get(self) -> Any:
        """The client. Raises what connecting raised, each time."""
        return self._made.answer("client", self._connect)


class Suite(NamedTuple):
    """The checks of one world for one target of a provider, in order of running and reading."""

    provider: str
    name: str
    checks: tuple[Check, ...]
    promised: Any
    world: World
    target: str = ""
    file: str = ""

    def result(self, check: Check, outcome: Outcome, seconds: float = 0.0) -> Result:
        """One of its checks with its outcome."""
        return Result(
            self.provider,
            self.name,
            check.id,
            check.title,
            outcome,
            seconds,
            self.target,
            file=self.file,
        )


def _answer(check: Check, promised: Any, world: World) -> Answer:
    try:
        return check(promised, world.get())
    except Refused as refused:
        return Unknown(f"{refused.where}: {refused.what}", refused.permission)
    except NotInTime as late:
        return Unknown(late.what, late.remedy)
    except LookError as error:
        return Unknown(f"{error.where}: {error.what}", error.remedy)
    except Exception as error:  # noqa: BLE001 - a fault in a check is never a verdict, green or red
        return Unknown(
            f"the check itself broke: {type(error).__name__}: {error}",
            "a report of this fault to the project, with the line above",
        )


class _Answered(NamedTuple):
    """What came out, how long it took, and after how many calls, one waiting for another."""

    answer: Answer
    seconds: float
    depth: int = 0


class _Question(NamedTuple):
    """A question under way: when it was asked (monotonic seconds) and where its answer will be."""

    asked_at: float
    answered: Pending[_Answered]


class _Run:
    """One run: equal questions are asked once, each in a daemon thread that may be left behind."""

    def __init__(self, deadline_seconds: float, overall_seconds: float) -> None:
        self.deadline = deadline_seconds
        self.overall = overall_seconds
        self.ends_at = time.monotonic() + overall_seconds
        self.lock = threading.Lock()
        self.asked: dict[tuple[str, int, int], _Question] = {}

    def ask(self, suite: Suite, check: Check) -> _Question:
        key = (check.id, id(suite.promised), id(suite.world.root))
        with self.lock:
            if key in self.asked:
                return self.asked[key]
            question = self.asked[key] = _Question(time.monotonic(), Pending())
        if question.asked_at >= self.ends_at:
            return question  # which nobody answers, and so is late

        def answer() -> None:
            found = _answer(check, suite.promised, suite.world)
            seconds = time.monotonic() - question.asked_at
            question.answered.give(_Answered(found, seconds, depth()))

        start(answer, check.id)
        return question

    def wait(self, check: Check, question: _Question) -> _Answered:
        until = min(question.asked_at + self.deadline, self.ends_at)
        try:
            found = question.answered.result(timeout=max(until - time.monotonic(), 0))
        except TimeoutError:
            seconds = until - question.asked_at
            return _Answered(self.late(check, overall=until == self.ends_at), max(seconds, 0.0))
        waited_for(found.depth)
        return found

    def late(self, check: Check, *, overall: bool) -> Unknown:
        if overall:
            late = NotInTime(check.id, self.overall, "--overall-deadline")
        else:
            late = NotInTime(check.id, self.deadline)
        return Unknown(late.what, late.remedy)

    def suite(self, suite: Suite, into: list[Result]) -> None:
        """Gates one by one; between two gates all questions side by side."""
        closed: str | None = None
        waiting: list[tuple[Check, _Question]] = []

        def collect() -> None:
            for check, question in waiting:
                found = self.wait(check, question)
                into.append(suite.result(check, found.answer, found.seconds))
            waiting.clear()

        for check in suite.checks:
            if closed is not None:
                skipped = Skipped(f"{closed} decides it")
                into.append(suite.result(check, skipped))
                continue
            if check.gate:
                collect()
            waiting.append((check, self.ask(suite, check)))
            if check.gate:
                collect()
                if not isinstance(into[-1].outcome, Passed):
                    closed = check.id
        collect()


def run(
    suites: Sequence[Suite],
    *,
    scope: tuple[str, ...] = (),
    deadline_seconds: float = DEADLINE_SECONDS,
    overall_seconds: float = OVERALL_SECONDS,
) -> Report:
    """Ask all questions of all suites and report in the order of the suites.

    A check that several suites of a provider begin with is asked once and reported once. What has
    no answer when a deadline ends is Unknown.
    """
    began = time.monotonic()
    one_run = _Run(deadline_seconds, overall_seconds)
    calls = Calls()
    found: list[list[Result]] = [[] for _ in suites]
    settled: list[Pending[Any]] = []

    def one_suite(suite: Suite, into: list[Result]) -> None:
        settled.append(_settled(lambda: one_run.suite(suite, into)))

    threads = [
        threading.Thread(target=counting(calls, one_suite), args=pair, daemon=True)
        for pair in zip(suites, found, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for answer in settled:
        answer.result()  # a suite that broke off has no verdict, and neither has the rest
    unique: dict[tuple[str, str, str], Result] = {}
    for result in (result for results in found for result in results):
        unique.setdefault((result.provider, result.target, result.check_id), result)
    return Report(
        tuple(unique.values()),
        scope,
        time.monotonic() - began,
        calls=calls.made,
        longest_chain=calls.longest,
    )


def _settled(function: Callable[[], Any]) -> Pending[Any]:
    pending = Pending[Any]()
    try:
        pending.give(function())
    except BaseException as error:  # noqa: BLE001 - kept whole, raised again by result()
        pending.refuse(error)
    return pending
