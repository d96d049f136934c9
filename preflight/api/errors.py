"""Errors of the library: all are of one tree."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from preflight.seams import LookError

P = ParamSpec("P")
R = TypeVar("R")


def typed(function: Callable[P, R]) -> Callable[P, R]:
    """The function, whose errors are all of one tree: a file that refuses is a LookError, too."""

    @wraps(function)
    def within(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except OSError as error:
            where = str(error.filename or "this machine")
            what = f"refuses to be read or written ({error.strerror or error})"
            raise LookError(where, what, "repair that, then try again") from error

    return within
