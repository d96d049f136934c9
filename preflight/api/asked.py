"""What a command line would have said, of the parameters of a function.

The commands and the library are carried out by the same functions, which read the same names.
"""

import json
import os
from argparse import ArgumentTypeError, Namespace
from collections.abc import Mapping, Sequence
from typing import Any

from preflight import promises as sources
from preflight.commands.durations import seconds
from preflight.contract import Promises
from preflight.seams import UsageError
from preflight.vocabulary import DEADLINE_SECONDS, OVERALL_SECONDS, PROVIDERS

StrPath = str | os.PathLike[str]
"""A path."""

Names = str | Sequence[str] | None
"""One name, or several."""

Promised = StrPath | Mapping[str, Any] | None
"""A promise file, or what is in one."""


class Asked(Namespace):
    """The same attributes as a parsed command line has; in no repr, as some may be secret."""

    def __repr__(self) -> str:
        """Which there are."""
        return f"{type(self).__name__}({', '.join(sorted(vars(self)))})"


def judged(
    *,
    requests: StrPath | None,
    stack: str | None,
    promises: Promised,
    provider: Names,
    region: str | None,
    model: str | None,
    offline: bool,
    only: Names = None,
    skip: Names = None,
    waivers: StrPath | None = None,
    tables: StrPath | None = None,
    no_split: bool = False,
    deadline: float = DEADLINE_SECONDS,
    overall_deadline: float = OVERALL_SECONDS,
    jobs: int = 1,
) -> Asked:
    """What is to be judged. Raises UsageError for what no command line takes, either."""
    if stack and promises is not None:
        raise UsageError("stack and promises", "say the same thing twice", "name one of them")
    return Asked(
        requests=_path(requests),
        stack=stack,
        promises=_promised(promises),
        provider=_providers(provider),
        region=region,
        model=model,
        offline=offline,
        only=_several(only),
        skip=_several(skip),
        waivers=_path(waivers),
        tables=_path(tables),
        no_split=no_split,
        deadline=duration("deadline", deadline),
        overall_deadline=duration("overall_deadline", overall_deadline),
        jobs=number("jobs", jobs),
    )


def sent(  # noqa: D417 - the rest is in the names
    asked: Asked,
    *,
    force: bool,
    out: StrPath | None,
    ledger: str | None,
    no_rehearsal: bool,
    poll_every: float | None = None,
    parquet: bool = False,
) -> Asked:
    """The same, and how it is sent.

    Args:
        asked: what is to be judged.
    """
    return Asked(
        **vars(asked),
        **vars(_followed(no_rehearsal, poll_every, parquet=parquet)),
        force=force,
        out=_path(out),
        ledger=ledger,
    )


def of_run(
    folder: StrPath,
    ledger: str | None,
    *,
    no_rehearsal: bool = False,
    poll_every: float | None = None,
    parquet: bool = False,
) -> Asked:
    """A run that there is, and how it is carried on."""
    further = _followed(no_rehearsal, poll_every, parquet=parquet)
    return Asked(run=_path(folder), ledger=ledger, **vars(further))


def _followed(no_rehearsal: bool, poll_every: float | None, *, parquet: bool) -> Asked:
    every = None if poll_every is None else duration("poll_every", poll_every)
    return Asked(no_rehearsal=no_rehearsal, poll_every=every, parquet=parquet, notify=None)


def duration(name: str, value: float) -> float:
    """A number of seconds that can be waited for. Raises UsageError."""
    try:
        return seconds(str(value))
    except ArgumentTypeError as error:
        raise UsageError(name, str(error), "give a number of seconds") from error


def number(name: str, value: int) -> int:
    """How many, at least one. Raises UsageError."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise UsageError(name, f"is {value!r}", "give a whole number above 0")
    return value


def _path(given: StrPath | None) -> str | None:
    return None if given is None else os.fspath(given)


def _several(names: Names) -> list[str]:
    return [names] if isinstance(names, str) else list(names or ())


def _providers(names: Names) -> list[str]:
    found = _several(names)
    for name in found:
        if name not in PROVIDERS:
            raise UsageError(
                f"provider {name!r}", "is not known", f"name one of {', '.join(PROVIDERS)}"
            )
    return found


def _promised(given: Promised) -> str | Promises | None:
    if not isinstance(given, Mapping):
        return _path(given)
    try:
        text = json.dumps(dict(given))
    except (TypeError, ValueError) as error:
        what = f"are no JSON ({error})"
        raise UsageError("promises", what, "give the outputs of one stack") from error
    return sources.parse(text, "promises")
