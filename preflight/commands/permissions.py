"""`preflight permissions`: what each identity gets and why, for a review or for other tools."""

import os
import sys
from argparse import Namespace
from collections.abc import Collection

from preflight.commands.judge import PROMISES, promised, providers
from preflight.contract import PROVIDERS, Promises
from preflight.holders import IDENTITIES, Holder, holders, marked, short
from preflight.permissions import Identity
from preflight.seams import UsageError


def permissions(arguments: Namespace) -> int:
    """Print the table's rows with the stack's names, or with stand-ins where no stack is named."""
    named = bool(arguments.stack or arguments.promises or os.environ.get(PROMISES))
    promises, asked = _with_names(arguments) if named else _with_stand_ins(arguments)
    identities = [IDENTITIES[name] for name in arguments.identity or IDENTITIES]
    found = holders(promises, asked, identities)
    if not found and arguments.identity:
        raise _nobody(promises, asked, arguments.identity)
    sys.stdout.write(_rendered(found, asked, arguments.format, named=named))
    return 0


def _with_names(arguments: Namespace) -> tuple[Promises, tuple[str, ...]]:
    promises = promised(arguments)
    return promises, providers(arguments, promises)


def _with_stand_ins(arguments: Namespace) -> tuple[Promises, tuple[str, ...]]:
    from preflight.render.permissions_json import mark  # noqa: PLC0415

    return marked(mark), tuple(dict.fromkeys(arguments.provider or PROVIDERS))


def _nobody(promises: Promises, asked: Collection[str], names: Collection[str]) -> UsageError:
    there = ", ".join(
        f"{holder.provider} {short(holder.identity)}"
        for holder in holders(promises, asked, tuple(Identity))
    )
    return UsageError(
        f"--identity {' '.join(names)}",
        f"gets nothing at {', '.join(asked)}",
        f"there is {there or 'nobody to grant to'}",
    )


def _rendered(found: Collection[Holder], asked: Collection[str], form: str, *, named: bool) -> str:
    if form == "json":
        from preflight.render.permissions_json import render as as_json  # noqa: PLC0415

        return as_json(found)
    if form == "terraform":
        from preflight.render.permissions_terraform import render as as_hcl  # noqa: PLC0415

        return as_hcl(found, named=named)
    from preflight.render.permissions_markdown import render as as_markdown  # noqa: PLC0415

    return as_markdown(found, asked, named=named)
