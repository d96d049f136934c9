"""Runs suites side by side: gates decide, deadlines hold, and a refused look becomes Unknown."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from preflight.check import Answer, Check, Outcome, Passed, Skipped, Unknown
from preflight.report import Report, Result
from preflight.seams import LookError, Refused

DEADLINE_SECONDS = 30.0
"""For one question, however many calls it makes."""


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
        self._lock = threading.Lock()
        self._made: Future[Any] | None = None

    def get(self) -> Any:
        """The client. Raises what connecting raised, each time."""
        with self._lock:
            if self._made is None:
                self._made = _settled(self._connect)
        return self._made.result()


def _settled(function: Callable[[], Any]) -> Future[Any]:
    future: Future[Any] = Future()
    try:
        future.set_result(function())
    except BaseException as error:  # noqa: BLE001 - kept whole, raised again by result()
        future.set_exception(error)
    return future


@dataclass(frozen=True, slots=True)
class Suite:
    """The checks of one world for one target of a provider, in order of running and reading."""

    provider: str
    name: str
    checks: tuple[Check, ...]
    promised: Any
    world: World
    target: str = ""

    def result(self, check: Check, outcome: Outcome, seconds: float = 0.0) -> Result:
        """One of its checks with its outcome."""
        return Result(
            self.provider, self.name, check.id, check.title, outcome, seconds, self.target
        )


def _answer(check: Check, promised: Any, world: World) -> Answer:
    try:
        return check(promised, world.get())
    except Refused as refused:
        return Unknown(f"{refused.where}: {refused.what}", refused.permission)
    except LookError as error:
        return Unknown(f"{error.where}: {error.what}", error.remedy)
    except Exception as error:  # noqa: BLE001 - a fault in a check is never a verdict, green or red
        return Unknown(
            f"the check itself broke: {type(error).__name__}: {error}",
            "a report of this fault to the project, with the line above",
        )


@dataclass(frozen=True, slots=True)
class _Question:
    """A question under way: when it was asked (monotonic seconds) and where its answer will be."""

    asked_at: float = field(default_factory=time.monotonic)
    answer: Future[tuple[Answer, float]] = field(default_factory=Future)


class _Run:
    """One run: equal questions are asked once, each in a daemon thread that may be left behind."""

    def __init__(self, deadline_seconds: float) -> None:
        self.deadline = deadline_seconds
        self.lock = threading.Lock()
        self.asked: dict[tuple[str, int, int], _Question] = {}

    def ask(self, suite: Suite, check: Check) -> _Question:
        key = (check.id, id(suite.promised), id(suite.world.root))
        with self.lock:
            if key in self.asked:
                return self.asked[key]
            question = self.asked[key] = _Question()

        def answer() -> None:
            found = _answer(check, suite.promised, suite.world)
            question.answer.set_result((found, time.monotonic() - question.asked_at))

        threading.Thread(target=answer, name=check.id, daemon=True).start()
        return question

    def wait(self, question: _Question) -> tuple[Answer, float]:
        left = question.asked_at + self.deadline - time.monotonic()
        try:
            return question.answer.result(timeout=max(left, 0))
        except TimeoutError:
            reason = f"no answer within {self.deadline:g} s"
            needs = "a provider that answers in time; or a longer --deadline"
            return Unknown(reason, needs), self.deadline

    def suite(self, suite: Suite, into: list[Result]) -> None:
        """Gates one by one; between two gates all questions side by side."""
        closed: str | None = None
        waiting: list[tuple[Check, _Question]] = []

        def collect() -> None:
            for check, question in waiting:
                answer, seconds = self.wait(question)
                into.append(suite.result(check, answer, seconds))
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
) -> Report:
    """Ask all questions of all suites and report in the order of the suites.

    A check that several suites of a provider begin with is asked once and reported once.
    """
    start = time.monotonic()
    one_run = _Run(deadline_seconds)
    found: list[list[Result]] = [[] for _ in suites]
    settled: list[Future[Any]] = []

    def one_suite(suite: Suite, into: list[Result]) -> None:
        settled.append(_settled(lambda: one_run.suite(suite, into)))

    threads = [
        threading.Thread(target=one_suite, args=pair, daemon=True)
        for pair in zip(suites, found, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for future in settled:
        future.result()  # a suite that broke off has no verdict, and neither has the rest
    unique: dict[tuple[str, str, str], Result] = {}
    for result in (result for results in found for result in results):
        unique.setdefault((result.provider, result.target, result.check_id), result)
    return Report(tuple(unique.values()), scope, time.monotonic() - start)
