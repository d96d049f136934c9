"""Sending a file and bringing its results in, whatever dies in between: run, submit.

Each call can be repeated: what was sent is not sent again, what was paid for is not paid for again.
"""

from preflight.api import asked as asking
from preflight.api.asked import Names, Promised, StrPath
from preflight.api.errors import typed
from preflight.api.not_ready import NotReady
from preflight.api.quietly import Progress, Say, around
from preflight.batch.run import Finished
from preflight.commands import run as commands
from preflight.commands.followed import by_ledger
from preflight.render.standing import Standing
from preflight.report import Report
from preflight.vocabulary import DEADLINE_SECONDS, OVERALL_SECONDS


@typed
def run(
    requests: StrPath,
    *,
    stack: str | None = None,
    promises: Promised = None,
    provider: str | None = None,
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
    force: bool = False,
    out: StrPath | None = None,
    ledger: str | None = None,
    no_rehearsal: bool = False,
    poll_every: float | None = None,
    parquet: bool = False,
    key: str | None = None,
    say: Say | None = None,
    progress: Progress | None = None,
) -> Finished:
    """Check, then upload, create, monitor, fetch and merge; as `preflight run`.

    It takes as long as the batches do: hours. The run is kept in a folder from before its first
    call that costs money; the same call, or `resume`, goes on with it after any interruption.

    Args:
        requests: the request file.
        stack: the Pulumi stack that made the promises.
        promises: in its place a file of its outputs, or those outputs themselves; where neither is
            given, the file that PREFLIGHT_PROMISES names.
        provider: where it goes; None: the only one that is promised.
        region: send it to the target in this region.
        model: send it to the target of this model (or deployment).
        offline: judge the request file alone; goes only with `force`.
        only: ids of checks to ask alone; goes only with `force`.
        skip: ids of checks to leave out; goes only with `force`.
        waivers: a file of accepted risks; None: preflight-waivers.toml here, if there is one.
        tables: a file of rows before those of the dated tables; it holds for the whole process.
            None: the file that PREFLIGHT_TABLES names.
        no_split: send one job of the file as it is.
        deadline: how long one question of the check may take, in seconds.
        overall_deadline: how long all its questions together may take, in seconds.
        jobs: so many processes read a large file; more than one imports the main module again.
        force: send although the check did not say READY.
        out: the run's folder; None: preflight-runs/ and a name of file and provider.
        ledger: the address of a ledger that machines share; None: PREFLIGHT_LEDGER, or a file in
            the run's folder.
        no_rehearsal: create a large job without reading its upload back first.
        poll_every: between looks at a batch, in seconds; None: PREFLIGHT_POLL_SECONDS, or 60.
        parquet: write results.parquet, too (extra: parquet).
        key: the gateway's; None: that of the environment (TFY_API_KEY, TFY_API_KEY_FILE).
        say: told each sentence that the command would write to standard error.
        progress: told how the run stands, after each look at it.

    Returns:
        What became of the run: its counts, and the folder with results.jsonl, errors.jsonl,
        missing.jsonl and again.jsonl. Requests without a result are no error: see `complete`.

    Raises:
        NotReady: the check did not say READY; nothing was sent. It has the report.
        UsageError: what is asked for is wrong.
        Busy: another process works on the run.
        LookError: the gateway did not answer for too long, or has no key; the run is kept.
        RunError: the run did not go as planned; the run is kept.
    """
    judged = asking.judged(
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
    sent = asking.sent(
        judged,
        force=force,
        out=out,
        ledger=ledger,
        no_rehearsal=no_rehearsal,
        poll_every=poll_every,
        parquet=parquet,
    )
    came = commands.ran(sent, around(key, say, progress))
    if isinstance(came, Report):
        raise NotReady(came)
    return came


@typed
def submit(
    requests: StrPath,
    *,
    stack: str | None = None,
    promises: Promised = None,
    provider: str | None = None,
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
    force: bool = False,
    out: StrPath | None = None,
    ledger: str | None = None,
    no_rehearsal: bool = False,
    key: str | None = None,
    say: Say | None = None,
) -> Standing:
    """Check, then upload and create what there is room for; as `preflight submit`.

    `resume` does the rest, from any process, hours later.

    Args:
        requests: the request file.
        stack: the Pulumi stack that made the promises.
        promises: in its place a file of its outputs, or those outputs themselves; where neither is
            given, the file that PREFLIGHT_PROMISES names.
        provider: where it goes; None: the only one that is promised.
        region: send it to the target in this region.
        model: send it to the target of this model (or deployment).
        offline: judge the request file alone; goes only with `force`.
        only: ids of checks to ask alone; goes only with `force`.
        skip: ids of checks to leave out; goes only with `force`.
        waivers: a file of accepted risks; None: preflight-waivers.toml here, if there is one.
        tables: a file of rows before those of the dated tables; it holds for the whole process.
            None: the file that PREFLIGHT_TABLES names.
        no_split: send one job of the file as it is.
        deadline: how long one question of the check may take, in seconds.
        overall_deadline: how long all its questions together may take, in seconds.
        jobs: so many processes read a large file; more than one imports the main module again.
        force: send although the check did not say READY.
        out: the run's folder; None: preflight-runs/ and a name of file and provider.
        ledger: the address of a ledger that machines share; None: PREFLIGHT_LEDGER, or a file in
            the run's folder.
        no_rehearsal: create a large job without reading its upload back first.
        key: the gateway's; None: that of the environment (TFY_API_KEY, TFY_API_KEY_FILE).
        say: told each sentence that the command would write to standard error.

    Returns:
        How the run stands by its ledger: which batches there are, and its folder.

    Raises:
        NotReady: the check did not say READY; nothing was sent. It has the report.
        UsageError: what is asked for is wrong.
        Busy: another process works on the run.
        LookError: the gateway does not answer, or has no key; the run is kept.
        RunError: the run did not go as planned; the run is kept.
    """
    judged = asking.judged(
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
    sent = asking.sent(judged, force=force, out=out, ledger=ledger, no_rehearsal=no_rehearsal)
    came = commands.submitted(sent, around(key, say))
    if isinstance(came, Report):
        raise NotReady(came)
    return by_ledger(asking.of_run(came.folder, ledger))
