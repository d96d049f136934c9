"""The environment with a key of the program's own in it."""

import os
from collections.abc import Mapping

from preflight.gateway_key import KEY, KEY_FILE


def keyed(key: str | None) -> Mapping[str, str]:
    """The process's environment; with the gateway's key in place of its own, where one is given."""
    return os.environ if key is None else {**os.environ, KEY: key, KEY_FILE: ""}
