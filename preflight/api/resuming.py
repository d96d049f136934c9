"""Going on with a run that there is: resume, retry."""

import os

from preflight.api import asked as asking
from preflight.api.asked import StrPath
from preflight.api.errors import typed
from preflight.api.quietly import Progress, Say, around
from preflight.api.resumed import resumed
from preflight.batch.run import Finished
from preflight.catalog import yours
from preflight.commands import again


@typed
def resume(
    folder: StrPath,
    *,
    tables: StrPath | None = None,
    ledger: str | None = None,
    no_rehearsal: bool = False,
    poll_every: float | None = None,
    parquet: bool = False,
    key: str | None = None,
    say: Say | None = None,
    progress: Progress | None = None,
) -> Finished:
    """Go on with a run where it was left, by its folder alone, to its end.

    What was checked when the run began is not checked again. What was sent is not sent again; a
    create whose answer was lost is looked for at the provider before anything is created.

    Args:
        folder: the run's, as `submit` returned it.
        tables: a file of rows before those of the dated tables, which bound how much is open at
            once; it holds for the whole process. None: the file that PREFLIGHT_TABLES names.
        ledger: the address of the ledger that machines share, for a run that has one; None:
            PREFLIGHT_LEDGER, or the file in the folder.
        no_rehearsal: create a large job without reading its upload back first.
        poll_every: between looks at a batch, in seconds; None: PREFLIGHT_POLL_SECONDS, or 60.
        parquet: write results.parquet, too (extra: parquet).
        key: the gateway's; None: that of the environment (TFY_API_KEY, TFY_API_KEY_FILE).
        say: told each sentence that the command would write to standard error.
        progress: told how the run stands, after each look at it.

    Returns:
        What became of the run. One that was finished is returned as it is, and nobody is asked.

    Raises:
        UsageError: the folder holds no run.
        Busy: another process works on it.
        RequestFileError: the run's copy of the request file is not whole: it died before anything
            was sent, and is begun with the request file.
        LookError: the gateway did not answer for too long, or has no key; the run is kept.
        RunError: the run did not go as planned; the run is kept.
    """
    of_run = asking.of_run(
        folder, ledger, no_rehearsal=no_rehearsal, poll_every=poll_every, parquet=parquet
    )
    yours.use(os.fspath(tables) if tables else os.environ.get(yours.VARIABLE))
    return resumed(of_run, around(key, say, progress))


@typed
def retry(
    folder: StrPath,
    *,
    ledger: str | None = None,
    no_rehearsal: bool = False,
    poll_every: float | None = None,
    parquet: bool = False,
    key: str | None = None,
    say: Say | None = None,
    progress: Progress | None = None,
) -> Finished:
    """Send again what failed for a reason that passes, and merge it in; as `preflight retry`.

    Args:
        folder: of a run whose batches have all ended.
        ledger: the address of the ledger that machines share, for a run that has one; None:
            PREFLIGHT_LEDGER, or the file in the folder.
        no_rehearsal: create a large job without reading its upload back first.
        poll_every: between looks at a batch, in seconds; None: PREFLIGHT_POLL_SECONDS, or 60.
        parquet: write results.parquet, too (extra: parquet).
        key: the gateway's; None: that of the environment (TFY_API_KEY, TFY_API_KEY_FILE).
        say: told each sentence that the command would write to standard error.
        progress: told how the run stands, after each look at it.

    Returns:
        What the run has come to. Where nothing is worth another try, nothing is sent.

    Raises:
        UsageError: the folder holds no run, or one with batches that have not ended.
        Busy: another process works on it.
        LookError: the gateway did not answer for too long, or has no key; the run is kept.
        RunError: the run did not go as planned; the run is kept.
    """
    of_run = asking.of_run(
        folder, ledger, no_rehearsal=no_rehearsal, poll_every=poll_every, parquet=parquet
    )
    return again.retried(of_run, around(key, say, progress))
