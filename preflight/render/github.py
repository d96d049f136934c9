"""The report as GitHub's workflow commands: an annotation per problem, then the verdict.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import IO

from preflight.render.findings import Finding, Kind, counts, findings, quotable, sentence
from preflight.report import Report

COMMANDS = {Kind.FAILED: "error", Kind.UNKNOWN: "warning", Kind.WAIVED: "notice"}


def render(report: Report, out: IO[str]) -> None:
    """Write the commands, the most urgent first: GitHub shows ten of a kind and drops the rest."""
    found = findings(report)
    # One file is judged for several providers: what is wrong with it for all is said once.
    commands = dict.fromkeys(
        command
        for kind in COMMANDS
        for finding in found
        if finding.kind is kind
        for command in _commands(finding)
    )
    out.writelines(f"{command}\n" for command in commands)
    out.writelines(f"Not looked at: {quotable(sentence)}\n" for sentence in report.scope)
    out.writelines(f"Waivers: {quotable(note)}\n" for note in report.notes)
    out.write(f"{report.verdict}: {sentence(report)} ({counts(found)})\n")


def _commands(finding: Finding) -> Iterator[str]:
    """One, or one for each finding on a line where these were asked for."""
    if not finding.further:
        yield _command(finding)
    for line, said in zip(finding.lines, finding.further, strict=False):
        yield _command(replace(finding, said=said, lines=(line,)))


def _command(finding: Finding) -> str:
    properties = {}
    where = "" if finding.file else f"{finding.place}: "
    if finding.file:
        properties["file"] = finding.file
    if finding.lines:
        properties["line"] = str(finding.lines[0])
    properties["title"] = f"{where}{finding.title} [{finding.id}]"
    message = "\n".join((finding.said, f"{finding.todo.lower()}: {finding.action}", *finding.notes))
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{COMMANDS[finding.kind]} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
