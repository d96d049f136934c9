"""Telling somebody that a batch has ended: a command that is run, or a URL that is posted to."""

import json
import os
import shlex
import subprocess
from collections.abc import Callable

from preflight.batch.answers import Batch
from preflight.batch.shards import Shard
from preflight.batch.statuses import meaning
from preflight.render.outcome import say
from preflight.seams import UsageError

Ended = Callable[[Shard, Batch], None]
Say = Callable[[str], None]
SECONDS = 30.0
"""How long a command or a server may take; the run does not wait any longer for it."""

_TRIES = 3


def nobody(_: Shard, __: Batch) -> None:
    """Tell nobody."""


def notifying(target: str | None, say: Say = say) -> Ended:
    """Who is told, by the option's value; `say` is told what goes wrong with it.

    Raises UsageError for a command that is no command.
    """
    if target is None:
        return nobody
    if target.startswith(("http://", "https://")):
        return lambda shard, batch: _posted(target, _told(shard, batch), say)
    try:
        command = shlex.split(target)
    except ValueError as error:
        raise UsageError("--notify", f"is no command ({error})", "quote it for a shell") from error
    if not command:
        raise UsageError("--notify", "is empty", "name a command or a URL")
    return lambda shard, batch: _ran(command, _told(shard, batch), say)


def _told(shard: Shard, batch: Batch) -> dict[str, str | int | None]:
    return {
        "shard": shard.number,
        "batch": batch.id,
        "status": batch.status,
        "means": meaning(batch.status),
        "requests": shard.requests,
        "completed": batch.completed,
        "failed": batch.failed,
    }


def _ran(command: list[str], told: dict[str, str | int | None], say: Say) -> None:
    """Run it, with what happened in its environment and, as JSON, on its standard input."""
    # The gateway's key is none of its business.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TFY_API_KEY")}
    values = {f"PREFLIGHT_{name.upper()}": str(v) for name, v in told.items() if v is not None}
    try:
        ended = subprocess.run(  # noqa: S603 - the user's own command, without a shell
            command,
            input=json.dumps(told),
            text=True,
            env=environment | values,
            timeout=SECONDS,
            stdout=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        say(f"--notify: {command[0]} was not run to its end ({type(error).__name__}: {error})")
    else:
        if ended.returncode:
            say(f"--notify: {command[0]} ended with {ended.returncode}")


def _posted(url: str, told: dict[str, str | int | None], say: Say) -> None:
    import httpx2  # noqa: PLC0415 - only where it is asked for
    import stamina  # noqa: PLC0415 - likewise

    try:
        for attempt in stamina.retry_context(on=httpx2.HTTPError, attempts=_TRIES, timeout=SECONDS):
            with attempt:
                httpx2.post(url, json=told, timeout=SECONDS / _TRIES).raise_for_status()
    except httpx2.HTTPError as error:
        say(f"--notify: the URL was not told ({type(error).__name__})")
