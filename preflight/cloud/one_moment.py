"""One client sees one moment: equal questions are asked once, by however many threads."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from preflight.cloud.readable import readable
from preflight.seams.moment import Moment

__all__ = ["Moment", "once"]

S = TypeVar("S")
P = ParamSpec("P")
T = TypeVar("T")


def once(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Ask a method of an object with a `moment` once for each set of arguments.

    Raises Unreachable for an answer that cannot be read.
    """
    read = readable(method)

    @functools.wraps(method)
    def asked(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        given = tuple(tuple(arg) if isinstance(arg, list) else arg for arg in args)
        question = (method.__name__, *given, *sorted(kwargs.items()))
        moment: Moment = self.moment  # type: ignore[attr-defined]
        answer: T = moment.answer(question, lambda: read(self, *args, **kwargs))
        return answer

    return asked
