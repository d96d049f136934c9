"""What every command takes: --quiet, --json, --config; and an example in its help."""

import argparse
from collections.abc import Mapping
from typing import Any

from preflight.cli_configured import configured
from preflight.cli_examples import EXAMPLES
from preflight.configuration.option import Takes
from preflight.configuration.table import COMMANDS, of_command, rows

NO_JSON = ("completion", "demo", "onboard")
"""What they print is for a shell or for people."""


_WIDEST = 90
"""No line of what help ends with is longer."""


def everywhere(commands: Mapping[str, argparse.ArgumentParser], width: int = 78) -> None:
    """Add it to each of the commands; `width` is that of help, in columns."""
    quiet = rows("quiet")[0].words
    for name, parser in commands.items():
        shared = parser.add_argument_group("everywhere")
        if name in COMMANDS:
            configured(parser, "quiet", group=shared)
            shared.add_argument(
                "--config",
                metavar="FILE",
                help="the configuration file (default: PREFLIGHT_CONFIG, or the nearest; "
                "/dev/null: none)",
            )
        else:
            shared.add_argument("--quiet", action="store_true", help=quiet)
        if name not in NO_JSON:
            _json(parser, shared, name)
        if examples := EXAMPLES.get(name):
            shown = "\n".join(f"  preflight {example}" for example in examples)
            parser.epilog = f"examples:\n{shown}\n\n{parser.epilog}"
        if width < _WIDEST:
            parser.epilog = _folded(parser.epilog or "", width, "    ")
            parser.description = _folded(parser.description or "", width, "")


def _folded(text: str, width: int, indent: str) -> str:
    """As narrow as the terminal: a line that goes on below is indented there."""
    from textwrap import wrap  # noqa: PLC0415 - only where it is narrow

    whole = text.replace("\n            ", " ")
    lines = (
        wrap(
            " ".join(line.split()),
            width,
            initial_indent=line[: len(line) - len(line.lstrip())],
            subsequent_indent=indent,
            break_on_hyphens=False,
            break_long_words=False,
        )
        or [""]
        for line in whole.split("\n")
    )
    return "\n".join(part for several in lines for part in several)


def _json(parser: argparse.ArgumentParser, group: Any, name: str) -> None:
    """Short for `--format json`; where there is no such option, the command has JSON of its own."""
    words = "short for --format json"
    option = of_command(name).get("format")
    if option is not None and option.takes is Takes.REPORTS:
        group.add_argument("--json", dest="format", action=_AsJson, nargs=0, help=words)
    elif parser.get_default("format") is not None or option is not None:
        group.add_argument(
            "--json",
            dest="format",
            action="store_const",
            const="json",
            default=argparse.SUPPRESS,
            help=words,
        )
    else:
        group.add_argument("--json", action="store_true", help="print one document of JSON")


class _AsJson(argparse.Action):
    """One more report, of JSON, to standard output."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        """Put it behind those there are."""
        del parser, values, option_string
        from preflight.render.destinations import destination  # noqa: PLC0415 - as for --format

        there = list(getattr(namespace, self.dest) or ())
        json = destination("json")
        setattr(namespace, self.dest, there if json in there else [*there, json])
