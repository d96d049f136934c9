"""What a running sandbox gives to whoever works in it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preflight.contract import Promises
from preflight.promises import parse


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What a command needs to work in a running sandbox.

    `env` holds everything, keys too: the environment variables of a user who is logged in to all
    three clouds and has a gateway key. `requests` is the folder with one request file a provider.
    """

    env: Mapping[str, str]
    outputs: Mapping[str, Any]
    requests: Path

    @property
    def promises(self) -> Promises:
        """The applied program's outputs, parsed as preflight parses them."""
        return parse(json.dumps(self.outputs), "the sandbox's outputs")

    def request_file(self, provider: str) -> Path:
        """The provider's request file."""
        return self.requests / f"{provider}.jsonl"
