"""Answers each question out of a bundle: nobody else is asked."""

from collections.abc import Iterable, Mapping
from typing import Any

from preflight.bundle.outcomes import answer, error_of
from preflight.bundle.shape import Answered, Asked, Place
from preflight.seams import LookError, Unreachable
from preflight.seams.asking import Ask, Connect
from preflight.seams.questions import QUESTIONS, Question, key, plain

_Held = Mapping[tuple[str, str, bytes], Any]


class Replay:
    """The questions that were asked once, with what came of each."""

    def __init__(self, places: Iterable[Place]) -> None:
        """Read all of them. Raises ValueError for a question or an answer of no known kind."""
        self._held: dict[tuple[str, str, bytes], Any] = {}
        for place in places:
            for asked in place.asked:
                same = (place.seam, place.place, key(asked.question, asked.arguments))
                if same in self._held:
                    raise ValueError(f"{asked.question} stands there twice")
                self._held[same] = _read(place.seam, asked)

    def way(self, seam: str, place: str, connect: Connect) -> Ask:
        """Answer from the bundle, without a client: a `seams.asking.Way`."""
        del connect

        def ask(question: Question, arguments: tuple[Any, ...]) -> Any:
            same = (seam, place, key(question.name, plain(seam, question, arguments)))
            if same not in self._held:
                raise Unreachable(
                    f"{seam} {place}",
                    f"the bundle does not hold the question {question.name}",
                    "collect again, with this version of preflight",
                )
            found = self._held[same]
            if isinstance(found, LookError):
                raise found.with_traceback(None)
            return found

        return ask


def _read(seam: str, asked: Asked) -> Any:
    """The answer, or the error to raise."""
    question = QUESTIONS[seam].get(asked.question)
    if question is None:
        raise ValueError(f"{seam} has no question {asked.question[:60]!r}")
    if set(asked.arguments) != set(question.arguments):
        raise ValueError(f"{asked.question} is not asked with these arguments")
    if isinstance(asked.outcome, Answered):
        return answer(question, asked.outcome)
    return error_of(asked.outcome)
