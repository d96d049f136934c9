"""One client sees one moment: equal questions are asked once, by however many threads."""

import functools
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Concatenate, ParamSpec, TypeVar

S = TypeVar("S")
P = ParamSpec("P")
T = TypeVar("T")


class Moment:
    """The answers so far, refusals included: checks that share a client share its evidence."""

    def __init__(self) -> None:
        """Nothing is asked yet."""
        self._lock = threading.Lock()
        self._answers: dict[tuple[Any, ...], Future[Any]] = {}

    def answer(self, question: tuple[Any, ...], ask: Callable[[], Any]) -> Any:
        """What `ask` returned or raised the first time."""
        with self._lock:
            found = self._answers.get(question)
            first = found is None
            found = self._answers.setdefault(question, Future())
        if first:
            try:
                found.set_result(ask())
            except BaseException as error:  # noqa: BLE001 - kept whole, raised again by result()
                found.set_exception(error)
        return found.result()


def once(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Ask a method of an object with a `moment` once for each set of arguments."""

    @functools.wraps(method)
    def asked(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        given = tuple(tuple(arg) if isinstance(arg, list) else arg for arg in args)
        question = (method.__name__, *given, *sorted(kwargs.items()))
        moment: Moment = self.moment  # type: ignore[attr-defined]
        answer: T = moment.answer(question, lambda: method(self, *args, **kwargs))
        return answer

    return asked
