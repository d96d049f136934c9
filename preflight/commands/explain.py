"""`preflight explain`: what a check asks and why; what an error text means and what repairs it."""

import io
import json
import re
import sys
from argparse import Namespace
from typing import TYPE_CHECKING, TextIO

from preflight.reference import CheckEntry, FailureEntry, reference
from preflight.render.explained import check_lines, check_shape, failure_lines, failure_shape
from preflight.render.printable import printable
from preflight.seams.errors import UsageError

if TYPE_CHECKING:
    from preflight.failures.recognise import Match, Recognised

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
    known = reference()
    if what in known.checks:
        return _check(known.checks[what], arguments.format)
    if what.upper() in known.failures:
        return _failure(known.failures[what.upper()], arguments.format)
    from preflight.failures.recognise import recognise  # noqa: PLC0415 - an id needs no patterns

    found = recognise(_standard_input() if what == "-" else io.StringIO(what))
    if not (found.matches or found.rights) and _ID.fullmatch(what):
        from preflight.selection import did_you_mean  # noqa: PLC0415 - only where there is none

        raise UsageError(
            what,
            "is neither a check nor a failure that is known",
            did_you_mean(what.upper(), known.failures)
            if what[1:].isdigit()
            else did_you_mean(what, known.checks),
        )
    return _text(found, arguments.format)


def _standard_input() -> TextIO:
    """As text, whatever bytes are in it."""
    return io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")


def _check(check: CheckEntry, form: str) -> int:
    if form == "json":
        _document(0, check=check_shape(check))
    else:
        print("\n".join(check_lines(check)))
    return 0


def _failure(failure: FailureEntry, form: str) -> int:
    if form == "json":
        _document(0, failures=[failure_shape(failure)], rights=[])
    else:
        print("\n".join(failure_lines(failure)))
    return 0


def _text(found: "Recognised", form: str) -> int:
    from preflight.render.explained_rights import right_lines, right_shape  # noqa: PLC0415 - as above

    known = reference().failures
    code = 0 if found.matches or found.rights else UNKNOWN
    if form == "json":
        _document(
            code,
            failures=[
                failure_shape(known[m.failure.id]) | {"seen": m.quote} for m in found.matches
            ],
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


def _matched(match: "Match") -> list[str]:
    head, *rest = failure_lines(reference().failures[match.failure.id])
    return [head, f"  seen:     “{printable(match.quote)}”", *rest]


def _document(code: int, **values: object) -> None:
    shape = {"format": "preflight-explanation", "version": VERSION, **values, "exit_code": code}
    print(json.dumps(shape, indent=2))
