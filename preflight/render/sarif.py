"""The report as SARIF 2.1.0, for code scanning: a rule per check, a result per problem.

Failed is an error, unknown a warning, waived the same and suppressed; what passed or was not asked
is no result. GitHub refuses a log with a result that has no place in a file, so each has one: the
line of the request file, else the file that stands for the promises.
"""

import hashlib
import os
from importlib.metadata import metadata
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from preflight.render.findings import Finding, Kind, alike, explanations, findings, quotable
from preflight.render.json_report import dumped
from preflight.report import Report

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
PROBLEMS = (Kind.FAILED, Kind.UNKNOWN, Kind.WAIVED)
LEVELS = {"Repair": "error", "Needs": "warning"}
ELSEWHERE = "Pulumi.yaml"
"""The place of a problem at a cloud, where the report does not say where the promises are from."""


def shape(report: Report) -> dict[str, Any]:
    """The log as plain JSON values."""
    found = findings(report)
    rules = list(dict.fromkeys(finding.id for finding in found))
    run: dict[str, Any] = {
        "tool": {"driver": _driver(found, rules)},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": True,
                "exitCode": report.exit_code,
                "exitCodeDescription": report.verdict.value,
            }
        ],
        "results": [
            _result(report, same, rules.index(same[0].id))
            for same in alike(found)
            if same[0].kind in PROBLEMS
        ],
        "properties": {
            "notLookedAt": [quotable(sentence) for sentence in report.scope],
            "waivers": [quotable(sentence) for sentence in report.notes],
        },
    }
    files = report.files or ((report.file,) if report.file is not None else ())
    if files:
        run["artifacts"] = [
            {
                "location": _artifact(file.path),
                "length": file.bytes,
                **({"hashes": {"sha-256": file.sha256}} if file.sha256 else {}),
            }
            for file in files
        ]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _driver(found: tuple[Finding, ...], rules: list[str]) -> dict[str, Any]:
    about = metadata("batch-preflight")
    pages = dict(entry.split(", ", 1) for entry in about.get_all("Project-URL", []))
    titles = {finding.id: finding.title for finding in found}
    why = explanations()
    driver: dict[str, Any] = {
        "name": "preflight",
        "semanticVersion": about["Version"],
        "rules": [_rule(rule, titles[rule], why.get(rule, ""), pages) for rule in rules],
    }
    if home := pages.get("Homepage"):
        driver["informationUri"] = home
    return driver


def _rule(rule: str, title: str, explanation: str, pages: dict[str, str]) -> dict[str, Any]:
    text = explanation or title
    made: dict[str, Any] = {
        "id": rule,
        "shortDescription": {"text": _message(title)},
        "fullDescription": {"text": _message(text)},
        "help": {"text": _message(f"{title}. {text}")},
        "defaultConfiguration": {"level": "error"},
    }
    if documentation := pages.get("Documentation"):
        made["helpUri"] = f"{documentation.rstrip('/')}/checks.md#{rule}"
    return made


def _result(report: Report, same: tuple[Finding, ...], index: int) -> dict[str, Any]:
    finding = same[0]
    said = [f"{finding.title}: {finding.said}", f"{finding.todo}: {finding.action}", *finding.notes]
    file = finding.file or report.promises or ELSEWHERE
    first, *others = finding.lines or (1,)
    made: dict[str, Any] = {
        "ruleId": finding.id,
        "ruleIndex": index,
        "level": LEVELS[finding.todo],
        "message": {"text": _message("\n".join(said))},
        "locations": [
            {
                "physicalLocation": _physical(file, first),
                "logicalLocations": [
                    {"fullyQualifiedName": f"{one.place}/{one.suite}", "kind": "module"}
                    for one in same
                ],
            }
        ],
        "partialFingerprints": {"check/v1": _fingerprint(finding)},
        "properties": {"outcome": finding.kind.value, "targets": [one.place for one in same]},
    }
    if others:
        made["relatedLocations"] = [
            {"id": number, "physicalLocation": _physical(file, line)}
            for number, line in enumerate(others, start=1)
        ]
    if finding.further:
        made["relatedLocations"] = [
            {
                "id": number,
                "physicalLocation": _physical(file, line),
                "message": {"text": _message(said)},
            }
            for number, (line, said) in enumerate(zip(finding.lines, finding.further, strict=True))
        ]
    if finding.kind is Kind.WAIVED:
        made["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": " ".join(finding.notes),
            }
        ]
    return made


def _fingerprint(finding: Finding) -> str:
    """The same for the same problem in every run, whatever it is called by then."""
    what = f"{finding.id}\n{finding.provider}\n{finding.target}"
    return hashlib.sha256(what.encode()).hexdigest()


def _physical(file: str, line: int) -> dict[str, Any]:
    return {"artifactLocation": _artifact(file), "region": {"startLine": line}}


def _artifact(file: str) -> dict[str, str]:
    """Relative to the folder the check runs in, which code scanning takes for the checkout's."""
    if "://" in file:
        return {"uri": quote(os.fsencode(file), safe="/:")}
    path = Path(file)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    if path.is_absolute():
        return {"uri": f"file://{quote(os.fsencode(path))}"}
    return {"uri": quote(os.fsencode(path)), "uriBaseId": "%SRCROOT%"}


def _message(text: str) -> str:
    """Content as a message string, in which braces are placeholders and `[a](b)` is a link."""
    doubled = text.replace("{", "{{").replace("}", "}}")
    if "](" not in doubled:
        return doubled
    return doubled.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def render(report: Report, out: IO[str]) -> None:
    """Write the log."""
    out.write(dumped(shape(report)))
