"""The `preflight` command, also as `python -m preflight`.

The version is told before the grammar is imported: whoever asks for it alone, as a pipeline does
in each of its jobs, waits for Python and for nothing else.
"""

import sys

from preflight.render.streams import harden
from preflight.version import VERSION


def console() -> None:
    """The entry point."""
    if sys.argv[1:] == ["--version"]:
        harden()
        print(f"preflight {VERSION}")
        sys.exit()
    from preflight import cli  # noqa: PLC0415 - all the rest

    cli.console()


if __name__ == "__main__":
    console()
