"""What went wrong, for whoever reads a task's log, and whether another try may help."""

import re

from preflight.batch.ledger import Busy
from preflight.batch.refusals import FORBIDDEN, UNAUTHORIZED, Declined
from preflight.gateway_key import KEY
from preflight.seams import CredentialsMissing, PreflightError, UsageError

_ARGUMENTS = {
    "provider": "provider=",
    "region": "region=",
    "model": "model=",
    "stack": "stack=",
    "promises": "promises=",
    "waivers": "waivers=",
    "tables": "tables=",
    "only": "only=",
    "skip": "skip=",
    "out": "folder=",
    "ledger": "ledger_conn_id=",
    "no-split": "no_split=",
    "no-rehearsal": "rehearsal=False",
}
"""What the command line's options are called here."""


def hopeless(error: PreflightError) -> bool:
    """Whether each further try ends like this one, until a person has changed something."""
    if isinstance(error, Declined):
        return error.status in {UNAUTHORIZED, FORBIDDEN}
    return isinstance(error, UsageError | CredentialsMissing) and not isinstance(error, Busy)


def sentence(error: PreflightError) -> str:
    """Where, what and the repair, in a task's words."""
    return f"{worded(error.where)}: {worded(error.what)}; {worded(error.remedy)}"


def worded(text: str) -> str:
    """What is said to whoever types a command, said to whoever writes a DAG."""
    text = re.sub(rf"\b{KEY}\b(?!_)", "the connection's password", text)
    return re.sub(
        r"--([a-z][a-z-]*)(?: (?=[A-Z]))?",
        lambda found: _ARGUMENTS.get(found[1], found[0]),
        text,
    )
