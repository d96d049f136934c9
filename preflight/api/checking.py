"""Before anything is sent: check and plan."""

import os

from preflight.api.asked import Asked, Names, Promised, StrPath, judged, number
from preflight.api.quietly import around, typed
from preflight.catalog import yours
from preflight.commands import judge
from preflight.commands.detail import in_detail
from preflight.commands.plan import Planned, planned
from preflight.report import Report
from preflight.requests.fault import KEPT_PER_CODE
from preflight.seams import UsageError
from preflight.vocabulary import DEADLINE_SECONDS, OVERALL_SECONDS


@typed
def check(
    requests: StrPath | None = None,
    *,
    stack: str | None = None,
    promises: Promised = None,
    provider: Names = None,
    region: str | None = None,
    model: str | None = None,
    offline: bool = False,
    only: Names = None,
    skip: Names = None,
    waivers: StrPath | None = None,
    tables: StrPath | None = None,
    no_split: bool = False,
    deadline: float = DEADLINE_SECONDS,
    overall_deadline: float = OVERALL_SECONDS,
    jobs: int = 1,
    max_findings: int = 1,
    key: str | None = None,
) -> Report:
    """Say whether the job would run, with the evidence; as `preflight check`. Nothing is sent.

    Args:
        requests: the request file; None leaves out what needs one.
        stack: the Pulumi stack that made the promises.
        promises: in its place a file of its outputs, or those outputs themselves; where neither is
            given, the file that PREFLIGHT_PROMISES names.
        provider: judge this one, or these; None: all that are promised.
        region: judge the targets in this region only.
        model: judge the targets of this model (or deployment) only.
        offline: ask nobody: judge the request file alone.
        only: ids of checks, or patterns, to ask alone, with the gates before them.
        skip: ids of checks, or patterns, to leave out.
        waivers: a file of accepted risks; None: preflight-waivers.toml here, if there is one.
        tables: a file of rows before those of the dated tables; it holds for the whole process.
            None: the file that PREFLIGHT_TABLES names.
        no_split: judge it as one job of the file as it is.
        deadline: how long one question may take, in seconds.
        overall_deadline: how long all questions together may take, in seconds.
        jobs: so many processes read a large file; more than one imports the main module again.
        max_findings: above 1, so many faults of each kind are in `Failed.findings` with their
            lines; all are counted.
        key: the gateway's; None: that of the environment (TFY_API_KEY).

    Returns:
        The report: READY, NOT READY and CANNOT TELL are answers, and no errors.

    Raises:
        UsageError: what is asked for is wrong or contradicts itself.
        PromiseError: the promises are missing or cannot be used.
        RequestFileError: the request file cannot be read at all.
        LookError: this machine refuses to read a file.
    """
    asked = judged(
        requests=requests,
        stack=stack,
        promises=promises,
        provider=provider,
        region=region,
        model=model,
        offline=offline,
        only=only,
        skip=skip,
        waivers=waivers,
        tables=tables,
        no_split=no_split,
        deadline=deadline,
        overall_deadline=overall_deadline,
        jobs=jobs,
    )
    if requests is None and offline:
        raise UsageError("offline", "leaves nothing to look at without a request file", "name one")
    has = around(key)
    promised = judge.promised(asked)
    shown = number("max_findings", max_findings)
    scan = None
    if asked.requests is not None:
        scan = judge.scanned(asked.requests, jobs=asked.jobs, room=max(KEPT_PER_CODE, shown))
    report = judge.judge(
        promised,
        judge.targets(asked, promised, scan),
        scan,
        asked,
        None if offline else judge.only_a_job,
        environ=has.environ,
        say=has.say,
    )
    return report if scan is None else in_detail(report, scan, shown)


@typed
def plan(
    requests: StrPath,
    *,
    stack: str | None = None,
    promises: Promised = None,
    provider: str | None = None,
    region: str | None = None,
    model: str | None = None,
    offline: bool = False,
    tables: StrPath | None = None,
    no_split: bool = False,
    jobs: int = 1,
) -> Planned:
    """Say shards, waves, time and money of a run; as `preflight plan`. Nothing is sent.

    Args:
        requests: the request file.
        stack: the Pulumi stack that made the promises.
        promises: in its place a file of its outputs, or those outputs themselves; where neither is
            given, the file that PREFLIGHT_PROMISES names.
        provider: where the run goes; None: the only one that is promised.
        region: plan for the target in this region.
        model: plan for the target of this model (or deployment).
        offline: ask nobody: take all limits from the dated tables.
        tables: a file of rows before those of the dated tables; it holds for the whole process.
            None: the file that PREFLIGHT_TABLES names.
        no_split: plan one job of the file as it is.
        jobs: so many processes read a large file; more than one imports the main module again.

    Returns:
        What the run would be. What speaks against it is in its notes; `check` judges.

    Raises:
        UsageError: what is asked for is wrong, or means several providers or targets.
        PromiseError: the promises are missing or cannot be used.
        RequestFileError: the request file cannot be read, or changed while it was.
        LookError: this machine refuses to read a file.
    """
    asked: Asked = judged(
        requests=requests,
        stack=stack,
        promises=promises,
        provider=provider,
        region=region,
        model=model,
        offline=offline,
        tables=tables,
        no_split=no_split,
        jobs=jobs,
    )
    yours.use(asked.tables or os.environ.get(yours.VARIABLE))
    promised = judge.promised(asked)
    scan = judge.scanned(asked.requests, jobs=asked.jobs)
    chosen = judge.targets(asked, promised, scan)
    if len(chosen) != 1:
        raise UsageError(
            asked.requests, f"goes to one provider, and these are {', '.join(chosen)}", "name one"
        )
    ((name, several),) = chosen.items()
    return planned(scan, name, *several, one=no_split, offline=offline)
