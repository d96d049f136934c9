"""The report for programs: the shape in `json_shape`, filled in and written."""

import json
from typing import IO, Any

from msgspec import UNSET, to_builtins

from preflight.outcomes import Failed, Passed, Skipped, Unknown
from preflight.render import json_shape
from preflight.render.json_shape import VERSION, Document, ModelCount, TargetVerdict
from preflight.report import Report, RequestFile, Result, verdict
from preflight.requests.fault import Fault


def shape(report: Report) -> dict[str, Any]:
    """The report as plain JSON values."""
    made: dict[str, Any] = to_builtins(_document(report))
    return made


def _document(report: Report) -> Document:
    return Document(
        format="preflight-report",
        version=VERSION,
        verdict=report.verdict.value,
        exit_code=report.exit_code,
        seconds=round(report.seconds, 3),
        calls=report.calls,
        longest_chain=report.longest_chain,
        at=report.at and report.at.replace(microsecond=0),
        promises=_text(report.promises),
        request_file=_file(report.file),
        request_files=list(filter(None, map(_file, report.files))) or UNSET,
        not_looked_at=[_text(sentence) for sentence in report.scope],
        left_out=list(report.left_out),
        notes=[_text(sentence) for sentence in report.notes],
        providers={_text(name): verdict(report.of(name)).value for name in report.providers},
        targets=[
            TargetVerdict(
                provider=_text(provider),
                target=_text(target),
                verdict=verdict(r for r in report.of(provider) if r.target == target).value,
            )
            for provider in report.providers
            for target in report.targets(provider)
        ],
        checks=[_check(result) for result in report.results],
    )


def _file(file: RequestFile | None) -> json_shape.RequestFile | None:
    if file is None:
        return None
    models = [ModelCount(model=_text(name) or None, requests=count) for name, count in file.models]
    return json_shape.RequestFile(
        path=_text(file.path),
        bytes=file.bytes,
        sha256=file.sha256,
        requests=file.requests,
        tokens=file.tokens,
        models=models,
    )


def _check(
    result: Result,
) -> json_shape.Passed | json_shape.Failed | json_shape.Unknown | json_shape.Skipped:
    about: Any = {
        "id": result.check_id,
        "title": _text(result.title),
        "provider": _text(result.provider),
        "target": _text(result.target),
        "suite": _text(result.suite),
        "seconds": round(result.seconds, 3),
        "by": "" if isinstance(result.outcome, Skipped) else _text(result.outcome.by),
        "file": _text(result.file) or UNSET,
    }
    match result.outcome:
        case Passed(detail, caveat):
            return json_shape.Passed(**about, detail=_text(detail), caveat=_text(caveat))
        case Failed(problem, remedy, lines, findings=found):
            return json_shape.Failed(
                **about,
                problem=_text(problem),
                remedy=_text(remedy),
                lines=list(lines),
                waiver=_waiver(result),
                findings=list(map(_place, found)) or UNSET,
            )
        case Unknown(reason, needs):
            return json_shape.Unknown(
                **about, reason=_text(reason), needs=_text(needs), waiver=_waiver(result)
            )
        case Skipped(reason):
            return json_shape.Skipped(**about, reason=_text(reason))


def _place(fault: Fault) -> json_shape.Place:
    return json_shape.Place(
        code=fault.code, line=fault.line, offset=fault.offset, message=_text(fault.message)
    )


def _waiver(result: Result) -> json_shape.Waiver | None:
    if (waiver := result.waiver) is None:
        return None
    return json_shape.Waiver(
        reason=_text(waiver.reason),
        owner=_text(waiver.owner),
        until=waiver.until,
        days_left=waiver.days_left,
    )


def _text(text: str) -> str:
    """As it is, but for half a surrogate pair, which many parsers refuse: it becomes visible."""
    return text.encode("utf-8", "backslashreplace").decode()


def dumped(shape: dict[str, Any]) -> str:
    """The shape as lines of ASCII, in which no log reader finds a command.

    The only `#` in a document stand inside its strings, where an escape means the same.
    """
    return json.dumps(shape, indent=2).replace("##", "#\\u0023") + "\n"


def render(report: Report, out: IO[str]) -> None:
    """Write the report."""
    out.write(dumped(shape(report)))
