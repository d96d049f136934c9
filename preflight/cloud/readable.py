"""An answer of an unforeseen form is no answer: what reading it raises crosses no seam."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from preflight.seams import Unreachable

UNREADABLE = (LookupError, TypeError, AttributeError, ValueError, RecursionError)
"""What Python raises over JSON of another kind, nested without end, or cut off."""

_AGAIN = "another try; or a look at who answers in the provider's place"
_LONGEST_WORDS = 300

P = ParamSpec("P")
T = TypeVar("T")


def readable(method: Callable[P, T]) -> Callable[P, T]:
    """A question whose answer may be of any form: one that cannot be read is Unreachable."""

    @functools.wraps(method)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(*args, **kwargs)
        except UNREADABLE as error:
            words = " ".join(f"{type(error).__name__}: {error}".split())[:_LONGEST_WORDS]
            where = method.__name__.replace("_", " ").strip()
            raise Unreachable(where, f"the answer cannot be read ({words})", _AGAIN) from error

    return asked
