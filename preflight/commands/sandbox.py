"""`preflight sandbox`: up, down, env, break, list."""

import shlex
import sys
from argparse import Namespace
from importlib.util import find_spec

from preflight.render.outcome import shown
from preflight.seams import UsageError


def sandbox(arguments: Namespace) -> int:
    """Dispatch to the action."""
    if importable():
        if arguments.name and arguments.action != "break":
            raise UsageError(arguments.name, f"means nothing to {arguments.action}", "leave it out")
        return {"up": _up, "down": _down, "env": _env, "break": _break, "list": _list}[
            arguments.action
        ](arguments.name)
    raise UsageError(
        "the sandbox", "is an extra that is not installed", "pip install 'batch-preflight[sandbox]'"
    )


def importable() -> bool:
    """Whether the sandbox's own dependencies are installed."""
    return all(find_spec(name) for name in ("flask", "ministack", "pulumi"))


def _up(_: str | None) -> int:
    from preflight.sandbox import detached  # noqa: PLC0415

    running = detached.up(detached.FOLDER)
    print("the sandbox is up, on loopback only")
    print(f"request files: {shown(running.requests)}")
    print('use it:        eval "$(preflight sandbox env)"')
    print("stop it:       preflight sandbox down")
    return 0


def _down(_: str | None) -> int:
    from preflight.sandbox import detached  # noqa: PLC0415

    there = detached.down(detached.FOLDER)
    print("the sandbox is down" if there else "no sandbox was up")
    return 0


def _env(_: str | None) -> int:
    from preflight.sandbox import detached  # noqa: PLC0415

    running = detached.attach(detached.FOLDER)
    # A profile or a session of the user's own would be mixed with the sandbox's keys.
    print("unset AWS_PROFILE AWS_SESSION_TOKEN AZURE_CLIENT_ID AZURE_TENANT_ID")
    for name, value in running.env.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def _break(name: str | None) -> int:
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
    print(f"broken: {breakage.words}")
    print("mend it with `preflight sandbox down` and `up`", file=sys.stderr)
    return 0


def _list(_: str | None) -> int:
    from preflight.sandbox.job_breakages import EVERY  # noqa: PLC0415

    here = [breakage for breakage in EVERY if not breakage.needs]
    width = max(len(breakage.name) for breakage in here)
    for breakage in here:
        print(f"{breakage.name:{width}}  {breakage.words}")
    return 0
