"""What a task wants checked and sent, and the check of it, by what the commands are made of."""

import io
import json
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from preflight import promises as sources
from preflight.airflow.access import Access
from preflight.batch import plan as plans
from preflight.batch.plan import Plan
from preflight.cli import parser
from preflight.commands.division import division
from preflight.commands.judge import Targets, judge, promised, scanned, targets
from preflight.contract import Gateway, Promises
from preflight.outcomes import Failed, Unknown
from preflight.render import destinations, json_report
from preflight.report import ONLY_A_JOB, Report
from preflight.requests.scan import Scan
from preflight.seams import UsageError

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Job:
    """What a task is about; the names are those of the command line's options.

    `promises` is a file, or the JSON itself.
    """

    requests: str | None = None
    provider: tuple[str, ...] = ()
    stack: str | None = None
    promises: str | None = None
    region: str | None = None
    model: str | None = None
    offline: bool = False
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    waivers: str | None = None
    tables: str | None = None
    no_split: bool = False

    def arguments(self) -> Namespace:
        """As the command line has them. Raises UsageError where they contradict each other."""
        if bool(self.stack) == bool(self.promises):
            raise UsageError(
                "the task",
                "names no stack to hold the clouds against" if not self.stack else "names two",
                "give it either stack='...' or promises='...'",
            )
        named = ("stack", "region", "model", "waivers", "tables")
        words = [f"--{name}={value}" for name in named if (value := getattr(self, name))]
        words += [f"--provider={name}" for name in self.provider]
        words += [f"--only={','.join(self.only)}"] * bool(self.only)
        words += [f"--skip={','.join(self.skip)}"] * bool(self.skip)
        words += ["--offline"] * self.offline + ["--no-split"] * self.no_split
        return _parsed([*words, *(["--", self.requests] if self.requests else [])])


@dataclass(frozen=True, slots=True)
class Asked:
    """A job whose promises and request file were read."""

    arguments: Namespace
    promises: Promises
    targets: Targets
    scan: Scan | None


def ask(job: Job, access: Access | None) -> Asked:
    """Read what the job names. Raises UsageError, RequestFileError."""
    arguments = job.arguments()
    if job.promises and job.promises.lstrip().startswith("{"):
        promises = sources.parse(job.promises, "promises")
    else:
        arguments.promises = job.promises
        promises = promised(arguments)
    if access is not None and access.base_url:
        promises = replace(promises, gateway=Gateway(access.base_url))
    # By one process: a worker's machine has other tasks to do.
    scan = scanned(job.requests, jobs=1) if job.requests else None
    return Asked(arguments, promises, targets(arguments, promises, scan), scan)


def report(asked: Asked, access: Access | None, say: Callable[[str], None]) -> Report:
    """Ask every question there is about it, with this process's own credentials for the clouds."""
    return judge(
        asked.promises,
        asked.targets,
        asked.scan,
        asked.arguments,
        None if asked.arguments.offline else _only_a_job,
        environ=access.environ if access else {},
        say=say,
    )


def to_send(asked: Asked) -> tuple[Plan, tuple[str, ...]]:
    """The plan of its run, and notes on it. Raises UsageError."""
    if asked.scan is None or len(asked.targets) != 1:
        raise UsageError(
            str(asked.arguments.requests or "the task"),
            f"goes to one provider, and these are {', '.join(asked.targets)}",
            "name one with provider='...'",
        )
    ((provider, several),) = asked.targets.items()
    one, offline = asked.arguments.no_split, asked.arguments.offline
    made = division(asked.scan, provider, several, one=one, offline=offline)
    plan = plans.make(
        asked.promises,
        provider,
        several[0],
        asked.scan.path,
        sha256=asked.scan.sha256,
        count=asked.scan.requests,
        size=asked.scan.bytes,
        shards=made.shards,
        others=tuple(several[1:]),
    )
    return plan, made.notes


def shape(found: Report) -> dict[str, Any]:
    """The report as `preflight check --format json` has it."""
    plain: dict[str, Any] = json.loads(json_report.dumped(json_report.shape(found)))
    return plain


def text(found: Report) -> str:
    """The report for people."""
    out = io.StringIO()
    destinations.render(found, "text", out)
    return out.getvalue()


def sentence(found: Report) -> str:
    """The verdict, and what decided it, in one line."""
    told = [
        f"{one.check_id}: {one.outcome.problem} -> {one.outcome.remedy}"
        if isinstance(one.outcome, Failed)
        else f"{one.check_id}: {one.outcome.reason} -> {one.outcome.needs}"
        for one in found.results
        if one.waiver is None and isinstance(one.outcome, Failed | Unknown)
    ]
    more = f"; and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
    return (
        f"{found.verdict.value}: {'; '.join(told[:_NAMED])}{more}" if told else found.verdict.value
    )


def _only_a_job(found: Report, _: Report) -> Report:
    return replace(found, scope=(*found.scope, ONLY_A_JOB))


def _parsed(words: list[str]) -> Namespace:
    try:
        return parser().parse_args(["check", *words])
    except SystemExit:
        # argparse has said why on standard error, which goes into the task's log.
        what = f"has an argument that `preflight check` does not take: {' '.join(words)}"
        raise UsageError("the task", what, "correct it; the log above says which") from None
