"""`preflight promises`: print an example of a promise file, or one as it was understood."""

import dataclasses
import json
from argparse import Namespace
from typing import Any

from preflight.commands.judge import promised
from preflight.contract import PROVIDERS, VERSION, Promises, Target
from preflight.example_promises import EXAMPLE


def promises(arguments: Namespace) -> int:
    """Print a promise file. Raises UsageError or PromiseError for what is none."""
    if arguments.example:
        chosen = PROVIDERS if arguments.example == "all" else (arguments.example,)
        off: dict[str, Any] = {name: () for name in PROVIDERS if name not in chosen}
        print(written(dataclasses.replace(EXAMPLE, **off)))
        return 0
    print(written(promised(arguments)))
    return 0


def written(found: Promises) -> str:
    """As a stack's outputs are written: a provider that is off is left out."""
    targets = {name: [_plain(target) for target in found.of(name)] for name in PROVIDERS}
    there = {name: several for name, several in targets.items() if several}
    gateway = dataclasses.asdict(found.gateway)
    return json.dumps({"version": VERSION, "gateway": gateway, **there}, indent=2)


def _plain(target: Target) -> dict[str, Any]:
    """What is not promised is left out."""
    values: dict[str, Any] = dataclasses.asdict(target)
    return {name: value for name, value in values.items() if value not in {None, ()}}
