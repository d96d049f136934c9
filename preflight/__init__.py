"""Know that an LLM batch will run before it is sent, then run it.

The library: the same as the commands, for programs.

    report = preflight.check("requests.jsonl", stack="dev", provider="bedrock")
    finished = preflight.run("requests.jsonl", stack="dev", provider="bedrock")

Its public names are those of `__all__`; docs/library.md has them all. Everything else may change.
"""

TYPE_CHECKING = False
"""What type checkers take for true: to import `typing` for it would take most of the time."""

if TYPE_CHECKING:
    from preflight.api.checking import check
    from preflight.api.following import cancel, fetch, runs, status, watch
    from preflight.api.formatting import formatted
    from preflight.api.merging import merge
    from preflight.api.not_ready import NotReady
    from preflight.api.planning import plan
    from preflight.api.resuming import resume, retry
    from preflight.api.running import run, submit
    from preflight.api.scanning import scan
    from preflight.batch.ledger import Busy
    from preflight.batch.merged_files import Summary
    from preflight.batch.run import Finished
    from preflight.commands.plan import Planned
    from preflight.outcomes import Failed, Passed, Skipped, Unknown
    from preflight.render.run_list import ListedRun
    from preflight.render.standing import ShardStanding, Standing
    from preflight.report import Report, Result, Verdict, Waiver
    from preflight.seams.errors import (
        CredentialsMissing,
        LookError,
        NotInTime,
        PreflightError,
        PromiseError,
        Refused,
        RequestFileError,
        RunError,
        Unreachable,
        UsageError,
    )

__all__ = [
    "Busy",
    "CredentialsMissing",
    "Failed",
    "Finished",
    "ListedRun",
    "LookError",
    "NotInTime",
    "NotReady",
    "Passed",
    "Planned",
    "PreflightError",
    "PromiseError",
    "Refused",
    "Report",
    "RequestFileError",
    "Result",
    "RunError",
    "ShardStanding",
    "Skipped",
    "Standing",
    "Summary",
    "Unknown",
    "Unreachable",
    "UsageError",
    "Verdict",
    "Waiver",
    "cancel",
    "check",
    "fetch",
    "formatted",
    "merge",
    "plan",
    "resume",
    "retry",
    "run",
    "runs",
    "scan",
    "status",
    "submit",
    "watch",
]

_OF = {
    "api.checking": ("check",),
    "api.following": ("cancel", "fetch", "runs", "status", "watch"),
    "api.formatting": ("formatted",),
    "api.merging": ("merge",),
    "api.not_ready": ("NotReady",),
    "api.planning": ("plan",),
    "api.resuming": ("resume", "retry"),
    "api.running": ("run", "submit"),
    "api.scanning": ("scan",),
    "batch.ledger": ("Busy",),
    "batch.merged_files": ("Summary",),
    "batch.run": ("Finished",),
    "commands.plan": ("Planned",),
    "outcomes": ("Failed", "Passed", "Skipped", "Unknown"),
    "render.run_list": ("ListedRun",),
    "render.standing": ("ShardStanding", "Standing"),
    "report": ("Report", "Result", "Verdict", "Waiver"),
    "seams.errors": (
        "CredentialsMissing",
        "LookError",
        "NotInTime",
        "PreflightError",
        "PromiseError",
        "Refused",
        "RequestFileError",
        "RunError",
        "Unreachable",
        "UsageError",
    ),
}
"""Module -> what is imported from it on first use: to import the package takes no time."""


def __getattr__(name: str) -> object:
    from importlib import import_module  # noqa: PLC0415 - only where something is asked for

    for module, names in _OF.items():
        if name in names:
            found = getattr(import_module(f"{__name__}.{module}"), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
