"""The options of what is judged, and of how it is shown."""

import argparse

from preflight import cli_choosing
from preflight.commands.durations import seconds
from preflight.vocabulary import DEADLINE_SECONDS, FORMATS, OVERALL_SECONDS, PROVIDERS


def requests(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """The request file."""
    parser.add_argument(
        "requests",
        metavar="REQUESTS.jsonl",
        nargs=None if required else "?",
        help="the request file, one JSON object a line",
    )


def aiming(parser: argparse.ArgumentParser) -> None:
    """The options that say what is promised, and which part of it is meant."""
    parser.add_argument(
        "--provider",
        action="append",
        choices=PROVIDERS,
        help="judge this provider (again for more; default: all the stack promises)",
    )
    parser.add_argument("--region", help="judge the targets in this region only")
    parser.add_argument("--model", help="judge the targets of this model (or deployment) only")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--stack", metavar="NAME", help="the Pulumi stack that made the promises")
    source.add_argument(
        "--promises", metavar="FILE", help="its outputs in a file; - for standard input"
    )


def asking(parser: argparse.ArgumentParser) -> None:
    """The options of every command that asks the clouds."""
    aiming(parser)
    parser.add_argument(
        "--deadline",
        type=seconds,
        default=DEADLINE_SECONDS,
        metavar="SECONDS",
        help="how long one question may take (default: %(default)g)",
    )
    parser.add_argument(
        "--overall-deadline",
        type=seconds,
        default=OVERALL_SECONDS,
        metavar="SECONDS",
        help="how long all questions together may take (default: %(default)g)",
    )


def judging(parser: argparse.ArgumentParser) -> None:
    """The options of every command that checks."""
    asking(parser)
    parser.add_argument(
        "--offline", action="store_true", help="ask nobody: judge the request file alone"
    )
    cli_choosing.choosing(parser)


def _destination(text: str) -> object:
    """Of one `--format`. Raises ArgumentTypeError."""
    from preflight.render.destinations import destination  # noqa: PLC0415 - only where one is named

    return destination(text)


def formats(parser: argparse.ArgumentParser) -> None:
    """The forms of a report, several at once."""
    parser.add_argument(
        "--format",
        action="append",
        type=_destination,
        metavar="NAME[:FILE]",
        help=f"of the report: {', '.join(FORMATS)}; into a file, or to standard output (again for "
        "more, one of them to standard output; default: text)",
    )


def one_format(parser: argparse.ArgumentParser) -> None:
    """The form of a result."""
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="of standard output; json is one document, whose `format` says which: a report, "
        "a run, a batch or an error (default: %(default)s)",
    )
