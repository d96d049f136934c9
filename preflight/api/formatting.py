"""A report in a form for other programs, and for people."""

import io
from difflib import get_close_matches

from preflight.api.errors import typed
from preflight.render import destinations
from preflight.report import Report
from preflight.seams import UsageError
from preflight.vocabulary import FORMATS


@typed
def formatted(report: Report, form: str = "json") -> str:
    """Write a report in one of the forms of `preflight check --format`.

    Args:
        report: what `check` answered, or a `NotReady` has.
        form: text, json, sarif, junit, github, markdown or html. Each has a version of its own or a
            standard: docs/formats.md.

    Returns:
        The whole document.

    Raises:
        UsageError: there is no such form.
    """
    if form not in FORMATS:
        near = get_close_matches(form, FORMATS, 1)
        remedy = f"did you mean {near[0]}?" if near else f"it is one of {', '.join(FORMATS)}"
        raise UsageError(f"form {form!r}", "is not known", remedy)
    out = io.StringIO()
    destinations.render(report, form, out)
    return out.getvalue()
