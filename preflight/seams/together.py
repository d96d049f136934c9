"""Independent questions of one check, asked at once."""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from preflight.seams.calls import depth, start, waited_for
from preflight.seams.pending import Pending

AT_ONCE = 8
"""So many of one check's questions: IAM's simulator, which gets the most, throttles above."""

T = TypeVar("T")
U = TypeVar("U")


def together(asks: Sequence[Callable[[], T]]) -> list[T]:
    """What each returns, in their order.

    Raises what the first of them that raises raised; later ones may have been asked all the same.
    """
    if len(asks) < 2:  # noqa: PLR2004 - one needs no thread
        return [ask() for ask in asks]
    answers: list[Pending[tuple[T, int]]] = [Pending() for _ in asks]
    pairs = tuple(zip(asks, answers, strict=True))
    waiting = deque(pairs[AT_ONCE:])

    def work(ask: Callable[[], T], answer: Pending[tuple[T, int]]) -> None:
        while True:
            _settle(ask, answer)
            try:
                ask, answer = waiting.popleft()
            except IndexError:
                return

    for number, pair in enumerate(pairs[:AT_ONCE]):
        start(partial(work, *pair), f"together-{number}")
    found = []
    for answer in answers:
        value, deep = answer.result()
        waited_for(deep)
        found.append(value)
    return found


def both(first: Callable[[], T], second: Callable[[], U]) -> tuple[T, U]:
    """What the two return. Raises what the first raises, else what the second raises."""
    one: Callable[[], Any] = first
    other: Callable[[], Any] = second
    found = together([one, other])
    return found[0], found[1]


def _settle(ask: Callable[[], T], answer: Pending[tuple[T, int]]) -> None:
    try:
        answer.give((ask(), depth()))
    except BaseException as error:  # noqa: BLE001 - kept whole, raised again by result()
        answer.refuse(error)
