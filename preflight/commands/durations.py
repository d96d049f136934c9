"""How long something may take, as people write it on the command line."""

from argparse import ArgumentTypeError

LONGEST_SECONDS = 7 * 24 * 3600


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
