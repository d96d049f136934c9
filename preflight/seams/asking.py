"""A client of a seam that is made when first needed, and asked each question once."""

from collections.abc import Callable
from functools import partial
from typing import Any

from preflight.seams.moment import PATIENCE_SECONDS, Moment
from preflight.seams.questions import QUESTIONS, Question, key, plain

Connect = Callable[[], Any]
"""Makes a client of a seam; raises LookError where there is nobody to ask as."""

Ask = Callable[[Question, tuple[Any, ...]], Any]
"""Puts one question; raises LookError for no answer."""

Way = Callable[[str, str, Connect], Ask]
"""How the questions of one client are put: seam, place, and what would make the client."""


def directly(seam: str, place: str, connect: Connect) -> Ask:
    """Put them to the client itself, which is made once."""
    del seam, place
    client = Moment()

    def ask(question: Question, arguments: tuple[Any, ...]) -> Any:
        found = client.answer("client", connect)
        return getattr(found, question.name)(*arguments)

    return ask


class Asking:
    """All questions of one seam, each a method that asks once for each set of arguments."""

    def __init__(self, seam: str, ask: Ask, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """Nothing is asked yet.

        Args:
            seam: one of `SEAMS`.
            ask: puts a question that was not put before.
            patience_seconds: a question that hangs for longer is asked again.
        """
        moment = Moment(patience_seconds)

        def once(question: Question, *arguments: Any) -> Any:
            same = key(question.name, plain(seam, question, arguments))
            return moment.answer(same, partial(ask, question, arguments))

        vars(self).update(
            {name: partial(once, question) for name, question in QUESTIONS[seam].items()}
        )
