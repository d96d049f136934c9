"""Questions on the terminal, each with a default that Enter takes."""

import sys

from preflight.render.printable import printable
from preflight.seams import UsageError


def answer(question: str, default: str) -> str:
    """One answer; Enter takes the default. Raises UsageError where there is no more to read."""
    shown = f" [{default}]" if default else ""
    print(f"{question}{shown}: ", end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise UsageError(
            "the answers", "ended before the last question", "answer all, or use --set KEY=VALUE"
        )
    return line.strip() or default


def agreed(question: str, *, default: bool) -> bool:
    """Yes or no. Raises UsageError where there is no more to read."""
    while True:
        said = answer(question, "y" if default else "n").lower()
        if said in {"y", "yes", "n", "no"}:
            return said.startswith("y")
        say("  answer y or n")


def say(sentence: str) -> None:
    """Talk goes to standard error; line breaks of our own stay."""
    print("\n".join(map(printable, sentence.split("\n"))), file=sys.stderr)
