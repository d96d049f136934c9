"""The report as JUnit XML, in the form that GitLab, Jenkins and their like read.

A suite of each target is a test suite, a check a test case: failed is a failure, unknown an error,
waived and not asked are skipped, each with its reason.
"""

from itertools import groupby
from typing import IO
from xml.etree import ElementTree as ET

from preflight.render.findings import Finding, Kind, findings, numbers, quotable
from preflight.report import Report

_TAGS = {
    Kind.FAILED: "failure",
    Kind.UNKNOWN: "error",
    Kind.WAIVED: "skipped",
    Kind.SKIPPED: "skipped",
}


def tree(report: Report) -> ET.Element:
    """The document's root."""
    found = findings(report)
    root = ET.Element("testsuites", {"name": "preflight", **_counted(found)})
    root.set("time", f"{report.seconds:.3f}")
    for (place, suite), several in groupby(found, key=lambda one: (one.place, one.suite)):
        cases = tuple(several)
        attributes = {"name": f"{place}: {suite}", **_counted(cases)}
        attributes["time"] = f"{max(case.seconds for case in cases):.3f}"
        if report.at is not None:
            attributes["timestamp"] = f"{report.at:%Y-%m-%dT%H:%M:%S}"
        element = ET.SubElement(root, "testsuite", attributes)
        _properties(element, report, cases[0])
        for case in cases:
            _case(element, case)
    return root


def _counted(found: tuple[Finding, ...]) -> dict[str, str]:
    tags = [_TAGS.get(finding.kind) for finding in found]
    return {
        "tests": str(len(found)),
        "failures": str(tags.count("failure")),
        "errors": str(tags.count("error")),
        "skipped": str(tags.count("skipped")),
    }


def _properties(suite: ET.Element, report: Report, first: Finding) -> None:
    properties = ET.SubElement(suite, "properties")
    for name, value in (
        ("verdict", report.verdict.value),
        ("provider", first.provider),
        ("target", first.target),
        *numbers(report),
        *(("Not looked at", quotable(sentence)) for sentence in report.scope),
    ):
        ET.SubElement(properties, "property", {"name": name, "value": value})


def _case(suite: ET.Element, finding: Finding) -> None:
    # A dot in a class name begins another package to Jenkins, and models have dots in their names.
    parents = (part.replace(".", "_") for part in (finding.place, finding.suite))
    case = ET.SubElement(
        suite,
        "testcase",
        {
            "classname": ".".join(("preflight", *parents)),
            "name": f"{finding.title} ({finding.id})",
            "time": f"{finding.seconds:.3f}",
        },
    )
    if finding.file:
        case.set("file", quotable(finding.file))
    if finding.lines:
        case.set("line", str(finding.lines[0]))
    if finding.kind is Kind.PASSED:
        ET.SubElement(case, "system-out").text = "\n".join((finding.said, *finding.notes))
        return
    outcome = ET.SubElement(case, _TAGS[finding.kind])
    if finding.kind is Kind.WAIVED:
        outcome.set("message", " ".join(finding.notes))
        ET.SubElement(case, "system-out").text = _said(finding)
    else:
        outcome.set("message", finding.said)
        if finding.kind is not Kind.SKIPPED:
            outcome.set("type", finding.kind.value)
            outcome.text = _said(finding)


def _said(finding: Finding) -> str:
    return "\n".join((finding.said, *finding.further, f"{finding.todo.lower()}: {finding.action}"))


def render(report: Report, out: IO[str]) -> None:
    """Write the document, in ASCII: whoever stores it, in whatever encoding, stores the same."""
    root = tree(report)
    ET.indent(root)
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(f"{ET.tostring(root, encoding='us-ascii', xml_declaration=False).decode()}\n")
