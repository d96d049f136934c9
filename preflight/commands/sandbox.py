"""`preflight sandbox`: up, down, env, break, list.

Each action does its work and says what came of it: as JSON, and in words.
"""

import json
import shlex
import sys
from argparse import Namespace
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, NamedTuple

from preflight.render.columns import columns
from preflight.render.outcome import shown
from preflight.seams import UsageError

VERSION = 1


class _Came(NamedTuple):
    """What came of an action: `talk` is left out where quiet is asked for, the result is not."""

    shape: dict[str, Any]
    talk: tuple[str, ...] = ()
    result: tuple[str, ...] = ()


def sandbox(arguments: Namespace) -> int:
    """Dispatch to the action."""
    if importable():
        if arguments.name and arguments.action != "break":
            raise UsageError(arguments.name, f"means nothing to {arguments.action}", "leave it out")
        came = _ACTIONS[arguments.action](arguments.name)
        if arguments.json:
            shape = {"format": "preflight-sandbox", "version": VERSION, "action": arguments.action}
            print(json.dumps(shape | came.shape | {"exit_code": 0}, indent=2))
            return 0
        for line in (*(() if arguments.quiet else came.talk), *came.result):
            print(line)
        return 0
    raise UsageError(
        "the sandbox", "is an extra that is not installed", "pip install 'batch-preflight[sandbox]'"
    )


def importable() -> bool:
    """Whether the sandbox's own dependencies are installed."""
    return all(find_spec(name) for name in ("flask", "ministack", "pulumi"))


def _up(_: str | None) -> _Came:
    from preflight.sandbox import detached  # noqa: PLC0415

    running = detached.up(detached.FOLDER)
    return _Came(
        {"requests": str(running.requests)},
        (
            "the sandbox is up, on loopback only",
            f"request files: {shown(running.requests)}",
            'use it:        eval "$(preflight sandbox env)"',
            "stop it:       preflight sandbox down",
        ),
    )


def _down(_: str | None) -> _Came:
    from preflight.sandbox import detached  # noqa: PLC0415

    there = detached.down(detached.FOLDER)
    return _Came({"was_up": there}, ("the sandbox is down" if there else "no sandbox was up",))


def _env(_: str | None) -> _Came:
    from preflight.sandbox import detached  # noqa: PLC0415

    running = detached.attach(detached.FOLDER)
    exports = [f"export {name}={shlex.quote(value)}" for name, value in running.env.items()]
    unset = " ".join(_NOT_OURS)
    shape = {"environment": dict(running.env), "unset": list(_NOT_OURS)}
    return _Came(shape, result=(f"unset {unset}", *exports))


def _break(name: str | None) -> _Came:
    from preflight.sandbox import detached  # noqa: PLC0415
    from preflight.sandbox.job_breakages import named  # noqa: PLC0415

    if name is None:
        raise UsageError("break", "names nothing to break", "see `preflight sandbox list`")
    breakage = named(name)
    if breakage.needs:
        raise UsageError(
            name,
            f"is broken in a stack with {breakage.needs}, which this one has not",
            "see `preflight sandbox list` for what can be broken here",
        )
    breakage.apply(detached.attach(detached.FOLDER))
    print("mend it with `preflight sandbox down` and `up`", file=sys.stderr)
    shape = {"name": breakage.name, "broken": breakage.words}
    return _Came(shape, (f"broken: {breakage.words}",))


def _list(_: str | None) -> _Came:
    from preflight.sandbox.job_breakages import EVERY  # noqa: PLC0415

    here = [breakage for breakage in EVERY if not breakage.needs]
    shape = {"breakages": [{"name": one.name, "words": one.words} for one in here]}
    return _Came(shape, result=tuple(columns([(one.name, one.words) for one in here])))


_NOT_OURS = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AZURE_CLIENT_ID", "AZURE_TENANT_ID")
"""A profile or a session of the user's own would be mixed with the sandbox's keys."""

_ACTIONS: dict[str, Callable[[str | None], _Came]] = {
    "up": _up,
    "down": _down,
    "env": _env,
    "break": _break,
    "list": _list,
}
