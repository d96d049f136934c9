"""`python -m preflight` is the `preflight` command."""

from preflight.cli import console

console()
