"""What action.yml runs: checks, annotations, the summary, a comment, and code scanning.

The exit code is the worst verdict's, whatever GitHub made of comment and alerts.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from preflight.ci.changed import changed
from preflight.ci.checking import Checked, check_all, worst
from preflight.ci.comment import body, marked
from preflight.ci.event import Event, event
from preflight.ci.forge import Forge, Refused
from preflight.ci.sarif_merge import merged
from preflight.ci.settings import Settings, settings
from preflight.render.findings import quotable
from preflight.render.markdown import prose
from preflight.render.printable import printable
from preflight.render.streams import harden
from preflight.seams import PreflightError


def main() -> int:
    """Run the job; the exit code."""
    harden()
    try:
        asked, here = settings(), event()
        found = changed(here.base, asked.requests)
        notes = [*_alone(asked, here), *found.notes]
        for note in notes:
            _notice(note)
        done = check_all(asked, found.files, "github")
        text = body(done, notes, asked.job)
        # Each check has put its report there; what is new is what none of them knows.
        _append("GITHUB_STEP_SUMMARY", _for_summary(done, notes))
        _append("GITHUB_OUTPUT", f"exit-code={worst(done)}\nreports={asked.reports}\n")
        if asked.comment and here.number:
            _try("comment", lambda: Forge.of().comment(here.number, text, marked(asked.job)))
        if asked.sarif:
            _try("upload to code scanning", lambda: _scan(asked, done))
    except PreflightError as error:
        print(f"::error title=preflight::{_data(printable(str(error)))}")
        return error.exit_code
    return worst(done)


def _alone(asked: Settings, here: Event) -> list[str]:
    """Why nobody is asked."""
    if asked.offline or asked.keyed:
        return []
    whose = "a pull request of a fork has no secrets" if here.fork else "there is no TFY_API_KEY"
    return [f"{whose}: request files are judged alone (--offline), and no cloud is asked"]


def _scan(asked: Settings, done: tuple[Checked, ...]) -> None:
    logs = [log for one in done if (log := one.report("sarif")) is not None]
    whole = merged(logs, f"preflight-{asked.job}")
    if whole is None:
        return
    Path(asked.reports, "preflight.sarif").write_text(json.dumps(whole), encoding="utf-8")
    commit, ref = os.environ.get("GITHUB_SHA", ""), os.environ.get("GITHUB_REF", "")
    Forge.of().scanned(whole, commit, ref)


def _try(what: str, do: Callable[[], None]) -> None:
    try:
        do()
    except Refused as refused:
        _notice(f"no {what}: {refused}; the job's summary has it all")


def _for_summary(done: tuple[Checked, ...], notes: list[str]) -> str:
    lines = [*notes, *(f"{one.name}: {one.verdict}: {one.said}" for one in done if one.said)]
    return "".join(f"\n{prose(quotable(line))}\n" for line in lines)


def _append(name: str, text: str) -> None:
    """To the file that GitHub names there, if it does."""
    path = os.environ.get(name)
    if path and text:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)


def _notice(text: str) -> None:
    print(f"::notice title=preflight::{_data(printable(text))}", flush=True)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


if __name__ == "__main__":
    sys.exit(main())
