"""Upload and create, so that nothing is sent twice: an unanswered step is looked for first."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from preflight.batch.answers import Batch
from preflight.batch.ledger import Ledger
from preflight.batch.plan import Plan
from preflight.batch.remote import FORBIDDEN, TOO_MANY, UNAUTHORIZED, Declined, Lost
from preflight.seams import RunError

Say = Callable[[str], None]
Sleep = Callable[[float], None]

LOOKS_AFTER = (0.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before each look for a batch whose create got no answer: a list may lag behind."""


class Sender(Protocol):
    """The part of the gateway that sending needs; see Remote for what each call raises."""

    def upload(self, path: Path, name: str) -> str:
        """Upload the file under that name; its id."""

    def find_upload(self, name: str, size: int) -> str | None:
        """An earlier upload's id."""

    def create(self, file_id: str, name: str) -> Batch:
        """Create the batch."""

    def find_batch(self, name: str, file_id: str) -> Batch | None:
        """An earlier batch of that upload, or of that name."""


def batch_name(plan: Plan, attempt: int) -> str:
    """The run's name at the provider: what a lost batch is found by."""
    return f"preflight-{plan.key}-{plan.tag}-{attempt}"


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One attempt at sending: where it is written down, and whom it talks to."""

    ledger: Ledger
    plan: Plan
    gateway: Sender
    say: Say
    sleep: Sleep
    number: int

    @property
    def name(self) -> str:
        return batch_name(self.plan, self.number)

    def write(self, step: str, kind: str, **detail: object) -> None:
        self.ledger.write(self.number, step, kind, **detail)

    def upload(self) -> str:
        """The uploaded file's id, by whichever process it was uploaded."""
        uploaded = self.ledger.known_id("upload")
        if uploaded is not None:
            self.say(f"file {unquote(uploaded)} was uploaded before: not uploaded again")
            return uploaded
        file_name = f"{self.name}.jsonl"
        before = self.ledger.newest("upload")
        if before is not None and before.kind == "intent":
            file_id = self._arrived(file_name)
            if file_id is not None:
                self.say(f"file {unquote(file_id)} had arrived, though its answer had not")
                self.write("upload", "answer", id=file_id, found=True)
                return file_id
        self.write("upload", "intent", name=file_name, size=self.plan.size)
        try:
            file_id = self.gateway.upload(self.plan.requests, file_name)
        except Declined as declined:
            self.write("upload", "refused", reason=declined.what)
            raise
        self.write("upload", "answer", id=file_id)
        self.say(f"uploaded {self.plan.count:,} requests as {unquote(file_id)}")
        return file_id

    def _arrived(self, file_name: str) -> str | None:
        """An upload whose answer was lost; None, too, where files are not listed.

        A second upload costs nothing.
        """
        try:
            return self.gateway.find_upload(file_name, self.plan.size)
        except Declined as declined:
            self.say(f"the gateway does not list its files ({declined.what}): uploading once more")
            return None

    def create(self, file_id: str) -> str:
        """The batch's id."""
        before = self.ledger.newest("create")
        if before is not None and before.kind == "intent":
            self.say("an earlier create got no answer: looking for its batch")
            return self._found_or_raise(file_id)
        if before is not None and before.detail.get("lost"):
            # It was looked for and not found a while ago; one more look before it is paid for.
            batch = self._find(file_id)
            if batch is not None:
                return self._kept(batch)
        self.write("create", "intent", name=self.name, file_id=file_id)
        try:
            batch = self.gateway.create(file_id, self.name)
        except Declined as declined:
            self.write("create", "refused", reason=declined.what)
            raise
        except Lost as lost:
            self.say(f"{lost.what}: looking whether the batch was created all the same")
            return self._found_or_raise(file_id)
        self.write("create", "answer", id=batch.id)
        self.say(f"created batch {unquote(batch.id)}")
        return batch.id

    def _found_or_raise(self, file_id: str) -> str:
        """Find the batch of an unanswered create: it may be running and paid for."""
        for pause in LOOKS_AFTER:
            if pause:
                self.sleep(pause)
            batch = self._find(file_id)
            if batch is not None:
                return self._kept(batch)
        self.write("create", "refused", reason="not found after a lost answer", lost=True)
        raise RunError(
            self.name,
            "the answer to the create was lost, and the gateway lists no batch of that name",
            "run the same command again: it looks once more before it creates anew",
        )

    def _find(self, file_id: str) -> Batch | None:
        try:
            return self.gateway.find_batch(self.name, file_id)
        except Declined as declined:
            if declined.status in (UNAUTHORIZED, FORBIDDEN, TOO_MANY):
                raise  # that can be repaired, and then the list answers
            raise RunError(
                self.name,
                "the answer to the create was lost, and the gateway does not list its batches "
                f"({declined.what})",
                "look for it at the provider; if there is none, start anew with --out NEW_FOLDER",
            ) from declined

    def _kept(self, batch: Batch) -> str:
        self.write("create", "answer", id=batch.id, found=True)
        self.say(f"batch {unquote(batch.id)} had been created, though its answer had not arrived")
        return batch.id


def send(ledger: Ledger, plan: Plan, gateway: Sender, say: Say, sleep: Sleep = time.sleep) -> str:
    """Bring the run to where its batch exists; the batch's id. Raises Declined, Lost, RunError."""
    created = ledger.known_id("create")
    if created is not None:
        say(f"batch {unquote(created)} was created before: not created again")
        return created
    file_id = upload(ledger, plan, gateway, say)
    return create(ledger, plan, gateway, say, file_id=file_id, sleep=sleep)


def upload(ledger: Ledger, plan: Plan, gateway: Sender, say: Say) -> str:
    """The first half of sending alone; the uploaded file's id. Raises Declined, Lost."""
    return _Attempt(ledger, plan, gateway, say, time.sleep, ledger.attempt).upload()


def create(
    ledger: Ledger,
    plan: Plan,
    gateway: Sender,
    say: Say,
    *,
    file_id: str,
    sleep: Sleep = time.sleep,
) -> str:
    """The second half; the batch's id. Raises Declined, Lost, RunError."""
    created = ledger.known_id("create")
    if created is not None:
        return created
    return _Attempt(ledger, plan, gateway, say, sleep, ledger.attempt).create(file_id)
