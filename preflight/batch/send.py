"""Upload and create, so that nothing is sent twice: an unanswered step is looked for first."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from preflight.batch.ledger import Ledger
from preflight.batch.plan import Plan
from preflight.batch.remote import Batch, Declined, Lost
from preflight.seams import RunError

Say = Callable[[str], None]


class Sender(Protocol):
    """The part of the gateway that sending needs; see Remote for what each call raises."""

    def upload(self, path: Path, name: str) -> str:
        """Upload the file under that name; its id."""

    def find_upload(self, name: str, size: int) -> str | None:
        """An earlier upload's id."""

    def create(self, file_id: str, name: str) -> Batch:
        """Create the batch."""

    def find_batch(self, name: str, file_id: str) -> Batch | None:
        """An earlier batch of that name, or of that upload."""


def batch_name(plan: Plan, attempt: int) -> str:
    """The run's name at the provider: what a lost batch is found by."""
    return f"preflight-{plan.key}-{attempt}"


def send(ledger: Ledger, plan: Plan, gateway: Sender, say: Say) -> str:
    """Bring the run to where its batch exists; the batch's id. Raises Declined, Lost, RunError."""
    created = ledger.last("create")
    if created is not None:
        say(f"batch {unquote(created['id'])} was created before: not created again")
        return str(created["id"])
    return _create(ledger, plan, gateway, _upload(ledger, plan, gateway, say), say)


def _upload(ledger: Ledger, plan: Plan, gateway: Sender, say: Say) -> str:
    uploaded = ledger.last("upload")
    if uploaded is not None:
        say(f"file {unquote(uploaded['id'])} was uploaded before: not uploaded again")
        return str(uploaded["id"])
    attempt = ledger.attempt
    name = f"{batch_name(plan, attempt)}.jsonl"
    if ledger.open_intent("upload"):
        file_id = gateway.find_upload(name, plan.size)
        if file_id is not None:
            say(f"file {unquote(file_id)} had arrived, though its answer had not")
            ledger.write(attempt, "upload", "answer", id=file_id, found=True)
            return file_id
    ledger.write(attempt, "upload", "intent", name=name, size=plan.size)
    try:
        file_id = gateway.upload(plan.requests, name)
    except Declined as declined:
        ledger.write(attempt, "upload", "refused", reason=declined.what)
        raise
    ledger.write(attempt, "upload", "answer", id=file_id)
    say(f"uploaded {plan.count:,} requests as {unquote(file_id)}")
    return file_id


def _create(ledger: Ledger, plan: Plan, gateway: Sender, file_id: str, say: Say) -> str:
    attempt = ledger.attempt
    name = batch_name(plan, attempt)
    if ledger.open_intent("create"):
        return _found_or_raise(ledger, gateway, name, file_id, say)
    ledger.write(attempt, "create", "intent", name=name, file_id=file_id)
    try:
        batch = gateway.create(file_id, name)
    except Declined as declined:
        ledger.write(attempt, "create", "refused", reason=declined.what)
        raise
    except Lost as lost:
        say(f"{lost.what}: looking whether the batch was created all the same")
        return _found_or_raise(ledger, gateway, name, file_id, say)
    ledger.write(attempt, "create", "answer", id=batch.id)
    say(f"created batch {unquote(batch.id)}")
    return batch.id


def _found_or_raise(ledger: Ledger, gateway: Sender, name: str, file_id: str, say: Say) -> str:
    """Find the batch of an unanswered create: it may be running and paid for."""
    batch = gateway.find_batch(name, file_id)
    if batch is None:
        ledger.write(ledger.attempt, "create", "refused", reason="not found after a lost answer")
        raise RunError(
            name,
            "the answer to the create was lost, and the gateway lists no batch of that name",
            "run the same command again in a minute to create it anew",
        )
    ledger.write(ledger.attempt, "create", "answer", id=batch.id, found=True)
    say(f"batch {unquote(batch.id)} had been created, though its answer had not arrived")
    return batch.id
