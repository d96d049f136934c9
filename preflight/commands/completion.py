"""`preflight completion`: what a shell reads to complete this command line."""

import sys
from argparse import Namespace
from pathlib import Path

from preflight.vocabulary import SHELLS

SCRIPTS = Path(__file__).parents[1] / "completions"
"""One script for each shell, as `make completions` wrote them."""


def completion(arguments: Namespace) -> int:
    """Print the script of one shell."""
    script = SCRIPTS / SHELLS[arguments.shell]
    sys.stdout.write(script.read_text(encoding="utf-8"))
    return 0
