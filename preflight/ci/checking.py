"""The checks of one CI job: a process each, so that one which breaks takes none of the others."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from preflight.ci.settings import Settings
from preflight.render.printable import printable

VERDICTS = {0: "READY", 1: "NOT READY", 2: "UNREADABLE", 3: "CANNOT TELL"}
_WORST = (1, 2, 3)
_SECRETS = ("GITHUB_TOKEN", "GH_TOKEN", "CI_JOB_TOKEN")
"""What a check has no use for."""

STACK = "the stack"
"""What is checked where no request file changed."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One check.

    Attributes:
        name: of the request file, as git has it; `STACK` for none.
        code: its exit code.
        said: why there is no report; "" where there is one.
        base: its reports, without their ending: `.sarif`, `.md` and `.xml` are added.
    """

    name: str
    code: int
    said: str
    base: Path

    @property
    def verdict(self) -> str:
        """In one word."""
        return VERDICTS.get(self.code, "BROKE OFF")

    def report(self, ending: str) -> str | None:
        """One of its reports; None where it has none."""
        path = self.base.with_name(f"{self.base.name}.{ending}")
        return path.read_text(encoding="utf-8") if path.is_file() else None


def check_all(asked: Settings, files: Sequence[str], shown: str) -> tuple[Checked, ...]:
    """Check each file, or where there are none the stack; `shown` is the format of the log.

    Raises UsageError where nothing says what is promised.
    """
    folder = Path(asked.reports)
    folder.mkdir(parents=True, exist_ok=True)
    if files:
        return tuple(
            _check(asked, name, folder / f"{number:04}", shown)
            for number, name in enumerate(files, start=1)
        )
    if asked.alone:
        return (_read(asked, folder / "0000"),)
    return (_check(asked, "", folder / "0000", shown),)


def worst(done: Sequence[Checked]) -> int:
    """The exit code of them all; one that broke off leaves it open whether it would run."""
    codes = {one.code for one in done} - {0}
    return next((code for code in _WORST if code in codes), 3 if codes else 0)


def _check(asked: Settings, name: str, base: Path, shown: str) -> Checked:
    options = [*asked.source, *(f"--provider={provider}" for provider in asked.providers)]
    # `--offline` needs a request file; the dot keeps a leading dash from being an option.
    options += ["--offline"] if name and asked.alone else []
    for form, ending in (("sarif", "sarif"), ("markdown", "md"), ("junit", "xml")):
        path = base.with_name(f"{base.name}.{ending}")
        path.unlink(missing_ok=True)
        options.append(f"--format={form}:{path}")
    options.append(f"--format={shown}")
    return _run(["check", *([f"./{name}"] if name else []), *options], name or STACK, base)


def _read(asked: Settings, base: Path) -> Checked:
    """Nobody may be asked, and there is no file: the promises can be read, or not."""
    return _run(["promises", *asked.source], STACK, base, silent=True)


def _run(arguments: list[str], name: str, base: Path, *, silent: bool = False) -> Checked:
    environment = {key: value for key, value in os.environ.items() if key not in _SECRETS}
    sys.stdout.flush()
    done = subprocess.run(  # noqa: S603 - this very package
        [sys.executable, "-P", "-m", "preflight", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if silent else None,
        stderr=subprocess.PIPE,
        check=False,
    )
    lines = done.stderr.decode("utf-8", "replace").splitlines()
    shown = [printable(line) for line in lines]
    for line in shown:
        print(line, file=sys.stderr, flush=True)
    missing = not silent and not base.with_name(f"{base.name}.md").is_file()
    said = (shown or ["it said nothing"])[-1] if missing or (silent and done.returncode) else ""
    return Checked(name, done.returncode, said, base)
