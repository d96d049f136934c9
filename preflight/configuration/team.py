"""What a new team is asked once, why, and the file that is written of the answers."""

import json
import textwrap
from collections.abc import Mapping
from typing import Any, NamedTuple

from preflight.configuration.table import RUNS

REPORTS = {
    "none": "",
    "sarif": "sarif:preflight.sarif",
    "junit": "junit:preflight-junit.xml",
    "markdown": "markdown:preflight.md",
    "html": "html:preflight.html",
}
"""What a check may leave in a file, beside the text that it prints."""

WAIVERS = "preflight-waivers.toml"
WAIVERS_START = """\
# Accepted risks: a failure that somebody owns for a while, and that then does not decide.
#
# [[waiver]]
# check = "bedrock-bucket-expiry"
# reason = "results are fetched within a day"
# owner = "ml-platform"
# expires = 2027-03-31
"""


class Question(NamedTuple):
    """One question.

    Attributes:
        option: of the table, that is set by the answer.
        asks: the question.
        why: the reason to answer one way or the other, in a sentence.
        default: what Enter takes; what the command finds out itself stands before it.
    """

    option: str
    asks: str
    why: str
    default: str = ""


STACK = Question(
    "stack",
    "The Pulumi stack that made the promises",
    "It is asked anew for each check, and so is always right; that needs the pulumi command and "
    "its login.",
    "dev",
)
PROMISES = Question(
    "promises",
    "The promise file",
    "It is the output of `pulumi stack output --json`, kept in the repository: whoever has a clone "
    "can check, without Pulumi.",
    "promises.json",
)
PROVIDER = Question(
    "provider",
    "Providers that the team sends to (with commas between them; all: whatever is promised)",
    "With one of them, `preflight run` needs no --provider.",
    "all",
)
RUNS_FOLDER = Question(
    "runs-folder",
    "The folder that holds runs",
    "Ledgers and results are kept there, so it belongs on a disk that stays, and out of version "
    "control.",
    RUNS,
)
ACCEPTED = Question(
    "waivers",
    "The file of accepted risks (none: the usual one of the working folder, if there is one)",
    "A failure that somebody owns until a day then does not decide; the file is reviewed like "
    "code.",
    WAIVERS,
)
REPORT = Question(
    "format",
    f"What each check leaves in a file for CI ({', '.join(REPORTS)})",
    "Code scanning reads SARIF, GitLab and most others JUnit; people read Markdown and HTML.",
    "none",
)

_HEAD = """\
# What this team sets once for preflight. `preflight config` shows what holds and who says so;
# docs/configuration.md has every option.
"""


def written(answers: Mapping[str, Any]) -> str:
    """The file, with the reason above each option. `answers` are as in a file, by option."""
    questions = (STACK, PROMISES, PROVIDER, RUNS_FOLDER, ACCEPTED)
    parts = [_HEAD]
    parts += [
        f"\n{_comment(question.why)}{_line(question.option, answers[question.option])}"
        for question in questions
        if answers.get(question.option)
    ]
    if report := answers.get(REPORT.option):
        parts.append(f"\n[check]\n{_comment(REPORT.why)}{_line(REPORT.option, report)}")
    return "".join(parts)


def _comment(sentence: str) -> str:
    return textwrap.fill(sentence, 98, initial_indent="# ", subsequent_indent="# ") + "\n"


def _line(name: str, value: Any) -> str:
    # Text without control characters and lists of it are written in TOML as they are in JSON.
    return f"{name} = {json.dumps(value, ensure_ascii=False)}\n"
