"""Every option that a team may set once: the one place that says what there is.

To add one: a row here, and `configured(parser, NAME)` where the grammar has its command.
"""

from preflight.configuration.option import Option, Takes
from preflight.vocabulary import DEADLINE_SECONDS, FORMATS, OVERALL_SECONDS, PROVIDERS

_JUDGE = ("check", "run", "submit")
_SEND = ("run", "submit")
_AIM = ("check", "collect", "plan", "run", "submit", "onboard")
_STATUS = ("status",)
_FOLLOW = (*_STATUS, "fetch", "cancel", "retry", "settle", "runs")
_SOURCE = (*_AIM, "permissions", "promises", "split")
_FILES = ("split", "merge", "fix")
_ALL = (*_SOURCE, "scan", "merge", "fix", *_FOLLOW)

CANARY_SECONDS = 1800.0
RUNS = "preflight-runs"

OPTIONS = (
    Option(
        "stack",
        Takes.TEXT,
        _SOURCE,
        "the Pulumi stack that made the promises",
        metavar="NAME",
        unless=("from_bundle", "example"),
    ),
    Option(
        "promises",
        Takes.PATH,
        _SOURCE,
        "its outputs in a file; - for standard input",
        metavar="FILE",
        unless=("from_bundle", "example"),
    ),
    Option(
        "provider",
        Takes.CHOICES,
        (*_AIM, "permissions", "scan"),
        "judge this provider (again for more; default: all the stack promises)",
        choices=PROVIDERS,
    ),
    Option(
        "region",
        Takes.TEXT,
        ("check", "collect", "plan", "run", "submit", "permissions", "split"),
        "judge the targets in this region only",
    ),
    Option(
        "model",
        Takes.TEXT,
        ("check", "collect", "plan", "run", "submit", "split"),
        "judge the targets of this model (or deployment) only",
    ),
    Option(
        "offline",
        Takes.FLAG,
        ("check", "plan", "split"),
        "ask nobody: judge the request file alone",
        default=False,
        back="--no-offline",
        unless=("from_bundle",),
    ),
    Option(
        "deadline",
        Takes.SECONDS,
        ("collect", *_JUDGE),
        "how long one question may take",
        default=DEADLINE_SECONDS,
        metavar="SECONDS",
    ),
    Option(
        "overall-deadline",
        Takes.SECONDS,
        ("collect", *_JUDGE),
        "how long all questions together may take",
        default=OVERALL_SECONDS,
        metavar="SECONDS",
    ),
    Option(
        "only",
        Takes.CHECKS,
        ("check", "scan"),
        "ask these checks alone, and the gates before them; an id or a pattern, as in "
        "'bedrock-gateway-*' (again for more)",
        metavar="ID[,ID...]",
    ),
    Option(
        "skip",
        Takes.CHECKS,
        ("check", "scan"),
        "leave these checks out; an id or a pattern, as in 'bedrock-gateway-*' (again for more)",
        metavar="ID[,ID...]",
    ),
    Option(
        "waivers",
        Takes.PATH,
        (*_JUDGE, "scan"),
        "accepted risks; - for standard input (default: preflight-waivers.toml here, if there is "
        "one)",
        metavar="FILE",
    ),
    Option(
        "tables",
        Takes.PATH,
        ("plan", "scan", "split", *_JUDGE),
        "rows of your own before those of the dated tables; - for standard input",
        metavar="FILE",
    ),
    Option(
        "split",
        Takes.FLAG,
        ("check", "scan", "plan", *_SEND),
        "one job of the file as it is (default: as many as its size asks for)",
        default=True,
        flag="--no-split",
        back="--split",
        dest="no_split",
        inverted=True,
    ),
    Option(
        "format",
        Takes.REPORTS,
        ("check", "scan"),
        "of the report, into a file or to standard output (again for more, one of them to standard "
        "output; default: text)",
        choices=tuple(FORMATS),
        metavar="NAME[:FILE]",
    ),
    Option(
        "format",
        Takes.CHOICE,
        ("plan", *_SEND, *_FILES, *(name for name in _FOLLOW if name not in _STATUS)),
        "of standard output; json is one document, whose `format` says which: a report, a run, a "
        "batch or an error",
        default="text",
        choices=("text", "json"),
    ),
    Option(
        "format",
        Takes.CHOICE,
        _STATUS,
        "of standard output; json is one document, html a page with the run's time line and money",
        default="text",
        choices=("text", "json", "html"),
    ),
    Option(
        "format",
        Takes.CHOICE,
        ("onboard",),
        "of the page",
        default="markdown",
        choices=("markdown", "html"),
    ),
    Option(
        "format",
        Takes.CHOICE,
        ("permissions",),
        "of the rights",
        default="markdown",
        choices=("markdown", "json", "terraform"),
    ),
    Option(
        "jobs",
        Takes.COUNT,
        ("check", "collect", "scan", "plan", *_SEND, "split", "fix"),
        "so many processes read (default: one for each core, one alone for small files)",
        metavar="N",
    ),
    Option(
        "max-findings",
        Takes.COUNT,
        ("check", "scan"),
        "of each kind, show so many with their lines; all are counted",
        default=1,
        metavar="N",
    ),
    Option(
        "canary-wait",
        Takes.SECONDS,
        ("check",),
        "how long a canary is waited for",
        default=CANARY_SECONDS,
        metavar="SECONDS",
    ),
    Option(
        "canary-cancel",
        Takes.FLAG,
        ("check",),
        "cancel a canary when that time is up, rather than let it go on",
        default=False,
        back="--no-canary-cancel",
    ),
    Option(
        "redact",
        Takes.FLAG,
        ("collect",),
        "put stand-ins in the place of account ids, e-mail addresses and principal ids",
        default=False,
        back="--no-redact",
    ),
    Option(
        "runs-folder",
        Takes.PATH,
        ("check", *_SEND, "runs"),
        "that holds the folders of runs",
        default=RUNS,
        metavar="FOLDER",
    ),
    Option(
        "ledger",
        Takes.ADDRESS,
        (*_SEND, *_FOLLOW),
        "postgresql://USER@HOST/DATABASE: of a run that several machines share (default: a file in "
        "the run's folder)",
        metavar="ADDRESS",
    ),
    Option(
        "rehearsal",
        Takes.FLAG,
        (*_SEND, "retry"),
        "create a large job without reading its upload back first",
        default=True,
        flag="--no-rehearsal",
        back="--rehearsal",
        dest="no_rehearsal",
        inverted=True,
    ),
    Option(
        "poll-every",
        Takes.SECONDS,
        ("run", "retry"),
        "between looks at a batch",
        default=60.0,
        metavar="SECONDS",
        variable="PREFLIGHT_POLL_SECONDS",
    ),
    Option(
        "poll-every",
        Takes.SECONDS,
        ("check",),
        "between looks at a canary",
        default=60.0,
        variable="PREFLIGHT_POLL_SECONDS",
        when="canary",
    ),
    Option(
        "notify",
        Takes.NOTICE,
        ("run", "retry"),
        "run this, or POST to it, whenever a batch has ended (docs/running.md)",
        metavar="COMMAND|URL",
    ),
    Option(
        "parquet",
        Takes.FLAG,
        ("run", "retry"),
        "write results.parquet, too (extra: parquet)",
        default=False,
        back="--no-parquet",
    ),
    Option(
        "contact",
        Takes.TEXT,
        ("onboard",),
        "whom the new team asks, as in '#llm-platform on chat'",
        metavar="TEXT",
    ),
    Option(
        "quiet",
        Takes.FLAG,
        _ALL,
        "print problems and the verdict alone, and ask nothing; standard error has errors alone",
        default=False,
        back="--no-quiet",
    ),
)
"""In the order of reading; a name has several rows where commands take different values."""

RIVALS = (("stack", "promises"),)
"""Those that exclude each other: the nearest holds, and none further off."""

COMMANDS = tuple(dict.fromkeys(name for option in OPTIONS for name in option.commands))
"""Those that can be configured."""

_NAMES = frozenset(option.name for option in OPTIONS)
TABLES = tuple(name for name in COMMANDS if name not in _NAMES)
"""Those that may have a table of their own in the file; the others are options there."""


def of_command(command: str) -> dict[str, Option]:
    """Its options by name; none for one that cannot be configured."""
    return {option.name: option for option in OPTIONS if command in option.commands}


def rows(name: str) -> tuple[Option, ...]:
    """Those of an option: several where commands take different values; none where it is none."""
    return tuple(option for option in OPTIONS if option.name == name)
