"""Whether the job would run, before anything is sent: check."""

from preflight.api.asked import Names, Promised, StrPath, judged, number
from preflight.api.errors import typed
from preflight.api.keyed import keyed
from preflight.commands import judge
from preflight.commands.detail import in_detail
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
        key: the gateway's; None: that of the environment (TFY_API_KEY, TFY_API_KEY_FILE).

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
        environ=keyed(key),
        say=_nobody,
    )
    return report if scan is None else in_detail(report, scan, shown)


def _nobody(_: str) -> None:
    """What is wrong with a file of waivers is in the report's notes, too."""
