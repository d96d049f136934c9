"""`preflight explain`: what a check asks and why; what an error text means and what repairs it."""

import io
import json
import re
import sys
from argparse import Namespace
from typing import TextIO

from preflight.checklist import Listed, checklist
from preflight.failures.recognise import Match, Recognised, recognise
from preflight.failures.table import Failure, failures
from preflight.render.explained import (
    check_lines,
    check_shape,
    failure_lines,
    failure_shape,
    right_lines,
    right_shape,
)
from preflight.render.printable import printable
from preflight.seams import UsageError
from preflight.selection import did_you_mean

VERSION = 1
UNKNOWN = 3
"""The exit code where nothing is known: no answer, as of a question that got none."""

MOST = 5
"""Failures explained at length; more than one is seldom meant."""

_ID = re.compile(r"[A-Za-z]\d{1,3}|[a-z0-9]+(?:-[a-z0-9]+)+")
"""What looks like the id of a check or of a failure."""


def explain(arguments: Namespace) -> int:
    """Print what is known. Raises UsageError for an id that there is not."""
    what = " ".join(arguments.what)
    checks = {one.check.id: one for one in checklist()}
    known = {one.id: one for one in failures()}
    if what in checks:
        return _check(checks[what], arguments.format)
    if what.upper() in known:
        return _failures((known[what.upper()],), arguments.format)
    found = recognise(_standard_input() if what == "-" else io.StringIO(what))
    if not (found.matches or found.rights) and _ID.fullmatch(what):
        raise UsageError(
            what,
            "is neither a check nor a failure that is known",
            did_you_mean(what.upper(), known) if what[1:].isdigit() else did_you_mean(what, checks),
        )
    return _text(found, arguments.format)


def _standard_input() -> TextIO:
    """As text, whatever bytes are in it."""
    return io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")


def _check(listed: Listed, form: str) -> int:
    if form == "json":
        _document(0, check=check_shape(listed))
    else:
        print("\n".join(check_lines(listed)))
    return 0


def _failures(found: tuple[Failure, ...], form: str) -> int:
    if form == "json":
        _document(0, failures=[failure_shape(failure) for failure in found], rights=[])
    else:
        print("\n\n".join("\n".join(failure_lines(failure)) for failure in found))
    return 0


def _text(found: Recognised, form: str) -> int:
    code = 0 if found.matches or found.rights else UNKNOWN
    if form == "json":
        _document(
            code,
            failures=[failure_shape(m.failure) | {"seen": m.quote} for m in found.matches],
            rights=[right_shape(right) for right in found.rights],
        )
        return code
    if code:
        print(
            "nothing is known of this text: it is in no row of docs/failures.md.\n"
            "That is no sign that it is harmless. `preflight check` finds what can be found before;"
            "\n`preflight list` names its questions."
        )
        return code
    parts = ["\n".join(_matched(match)) for match in found.matches[:MOST]]
    if others := found.matches[MOST:]:
        parts.append(
            "less likely, too: " + ", ".join(f"{m.failure.id} {m.failure.title}" for m in others)
        )
    parts += ["\n".join(right_lines(right)) for right in found.rights]
    print("\n\n".join(parts))
    return code


def _matched(match: Match) -> list[str]:
    head, *rest = failure_lines(match.failure)
    return [head, f"  seen:     “{printable(match.quote)}”", *rest]


def _document(code: int, **values: object) -> None:
    shape = {"format": "preflight-explanation", "version": VERSION, **values, "exit_code": code}
    print(json.dumps(shape, indent=2))
