"""Every option that a team may set once: the one place that says what there is.

To add one: a row here or in `judged`, and `configured(parser, NAME)` in the command's grammar.
"""

from preflight.configuration.judged import JUDGED, SEND, SOURCE
from preflight.configuration.option import Option, Takes
from preflight.vocabulary import FORMATS

_STATUS = ("status",)
_FOLLOW = (*_STATUS, "fetch", "cancel", "retry", "settle", "runs")
_FILES = ("split", "merge", "fix")
_ALL = (*SOURCE, "scan", "merge", "fix", *_FOLLOW)

CANARY_SECONDS = 1800.0
RUNS = "preflight-runs"

OPTIONS = (
    *JUDGED,
    Option(
        "format",
        Takes.REPORTS,
        ("check", "scan"),
        "of the report, into a file or to standard output (again for more, one of them to standard "
        "output; default: text)",
        choices=tuple(FORMATS),
        metavar="NAME[:FILE]",
        means="the report's formats, all but one with a file; without it text",
    ),
    Option(
        "format",
        Takes.CHOICE,
        ("plan", *SEND, *_FILES, *(name for name in _FOLLOW if name not in _STATUS)),
        "of standard output; json is one document, whose `format` says which: a report, a run, a "
        "batch or an error",
        default="text",
        choices=("text", "json"),
        means="the format of standard output; json is one document",
    ),
    Option(
        "format",
        Takes.CHOICE,
        _STATUS,
        "of standard output; json is one document, html a page with the run's time line and money",
        default="text",
        choices=("text", "json", "html"),
        means="the format of standard output; html is a page with the run's time line and money",
    ),
    Option(
        "format",
        Takes.CHOICE,
        ("onboard",),
        "of the page",
        default="markdown",
        choices=("markdown", "html"),
        means="the format of the page",
    ),
    Option(
        "format",
        Takes.CHOICE,
        ("permissions",),
        "of the rights",
        default="markdown",
        choices=("markdown", "json", "terraform"),
        means="the format of the rights",
    ),
    Option(
        "jobs",
        Takes.COUNT,
        ("check", "collect", "scan", "plan", *SEND, "split", "fix"),
        "so many processes read (default: one for each core, one alone for small files)",
        metavar="N",
        means="how many processes read; without it one for each core, one alone for small files",
    ),
    Option(
        "max-findings",
        Takes.COUNT,
        ("check", "scan"),
        "of each kind, show so many with their lines; all are counted",
        default=1,
        metavar="N",
        means="how many findings of each kind are shown with their lines; all are counted",
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
        ("check", *SEND, "runs"),
        "that holds the folders of runs",
        default=RUNS,
        metavar="FOLDER",
        means="the folder that holds the folders of runs",
    ),
    Option(
        "ledger",
        Takes.ADDRESS,
        (*SEND, *_FOLLOW),
        "postgresql://USER@HOST/DATABASE: of a run that several machines share (default: a file in "
        "the run's folder)",
        metavar="ADDRESS",
        means="the ledger of runs that machines share; without it a file in the run's folder",
    ),
    Option(
        "rehearsal",
        Takes.FLAG,
        (*SEND, "retry"),
        "create a large job without reading its upload back first",
        default=True,
        flag="--no-rehearsal",
        back="--rehearsal",
        dest="no_rehearsal",
        inverted=True,
        means="read the upload of a large job back before the job is created",
    ),
    Option(
        "poll-every",
        Takes.SECONDS,
        ("run", "retry"),
        "between looks at a batch",
        default=60.0,
        metavar="SECONDS",
        variable="PREFLIGHT_POLL_SECONDS",
        means="how long it is between looks at a batch",
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
        means="what is run, or POSTed to, whenever a batch has ended",
    ),
    Option(
        "parquet",
        Takes.FLAG,
        ("run", "retry"),
        "write results.parquet, too (extra: parquet)",
        default=False,
        back="--no-parquet",
        means="write results.parquet, too; needs the extra parquet",
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
        means="print problems and the verdict alone, and ask nothing",
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
