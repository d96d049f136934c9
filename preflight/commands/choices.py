"""What the command line chooses of the checks, and which risks a file says are accepted."""

import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from preflight.render.printable import printable
from preflight.report import Report
from preflight.runner import Suite
from preflight.seams import UsageError
from preflight.selection import Chosen, Selection, choose, refuse_unknown, selection
from preflight.waivers import FILE, read, waived


def _known() -> list[str]:
    from preflight.checklist import checklist  # noqa: PLC0415 - it needs all the checks

    return [one.check.id for one in checklist()]


def _selection(arguments: Namespace) -> Selection:
    return selection(arguments.only, arguments.skip)


def selected(suites: Sequence[Suite], arguments: Namespace) -> Chosen:
    """The suites with the checks that --only and --skip leave. Raises UsageError."""
    chosen = _selection(arguments)
    if chosen:
        refuse_unknown(chosen, _known())
    return choose(suites, chosen)


def refuse_a_part(arguments: Namespace) -> None:
    """Raise UsageError where a part of the checks is to decide about sending, but for --force."""
    chosen = _selection(arguments)
    if chosen and not arguments.force:
        raise UsageError(
            str(chosen),
            "asks a part of the checks, which is not enough to send a file",
            "leave it out, or send all the same with --force",
        )


def warn(sentence: str) -> None:
    """Say it on standard error."""
    print(f"preflight: {printable(sentence)}", file=sys.stderr)


def accept(arguments: Namespace, say: Callable[[str], None] = warn) -> Callable[[Report], Report]:
    """What marks a report's accepted risks; what is wrong with their file is said at once.

    Raises UsageError for a file that was named and cannot be read.
    """
    today = datetime.now(tz=UTC).date()
    # Most have no such file, and to know all ids is to import all checks.
    known = _known() if arguments.waivers or Path(FILE).is_file() else ()
    waivers = read(arguments.waivers, known, today)
    for sentence in waivers.void:
        say(sentence)
    return lambda report: waived(report, waivers, today)
