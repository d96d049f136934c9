"""`preflight permissions`: what each identity gets and why, for a review or for other tools."""

import os
import sys
from argparse import Namespace
from collections.abc import Collection, Mapping

from preflight.commands.judge import PROMISES, promised, targets
from preflight.contract import PROVIDERS, Target
from preflight.holders import (
    IDENTITIES,
    Holder,
    Provisioned,
    holders,
    marked,
    shared,
    short,
)
from preflight.permissions import Identity
from preflight.seams import UsageError
from preflight.vocabulary import AUDITOR


def permissions(arguments: Namespace) -> int:
    """Print the table's rows with the stack's names, or with stand-ins where no stack is named."""
    named = bool(arguments.stack or arguments.promises or os.environ.get(PROMISES))
    found = targets(arguments, promised(arguments)) if named else _stand_ins(arguments)
    if AUDITOR in (arguments.identity or ()):
        sys.stdout.write(_of_auditor(found, arguments, named=named))
        return 0
    identities = [IDENTITIES[name] for name in arguments.identity or IDENTITIES]
    who = holders(found, identities)
    if not who and arguments.identity:
        raise _nobody(found, arguments.identity)
    if arguments.format == "terraform":
        _one_place_each({name: shared(several) for name, several in found.items()})
    sys.stdout.write(_rendered(who, tuple(found), arguments.format, named=named))
    return 0


def _of_auditor(
    found: Mapping[str, tuple[Target, ...]], arguments: Namespace, *, named: bool
) -> str:
    """What whoever runs `preflight check` must be allowed: rights of another table."""
    from preflight.render import auditor as render  # noqa: PLC0415

    if len(set(arguments.identity)) > 1:
        raise UsageError(
            f"--identity {' '.join(arguments.identity)}",
            "asks for the auditor beside others, whose rights are of another kind",
            f"ask for --identity {AUDITOR} alone",
        )
    targets = {name: shared(several) for name, several in found.items()}
    if not any(targets.values()):
        raise UsageError(
            f"--identity {AUDITOR}",
            f"gets nothing at {', '.join(found)}",
            "there is no cloud to look at: the gateway's key is all that is needed",
        )
    if arguments.format == "json":
        return render.as_json(targets)
    if arguments.format == "terraform":
        from preflight.render.auditor_terraform import render as as_hcl  # noqa: PLC0415

        _one_place_each(targets)
        return as_hcl(targets, named=named)
    return render.as_markdown(targets, named=named)


def _one_place_each(targets: Mapping[str, Collection[Provisioned]]) -> None:
    """Raise UsageError where a provider is used in several regions: labels would come twice."""
    from preflight.render.pages.markdown import NAMES  # noqa: PLC0415

    for provider, several in targets.items():
        if len(several) > 1:
            raise UsageError(
                f"{NAMES[provider]} in {', '.join(one.region for one in several)}",
                "would give two resources one name",
                "choose one with --region, and write a file for each",
            )


def _stand_ins(arguments: Namespace) -> Mapping[str, tuple[Target, ...]]:
    from preflight.render.permissions_json import mark  # noqa: PLC0415

    stand_ins = marked(mark)
    asked = dict.fromkeys(arguments.provider or PROVIDERS)
    return {name: stand_ins.get(name, ()) for name in asked}


def _nobody(found: Mapping[str, tuple[Target, ...]], names: Collection[str]) -> UsageError:
    there = dict.fromkeys(
        f"{holder.provider} {short(holder.identity)}" for holder in holders(found, tuple(Identity))
    )
    return UsageError(
        f"--identity {' '.join(names)}",
        f"gets nothing at {', '.join(found)}",
        f"there is {', '.join(there) or 'nobody to grant to'}",
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
