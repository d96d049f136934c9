"""The report for programs: a shape of its own, versioned.

Version policy: fields may be added within a version; a field that changes its meaning, its type or
goes away makes the next version.
"""

import json
from dataclasses import asdict
from typing import IO, Any

from preflight.report import Report, verdict

VERSION = 1


def shape(report: Report) -> dict[str, Any]:
    """The report as plain JSON values."""
    return {
        "format": "preflight-report",
        "version": VERSION,
        "verdict": report.verdict.value,
        "exit_code": report.exit_code,
        "seconds": round(report.seconds, 3),
        "not_looked_at": list(report.scope),
        "providers": {name: verdict(report.of(name)).value for name in report.providers},
        "checks": [
            {
                "id": result.check_id,
                "title": result.title,
                "provider": result.provider,
                "target": result.target,
                "suite": result.suite,
                "outcome": type(result.outcome).__name__.lower(),
                **asdict(result.outcome),
                "seconds": round(result.seconds, 3),
            }
            for result in report.results
        ],
    }


def render(report: Report, out: IO[str]) -> None:
    """Write the report."""
    json.dump(shape(report), out, indent=2)
    out.write("\n")
