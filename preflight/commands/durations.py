"""How long something may take, and how many there may be, as people write it."""

from argparse import ArgumentTypeError

LONGEST_SECONDS = 7 * 24 * 3600
MOST = 100_000


def seconds(text: str) -> float:
    """A number of seconds that can be waited for. Raises ArgumentTypeError."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= LONGEST_SECONDS:  # "nan" is not, either
        raise ArgumentTypeError(
            f"{text!r} is no number of seconds above 0 and up to {LONGEST_SECONDS}"
        )
    return value


def count(text: str) -> int:
    """How many of something. Raises ArgumentTypeError."""
    number = int(text) if text.isdecimal() and text.isascii() and len(text) <= len(str(MOST)) else 0
    if not 1 <= number <= MOST:
        raise ArgumentTypeError(f"{text!r} is no number from 1 to {MOST:,}")
    return number
