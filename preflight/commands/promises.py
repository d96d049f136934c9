"""`preflight promises`: print an example of a promise file, or one as it was understood."""

import dataclasses
import json
from argparse import Namespace
from typing import Any

from preflight.commands.judge import promised
from preflight.contract import PROVIDERS, VERSION, Promises
from preflight.example_promises import EXAMPLE


def promises(arguments: Namespace) -> int:
    """Print a promise file. Raises UsageError or PromiseError for what is none."""
    if arguments.example:
        chosen = PROVIDERS if arguments.example == "all" else (arguments.example,)
        off: dict[str, Any] = {name: None for name in PROVIDERS if name not in chosen}
        print(written(dataclasses.replace(EXAMPLE, **off)))
        return 0
    print(written(promised(arguments)))
    return 0


def written(found: Promises) -> str:
    """As a stack's outputs are written: a provider that is off is left out."""
    sections: dict[str, Any] = dataclasses.asdict(found)
    there = {name: section for name, section in sections.items() if section is not None}
    return json.dumps({"version": VERSION, **there}, indent=2)
