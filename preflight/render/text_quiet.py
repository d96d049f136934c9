"""The report for people who want problems and the verdict alone."""

from typing import IO

from preflight.render import text
from preflight.report import Report


def render(report: Report, out: IO[str]) -> None:
    """Write the report."""
    text.render(report, out, quiet=True)
