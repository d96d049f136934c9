"""The options that say what is judged, by what, and by which of the checks."""

from preflight.configuration.option import Option, Takes
from preflight.vocabulary import DEADLINE_SECONDS, OVERALL_SECONDS, PROVIDERS

SEND = ("run", "submit")
JUDGE = ("check", *SEND)
AIM = ("check", "collect", "plan", *SEND, "onboard")
SOURCE = (*AIM, "permissions", "promises", "split")
"""Commands, by what they have in common."""

JUDGED = (
    Option(
        "stack",
        Takes.TEXT,
        SOURCE,
        "the Pulumi stack that made the promises",
        metavar="NAME",
        unless=("from_bundle", "example"),
    ),
    Option(
        "promises",
        Takes.PATH,
        SOURCE,
        "its outputs in a file; - for standard input",
        metavar="FILE",
        unless=("from_bundle", "example"),
        means="the outputs of the stack in a file; - for standard input",
    ),
    Option(
        "provider",
        Takes.CHOICES,
        (*AIM, "permissions", "scan"),
        "judge this provider (again for more; default: all the stack promises)",
        choices=PROVIDERS,
        means="the providers to judge; without it all that the stack promises",
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
        unless=("from_bundle", "canary"),
    ),
    Option(
        "deadline",
        Takes.SECONDS,
        ("collect", *JUDGE),
        "how long one question may take",
        default=DEADLINE_SECONDS,
        metavar="SECONDS",
    ),
    Option(
        "overall-deadline",
        Takes.SECONDS,
        ("collect", *JUDGE),
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
        unless=("canary",),
        means="the checks to ask, with the gates before them; ids, or patterns of them",
    ),
    Option(
        "skip",
        Takes.CHECKS,
        ("check", "scan"),
        "leave these checks out; an id or a pattern, as in 'bedrock-gateway-*' (again for more)",
        metavar="ID[,ID...]",
        unless=("canary",),
        means="the checks to leave out; ids, or patterns of them",
    ),
    Option(
        "waivers",
        Takes.PATH,
        (*JUDGE, "scan"),
        "accepted risks; - for standard input (default: preflight-waivers.toml here, if there is "
        "one)",
        metavar="FILE",
        means="accepted risks; without it the working folder's preflight-waivers.toml",
    ),
    Option(
        "tables",
        Takes.PATH,
        ("plan", "scan", "split", *JUDGE),
        "rows of your own before those of the dated tables; - for standard input",
        metavar="FILE",
        means="rows of your own before those of the dated tables",
    ),
    Option(
        "split",
        Takes.FLAG,
        ("check", "scan", "plan", *SEND),
        "one job of the file as it is (default: as many as its size asks for)",
        default=True,
        flag="--no-split",
        back="--split",
        dest="no_split",
        inverted=True,
        means="as many jobs as a file's size asks for; false: one, of the file as it is",
    ),
)
