"""What was found on the lines of a request file, beyond the first of each kind."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from preflight.outcomes import Failed
from preflight.report import Report, Result
from preflight.requests.fault import Fault
from preflight.requests.scan import Scan


def in_detail(report: Report, scan: Scan, most: int) -> Report:
    """The report on a file, with so many findings of each kind."""
    if most == 1:
        return report
    from preflight.checks.requests import OF_ITS_REQUESTS  # noqa: PLC0415 - only where it is asked

    # Of several models in one file, the lines are not told apart here.
    several = len(scan.models) > 1
    results = (
        one if several and one.check_id in OF_ITS_REQUESTS else with_findings(one, scan, most)
        for one in report.results
    )
    return replace(report, results=tuple(results))


def with_findings(result: Result, scan: Scan, most: int) -> Result:
    """The result, with so many findings of each kind where more than the first are asked for."""
    outcome = result.outcome
    if not isinstance(outcome, Failed) or not outcome.codes or most == 1:
        return result
    found = tuple(_first_of_each(scan.of(*outcome.codes), most))
    lines = tuple(fault.line for fault in found)
    return replace(result, outcome=replace(outcome, findings=found, lines=lines))


def _first_of_each(faults: Iterable[Fault], most: int) -> Iterator[Fault]:
    counts: dict[str, int] = {}
    for fault in faults:
        counts[fault.code] = counts.get(fault.code, 0) + 1
        if counts[fault.code] <= most:
            yield fault
