"""What a task wants checked and sent, and the check of it, by what the commands are made of."""

import io
import json
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from preflight.airflow.access import Access
from preflight.airflow.saying import worded
from preflight.api.asked import judged
from preflight.batch import plan as plans
from preflight.batch.plan import Plan
from preflight.commands.division import division
from preflight.commands.judge import Targets, judge, only_a_job, promised, scanned, targets
from preflight.contract import Gateway, Promises
from preflight.outcomes import Failed, Outcome, Unknown
from preflight.render import destinations, json_report
from preflight.report import Report, Verdict
from preflight.requests.scan import Scan
from preflight.seams import PromiseError, UsageError

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
                "names two sources of promises"
                if self.stack
                else "names no stack to check against",
                "give it either stack='...' or promises='...'",
            )
        return judged(
            requests=self.requests,
            stack=self.stack,
            promises=_outputs(self.promises),
            provider=self.provider,
            region=self.region,
            model=self.model,
            offline=self.offline,
            only=self.only,
            skip=self.skip,
            waivers=self.waivers,
            tables=self.tables,
            no_split=self.no_split,
        )


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
        None if asked.arguments.offline else only_a_job,
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
    decisive = Failed if found.verdict is Verdict.NOT_READY else Unknown
    told = [
        f"{one.check_id}: {_why(one.outcome)}"
        for one in found.results
        if one.waiver is None and isinstance(one.outcome, decisive)
    ]
    more = [f"and {len(told) - _NAMED} more"] if len(told) > _NAMED else []
    why = worded("; ".join(told[:_NAMED] + more))
    return f"{found.verdict.value}: {why}" if why else found.verdict.value


def _why(outcome: Outcome) -> str:
    if isinstance(outcome, Failed):
        return f"{outcome.problem} -> {outcome.remedy}"
    return f"{outcome.reason} -> {outcome.needs}" if isinstance(outcome, Unknown) else ""


def _outputs(promises: str | None) -> str | dict[str, Any] | None:
    """The promises as a file's name, or what they are where they are JSON."""
    if promises is None or not promises.lstrip().startswith("{"):
        return promises
    try:
        found: dict[str, Any] = json.loads(promises)
    except ValueError as error:
        raise PromiseError("promises", f"is no JSON ({error})", "correct it") from None
    return found
