"""`preflight demo`: provision, check, run and break all four providers, on this machine alone."""

import json
import os
import shutil
import subprocess
import sys
import time
from argparse import Namespace
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from preflight.contract import PROVIDERS
from preflight.render.coloured import console
from preflight.render.printable import printable
from preflight.seams import RunError, UsageError

if TYPE_CHECKING:
    from preflight.sandbox.breakages import Breakage
    from preflight.sandbox.sandbox import Sandbox

FOLDER = Path("preflight-demo")
COMMAND_SECONDS = 120
READY, NOT_READY = 0, 1


@dataclass
class _Demo:
    """One demonstration: what it has shown, and what did not come out as it should."""

    out: Console
    folder: Path
    surprises: list[str] = field(default_factory=list)

    def rule(self, words: str) -> None:
        self.out.print()
        self.out.print(Rule(Text(words, style="bold"), align="left"))

    def say(self, words: str) -> None:
        self.out.print(Text(printable(words)))

    def expect(self, words: str, *, holds: bool) -> None:
        if not holds:
            self.surprises.append(words)
            self.out.print(Text(f"NOT AS EXPECTED: {words}", style="bold red"))

    def command(self, sandbox: "Sandbox", *arguments: str | Path) -> "_Ran":
        """Run the real command in the sandbox, as a user would, and show what it is."""
        words = [str(argument) for argument in arguments]
        shown = " ".join(os.path.relpath(word) if "/" in word else word for word in words)
        self.out.print(Text(f"$ preflight {shown}", style="bold cyan"))
        start = time.monotonic()
        done = subprocess.run(  # noqa: S603 - this program itself
            [sys.executable, "-m", "preflight", *words],
            env=_environment() | dict(sandbox.env),
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        return _Ran(done.returncode, done.stdout, done.stderr, time.monotonic() - start)


@dataclass(frozen=True)
class _Ran:
    """A command's exit code, what it printed, and how long it took in seconds."""

    code: int
    out: str
    talk: str
    seconds: float


def _environment() -> dict[str, str]:
    """The user's environment, without what would point a command at a real cloud."""
    prefixes = ("AWS_", "GOOGLE_", "AZURE_", "PREFLIGHT_", "TFY_", "CLOUDSDK_")
    return {name: value for name, value in os.environ.items() if not name.startswith(prefixes)} | {
        "COLUMNS": "110",
        "PREFLIGHT_CONFIG": os.devnull,  # what a team set once is for its own stack
    }


def demo(arguments: Namespace) -> int:
    """Show it all; 0 where everything came out as it should."""
    from preflight.commands.sandbox import importable  # noqa: PLC0415

    if not importable():
        raise UsageError(
            "the demo", "needs the sandbox extra", "pip install 'batch-preflight[sandbox]'"
        )
    start = time.monotonic()
    folder = _fresh(FOLDER)
    with ExitStack() as held:
        if arguments.quiet:
            nowhere = held.enter_context(Path(os.devnull).open("w", encoding="utf-8"))
            held.enter_context(redirect_stdout(nowhere))
        show = _shown(folder)
    show.out = console(sys.stdout)
    return _conclude(show, time.monotonic() - start)


def _shown(folder: Path) -> _Demo:
    """All of it but the conclusion."""
    from preflight.sandbox.world import World  # noqa: PLC0415

    show = _Demo(console(sys.stdout), folder)
    show.rule("1. Provision: the Pulumi program, applied to clouds on loopback")
    show.say("No cloud account, no Pulumi engine: nothing here is a `pulumi up`.")
    made: list[tuple[str, str]] = []
    try:
        with World(
            folder, say=show.say, progress=lambda token, name, _: made.append((token, name))
        ) as sandbox:
            _provisioned(show, made)
            _healthy(show, sandbox)
            _broken(show, sandbox)
    finally:
        # The operator's key of the sandbox's Google Cloud is in there.
        shutil.rmtree(folder / "clouds", ignore_errors=True)
    return show


def _fresh(folder: Path) -> Path:
    """An empty results folder; an earlier demonstration's is replaced, anything else is not."""
    ours = {"clouds", "promises.json", "requests", "runs"}
    if folder.exists() and not {path.name for path in folder.iterdir()} <= ours:
        raise UsageError(str(folder), "is no earlier demo's folder", "move it away")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder.resolve()


def _provisioned(show: _Demo, made: list[tuple[str, str]]) -> None:
    clouds = {"aws": "AWS", "gcp": "Google Cloud", "azure-native": "Azure"}
    for package, cloud in clouds.items():
        kinds = [token.rpartition(":")[2] for token, _ in made if token.startswith(f"{package}:")]
        counted = ", ".join(
            f"{kind}" + (f" x{kinds.count(kind)}" if kinds.count(kind) > 1 else "")
            for kind in dict.fromkeys(kinds)
        )
        show.say(f"  {cloud}: {len(kinds)} resources: {counted}")


def _healthy(show: _Demo, sandbox: "Sandbox") -> None:
    for number, provider in enumerate(PROVIDERS, start=2):
        show.rule(f"{number}. {provider}: check, then run")
        requests = sandbox.request_file(provider)
        checked = show.command(sandbox, "check", requests, "--provider", provider)
        sys.stdout.flush()
        show.out.file.write(checked.out + checked.talk)
        show.expect(f"{provider} is READY", holds=checked.code == READY)
        folder = show.folder / "runs" / provider
        ran = show.command(sandbox, "run", requests, "--provider", provider, "--out", folder)
        show.out.file.write(ran.talk + ran.out)
        _sample(show, provider, folder)
        everything = ran.code == 0 and _accounted(folder, requests)
        show.expect(f"{provider} ran, with a result for every request", holds=everything)


def _ids(path: Path) -> list[str]:
    with path.open("rb") as file:
        return [json.loads(line)["custom_id"] for line in file]


def _accounted(folder: Path, requests: Path) -> bool:
    results = folder / "results.jsonl"
    return results.is_file() and _ids(results) == _ids(requests)


def _sample(show: _Demo, provider: str, folder: Path) -> None:
    """The first result, to be seen."""
    results = folder / "results.jsonl"
    if not results.is_file():
        return
    with results.open("rb") as file:
        first = json.loads(file.readline())
    words = first["response"]["body"]["choices"][0]["message"]["content"]
    show.say(f"  {provider} {first['custom_id']}: {words[:80]}")


def _broken(show: _Demo, sandbox: "Sandbox") -> None:
    from preflight.sandbox.breakages import DEMO, named  # noqa: PLC0415

    show.rule("6. One thing broken per provider: the check says so, and the forced job proves it")
    for provider in PROVIDERS:
        breakage = named(DEMO[provider])
        show.out.print()
        show.out.print(Text(f"{provider}: {breakage.words}", style="bold"))
        breakage.apply(sandbox)
        _predicted(show, sandbox, breakage)
        _forced(show, sandbox, breakage)


def _predicted(show: _Demo, sandbox: "Sandbox", breakage: "Breakage") -> None:
    provider = breakage.provider
    requests = sandbox.request_file(provider)
    judged = show.command(sandbox, "check", requests, "--provider", provider, "--format", "json")
    report = json.loads(judged.out)
    failed = [check for check in report["checks"] if check["outcome"] == "failed"]
    for check in failed:
        show.out.print(Text(f"  {report['verdict']}  ✗ {check['title']}  [{check['id']}]", "red"))
        show.say(f"    {check['problem']}")
        show.say(f"    repair: {check['remedy']}")
    right = judged.code == NOT_READY and {check["id"] for check in failed} == breakage.fails
    show.expect(f"exactly {', '.join(breakage.fails)} fails", holds=right)


def _forced(show: _Demo, sandbox: "Sandbox", breakage: "Breakage") -> None:
    provider = breakage.provider
    ran = show.command(
        sandbox,
        "run",
        sandbox.request_file(provider),
        "--provider",
        provider,
        "--force",
        "--out",
        show.folder / "runs" / f"{provider}-forced",
    )
    # Standard error holds the report of the check as well; only its last line is the job's.
    ended = [*ran.out.splitlines(), *ran.talk.splitlines()[-1:]]
    said = [line for line in ended if breakage.says in line]
    for line in said[:1]:
        show.out.print(Text(f"  the job: {printable(line.strip())}", "yellow"))
    show.expect(
        f"the forced job fails for that reason ({breakage.says})",
        holds=ran.code != 0 and bool(said),
    )


def _conclude(show: _Demo, seconds: float) -> int:
    show.rule("Done")
    if show.surprises:
        for surprise in show.surprises:
            show.say(f"  not as expected: {surprise}")
        raise RunError("the demo", f"{len(show.surprises)} steps went wrong", "read them above")
    show.say(
        "All four providers: READY, run, every request accounted for; four breakages, each "
        "predicted by the check and proved by the forced job."
    )
    show.say(f"Results: {os.path.relpath(show.folder)}/runs   ({seconds:.0f} s)")
    return 0
