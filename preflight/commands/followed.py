"""The second half of a run by hand: status, fetch, cancel."""

from argparse import Namespace
from pathlib import Path

from preflight.batch import plan as plans
from preflight.batch.ledger import Ledger
from preflight.batch.remote import Declined, Remote
from preflight.batch.run import batch_id, fetch
from preflight.render.outcome import show_batch, show_finished


def status(arguments: Namespace) -> int:
    """`preflight status`: one look at a run's batch."""
    with Ledger.of(Path(arguments.run)) as ledger:
        plan = plans.read(ledger)
        identifier = batch_id(ledger)
        with Remote(plan) as remote:
            return show_batch(remote.look(identifier), plan.count, arguments.format)


def fetch_only(arguments: Namespace) -> int:
    """`preflight fetch`: download and merge what an ended batch has."""
    with Ledger.of(Path(arguments.run)) as ledger:
        plan = plans.read(ledger)
        identifier = batch_id(ledger)
        with Remote(plan) as remote, ledger.alone():
            done = fetch(ledger, plan, remote, remote.look(identifier))
    return show_finished(done, arguments.format)


def cancel(arguments: Namespace) -> int:
    """`preflight cancel`: ask for the batch to be cancelled; what is done already is kept.

    It does not hold the run: the command that watches the batch goes on, and fetches.
    """
    with Ledger.of(Path(arguments.run)) as ledger:
        plan = plans.read(ledger)
        identifier = batch_id(ledger)
        with Remote(plan) as remote:
            ledger.write(ledger.attempt, "cancel", "intent", id=identifier)
            try:
                batch = remote.cancel(identifier)
            except Declined as declined:
                ledger.write(ledger.attempt, "cancel", "refused", reason=declined.what)
                raise
            ledger.write(ledger.attempt, "cancel", "answer", status=batch.status)
            return show_batch(batch, plan.count, arguments.format)
