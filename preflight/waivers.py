"""Accepted risks: a failure that somebody owns for a while, and that then does not decide.

A file of `[[waiver]]` tables. Whatever cannot be taken as it is, an expired entry, a malformed one,
one for a check that there is not, waives nothing, and the report says so: the verdict can only be
stricter for it.
"""

import datetime as dt
import difflib
import tomllib
from collections.abc import Collection, Iterable
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from preflight.contract import PROVIDERS
from preflight.outcomes import Failed, Passed, Skipped, Unknown
from preflight.report import Report, Result, Waiver
from preflight.seams import UsageError

FILE = "preflight-waivers.toml"
"""Read from the working directory where no option names another."""

MOST_BYTES = 1_000_000
"""A file above this is none that people keep."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One accepted risk, as it is written down.

    `check` is an id. `provider` limits it to one, `target` to those that the pattern matches (a
    region and a model, as in `us-west-2 *`); "" is any. It holds through the day `expires` (UTC).
    """

    check: str
    reason: str
    owner: str
    expires: dt.date
    provider: str = ""
    target: str = ""

    def covers(self, result: Result) -> bool:
        """Whether it is about this result."""
        return (
            self.check == result.check_id
            and self.provider in {"", result.provider}
            and (not self.target or fnmatchcase(result.target, self.target))
        )


class Waivers(NamedTuple):
    """Those that hold today, in the order of the file, and in sentences why others do not."""

    holding: tuple[Entry, ...] = ()
    void: tuple[str, ...] = ()
    where: str = FILE


def read(name: str | None, known: Collection[str], today: dt.date) -> Waivers:
    """The waivers of the file, or of the usual one where there is one.

    Args:
        name: of the file; None for the usual one, which may be missing.
        known: the ids of all checks.
        today: the day in UTC.

    Raises UsageError for a file that was named and cannot be read.
    """
    path = Path(name or FILE)
    if name is None and not path.is_file():
        return Waivers()
    if path.exists() and not path.is_file():  # a pipe would keep the check waiting
        raise UsageError(f"waivers {path}", "is no file", "name a file of waivers")
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"waivers {path}", f"cannot be read ({error.strerror})", "name a file of waivers"
        ) from error
    if len(content) > MOST_BYTES:
        raise UsageError(f"waivers {path}", f"is above {MOST_BYTES:,} bytes", "name another one")
    return parse(content, str(path), known, today)


def parse(content: bytes, where: str, known: Collection[str], today: dt.date) -> Waivers:
    """The waivers in a file's content. Never raises: what cannot be understood waives nothing."""
    try:
        entries = _entries(content)
    except ValueError as error:
        return Waivers((), (f"{where} waives nothing: {error}",), where)
    holding: list[Entry] = []
    void: list[str] = []
    for number, entry in enumerate(entries, 1):
        try:
            waiver = _waiver(entry, known)
        except ValueError as error:
            void.append(f"waiver {number} of {where} waives nothing: {error}")
            continue
        if waiver.expires < today:
            void.append(
                f"waiver {number} of {where} waives nothing: {waiver.check} was waived until "
                f"{waiver.expires} ({waiver.owner}: {waiver.reason})"
            )
            continue
        holding.append(waiver)
    return Waivers(tuple(holding), tuple(void), where)


def _entries(content: bytes) -> list[Any]:
    table = tomllib.loads(content.decode("utf-8"))
    entries = table.pop("waiver", [])
    if table:
        raise ValueError(f"it holds {', '.join(sorted(table))}; only [[waiver]] is known")
    if not isinstance(entries, list):
        raise ValueError("waiver is no list; write [[waiver]]")  # noqa: TRY004
    return entries


def _waiver(entry: Any, known: Collection[str]) -> Entry:
    """One entry, understood. Raises ValueError."""
    waiver = msgspec.convert(entry, Entry)
    empty = [name for name in ("reason", "owner") if not getattr(waiver, name).strip()]
    if empty:
        raise ValueError(f"{' and '.join(empty)} left empty")
    if waiver.check not in known:
        near = difflib.get_close_matches(waiver.check, known, 1)
        raise ValueError(f"there is no check {waiver.check}" + (f"; {near[0]}?" if near else ""))
    if waiver.provider and waiver.provider not in PROVIDERS:
        raise ValueError(f"provider {waiver.provider} is none of {', '.join(PROVIDERS)}")
    return waiver


def waived(report: Report, waivers: Waivers, today: dt.date) -> Report:
    """The report with its failures and unknowns waived where a waiver is about them.

    A waiver that nothing needs any more is said to be so; one that was not asked about is not.
    """
    results = tuple(_waived(result, waivers.holding, today) for result in report.results)
    idle = (
        f"the waiver of {waiver.check} in {waivers.where} is not needed: it passed"
        for waiver in waivers.holding
        if _all_passed(result for result in results if waiver.covers(result))
    )
    shut = (sentence for result in results if (sentence := _shut(result, results)))
    return replace(report, results=results, notes=(*report.notes, *waivers.void, *idle, *shut))


def _shut(gate: Result, results: Iterable[Result]) -> str:
    """What a waived gate keeps from being asked all the same, in a sentence; "" where nothing."""
    behind = [
        result.check_id
        for result in results
        if isinstance(result.outcome, Skipped)
        and (result.provider, result.target) == (gate.provider, gate.target)
        and result.outcome.reason.startswith(f"{gate.check_id} ")
    ]
    if gate.waiver is None or not behind:
        return ""
    return (
        f"the waiver of {gate.check_id} answers for it alone: what needs it was not asked, and is "
        f"not known ({', '.join(behind)})"
    )


def _all_passed(results: Iterable[Result]) -> bool:
    outcomes = [result.outcome for result in results]
    return bool(outcomes) and all(isinstance(outcome, Passed) for outcome in outcomes)


def _waived(result: Result, holding: Iterable[Entry], today: dt.date) -> Result:
    if not isinstance(result.outcome, Failed | Unknown):
        return result
    for waiver in holding:
        if waiver.covers(result):
            left = (waiver.expires - today).days
            by = Waiver(waiver.reason, waiver.owner, waiver.expires, left)
            return replace(result, waiver=by)
    return result
