"""Writes down each question that passes, with its answer or its refusal."""

from dataclasses import dataclass
from threading import Lock
from typing import Any

from preflight.bundle.outcomes import answered, refused
from preflight.bundle.shape import Asked, Outcome, Place
from preflight.seams import LookError, NotInTime, Unreachable
from preflight.seams.asking import Ask, Connect, directly
from preflight.seams.questions import Question, key, plain

_Key = tuple[str, str, bytes]


@dataclass(slots=True)
class _Entry:
    """A question; without an outcome while nothing has come back."""

    question: str
    arguments: dict[str, Any]
    outcome: Outcome | None = None


class Recorder:
    """The questions of one run. Threads may share it."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self._lock = Lock()
        self._entries: dict[_Key, _Entry] = {}

    def way(self, seam: str, place: str, connect: Connect) -> Ask:
        """Put questions to the client itself, and write them down: a `seams.asking.Way`."""
        ask = directly(seam, place, connect)

        def recorded(question: Question, arguments: tuple[Any, ...]) -> Any:
            entry = _Entry(question.name, plain(seam, question, arguments))
            with self._lock:
                self._entries[seam, place, key(entry.question, entry.arguments)] = entry
            try:
                found = ask(question, arguments)
            except LookError as error:
                entry.outcome = refused(error)
                raise
            except Exception as error:
                what = f"preflight broke: {type(error).__name__}: {error}"
                entry.outcome = refused(Unreachable(question.name, what, "report this fault"))
                raise
            entry.outcome = _kept(question, found)
            return found

        return recorded

    def places(self, late: NotInTime) -> list[Place]:
        """All that was asked so far; `late` stands for what has not come back."""
        with self._lock:
            entries = dict(self._entries)
        found: dict[tuple[str, str], list[Asked]] = {}
        for (seam, place, _), entry in sorted(entries.items(), key=lambda item: item[0]):
            asked = Asked(entry.question, entry.arguments, entry.outcome or refused(late))
            found.setdefault((seam, place), []).append(asked)
        made: list[Any] = [(seam, place, asked) for (seam, place), asked in found.items()]
        return [Place(*one) for one in made]


def _kept(question: Question, found: Any) -> Outcome:
    """The answer; one that no file can hold (half a surrogate pair, endless nesting) is silence."""
    try:
        return answered(found)
    except ValueError:
        what = f"the answer to {question.name} cannot be written down"
        return refused(Unreachable(question.name, what, "a check without a bundle"))
