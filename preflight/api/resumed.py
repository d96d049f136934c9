"""Going on with a run by its folder alone: what bounds it is in its plan."""

import hashlib
from argparse import Namespace

from preflight.batch import plan as plans
from preflight.batch import run as runs
from preflight.batch.plan import Plan
from preflight.batch.remote import Remote
from preflight.batch.run import Finished
from preflight.commands.around import Around
from preflight.commands.division import bounded
from preflight.commands.ledgers import existing
from preflight.commands.run import follow, polled
from preflight.seams import RequestFileError


def resumed(arguments: Namespace, around: Around) -> Finished:
    """What became of the run. Raises PreflightError."""
    every = polled(arguments.poll_every)
    with existing(arguments) as ledger, ledger.alone():
        plan = plans.read(ledger)
        finished = runs.done(ledger, plan)
        if finished is not None:
            around.say("this run has its results already: nothing is sent")
            return finished
        _refuse_a_part(plan)
        made = bounded(plan, offline=runs.all_sent(ledger, plan))
        for note in made.notes:
            around.say(note)
        with Remote(plan, around.environ) as remote:
            return follow(
                ledger,
                plan,
                remote,
                every=every,
                arguments=arguments,
                admitting=made.admits,
                around=around,
            )


def _refuse_a_part(plan: Plan) -> None:
    """The run may have died while it copied the request file; nothing was sent then."""
    if plan.requests.exists():
        with plan.requests.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == plan.sha256:
                return
    raise RequestFileError(
        str(plan.requests),
        "is not the request file that was checked: the run died before it was copied, or it was "
        "changed since",
        "put back the file that it is a copy of, under that name; or run it with that file again",
    )
