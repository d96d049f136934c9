"""A run that there is: how it stands, its results, its end; status, watch, fetch, cancel, runs."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path

from preflight.api.asked import StrPath, duration, of_run
from preflight.api.errors import typed
from preflight.api.quietly import Say, around
from preflight.batch.refusals import Lost
from preflight.batch.run import Finished
from preflight.batch.watch import pauses
from preflight.commands import followed, listed
from preflight.commands.run import polled
from preflight.render.run_list import ListedRun
from preflight.render.standing import Standing

PATIENCE_SECONDS = 3600.0


@typed
def status(folder: StrPath, *, ledger: str | None = None, key: str | None = None) -> Standing:
    """Look once at each batch that may still change; as `preflight status`. Nothing is changed.

    Args:
        folder: the run's, as `submit` returned it.
        ledger: the address of the ledger that machines share, for a run that has one; None:
            PREFLIGHT_LEDGER, or the file in the folder.
        key: the gateway's; None: that of the environment (TFY_API_KEY, TFY_API_KEY_FILE).

    Returns:
        How the run stands.

    Raises:
        UsageError: the folder holds no run.
        LookError: the gateway does not answer, or has no key.
        RunError: no batch was created yet, or the gateway refuses to show one.
    """
    return followed.looked_at(of_run(folder, ledger), around(key))


async def watch(
    folder: StrPath,
    *,
    ledger: str | None = None,
    poll_every: float | None = None,
    patience: float = PATIENCE_SECONDS,
    key: str | None = None,
) -> AsyncGenerator[Standing, None]:
    """Look at a run again and again, without blocking the event loop; nothing is sent or fetched.

    It ends when every batch has ended, or where shards wait and nobody has sent one for as long as
    `patience`. A look that is under way when the iteration is given up ends by itself.

    Args:
        folder: the run's, as `submit` returned it.
        ledger: the address of the ledger that machines share, for a run that has one; None:
            PREFLIGHT_LEDGER, or the file in the folder.
        poll_every: between looks, in seconds, in the long run (the first come sooner); None:
            PREFLIGHT_POLL_SECONDS, or 60.
        patience: how long nothing may happen, in seconds: no answer of the gateway, or no batch at
            the provider while shards are still to be sent.
        key: the gateway's; None: that of the environment (TFY_API_KEY, TFY_API_KEY_FILE).

    Yields:
        How the run stands, after each look.

    Raises:
        UsageError: the folder holds no run.
        LookError: the gateway did not answer for as long as `patience`, or has no key.
        RunError: no batch was created yet, or the gateway refuses to show one.
    """
    every = polled(None if poll_every is None else duration("poll_every", poll_every))
    limit = duration("patience", patience)
    look = partial(status, folder, ledger=ledger, key=key)
    heard = busy = time.monotonic()
    for pause in pauses(every):
        try:
            seen = await asyncio.to_thread(look)
        except Lost:
            if time.monotonic() - heard > limit:
                raise
        else:
            heard = time.monotonic()
            yield seen
            if seen.waiting < sum(not each.ended for each in seen.shards):
                busy = heard
            if seen.ended or heard - busy > limit:
                return
        await asyncio.sleep(pause)


@typed
def fetch(
    folder: StrPath, *, ledger: str | None = None, key: str | None = None, say: Say | None = None
) -> Finished:
    """Download and merge what ended batches have; as `preflight fetch`. Nothing is sent.

    Args:
        folder: the run's, as `submit` returned it.
        ledger: the address of the ledger that machines share, for a run that has one; None:
            PREFLIGHT_LEDGER, or the file in the folder.
        key: the gateway's; None: that of the environment (TFY_API_KEY, TFY_API_KEY_FILE).
        say: told each sentence that the command would write to standard error.

    Returns:
        What the run has come to: its counts, and the folder with the results.

    Raises:
        UsageError: the folder holds no run.
        Busy: another process works on it.
        LookError: the gateway does not answer, or has no key.
        RunError: no batch has ended yet, or what it has cannot be brought in.
    """
    return followed.fetched(of_run(folder, ledger), around(key, say))


@typed
def cancel(folder: StrPath, *, ledger: str | None = None, key: str | None = None) -> Standing:
    """Ask for each open batch to be cancelled; as `preflight cancel`. What is done already is kept.

    Args:
        folder: the run's, as `submit` returned it.
        ledger: the address of the ledger that machines share, for a run that has one; None:
            PREFLIGHT_LEDGER, or the file in the folder.
        key: the gateway's; None: that of the environment (TFY_API_KEY, TFY_API_KEY_FILE).

    Returns:
        How the run stands after that; batches may be "cancelling" for a while.

    Raises:
        UsageError: the folder holds no run.
        LookError: the gateway does not answer, or has no key.
        RunError: no batch was created yet, or the gateway refuses.
    """
    return followed.cancelled(of_run(folder, ledger), around(key))


@typed
def runs(folder: StrPath = "preflight-runs", *, ledger: str | None = None) -> tuple[ListedRun, ...]:
    """List the runs in a folder, or in a shared ledger; as `preflight runs`. Nobody else is asked.

    Args:
        folder: that holds folders of runs.
        ledger: the address of a ledger that machines share: its runs in place of the folder's;
            None: PREFLIGHT_LEDGER, or the folder.

    Returns:
        Each run and how far it has come, by place. One that cannot be read says so.

    Raises:
        UsageError: the address cannot be used.
        LookError: this machine refuses to read the folder.
        RunError: the database does not answer.
    """
    return tuple(listed.there(Path(os.fspath(folder)), ledger))
