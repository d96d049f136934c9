"""Upload and create, so that nothing is sent twice: an unanswered step is looked for first."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from preflight.batch.journal import Journal
from preflight.batch.refusals import FORBIDDEN, TOO_MANY, UNAUTHORIZED, Blind, Declined, Lost
from preflight.batch.shipment import Sender, Shipment
from preflight.seams import RunError

Say = Callable[[str], None]
Sleep = Callable[[float], None]

UPLOADS_AFTER = (2.0, 10.0, 60.0)
"""Seconds before an upload whose answer was lost is looked for, and sent again."""

LOOKS_AFTER = (0.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before each look for a batch whose create got no answer: a list may lag behind."""

SETTLED_SECONDS = 120.0
"""After which no create is under way any more: twice what a call may take (`remote.SECONDS`)."""

CREATES = 3
"""How often a create is sent whose answers are lost, and whose batch is not there, in one go."""

CLOCKS_SECONDS = 600.0
"""How much the clocks of the provider and of this machine may differ."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One attempt at sending: where it is written down, and whom it talks to."""

    ledger: Journal
    shipment: Shipment
    gateway: Sender
    say: Say
    sleep: Sleep
    number: int

    @property
    def name(self) -> str:
        return self.shipment.name(self.number)

    def write(self, step: str, kind: str, **detail: object) -> None:
        self.ledger.write(self.number, step, kind, **detail)

    def upload(self) -> str:
        """The uploaded file's id, by whichever process it was uploaded."""
        uploaded = self.ledger.known_id("upload")
        if uploaded is not None:
            self.say(f"file {unquote(uploaded)} was uploaded before: not uploaded again")
            return uploaded
        before = self.ledger.newest("upload")
        found = self._arrived() if before is not None and before.kind == "intent" else None
        for pause in (*UPLOADS_AFTER, None):
            if found is not None:
                self.say(f"file {unquote(found)} had arrived, though its answer had not")
                self.write("upload", "answer", id=found, found=True)
                return found
            self.write("upload", "intent", name=self._file_name, size=self.shipment.size)
            try:
                file_id = self.gateway.upload(self.shipment.file, self._file_name)
            except Declined as declined:
                self.write("upload", "refused", reason=declined.what)
                raise
            except Lost as lost:
                if pause is None:
                    raise
                self.say(f"{lost.what}: looking whether the file arrived all the same")
                self.sleep(pause)
                found = self._arrived()
            else:
                self.write("upload", "answer", id=file_id)
                self.say(f"uploaded {self.shipment.requests:,} requests as {unquote(file_id)}")
                return file_id
        raise AssertionError  # pragma: no cover - the last time it is raised what was lost

    @property
    def _file_name(self) -> str:
        return f"{self.name}.jsonl"

    def _arrived(self) -> str | None:
        """An upload whose answer was lost; None, too, where files are not listed.

        A second upload costs nothing.
        """
        try:
            return self.gateway.find_upload(self._file_name, self.shipment.size)
        except Declined as declined:
            self.say(f"the gateway does not list its files ({declined.what}): uploading once more")
            return None

    def create(self, file_id: str) -> str:
        """The batch's id."""
        before = self.ledger.newest("create")
        if before is not None and before.kind == "intent":
            self.say("an earlier create got no answer: looking for its batch")
            found = self._settled(file_id, before.at)
            if found is not None:
                return found
        for last in (*(False,) * (CREATES - 1), True):
            at = time.time()
            self.write("create", "intent", name=self.name, file_id=file_id)
            self.ledger.prove_now()
            try:
                batch = self.gateway.create(file_id, self.name)
            except Declined as declined:
                if declined.status == TOO_MANY and (found := self._kept(file_id, at)) is not None:
                    return found
                self.write("create", "refused", reason=declined.what)
                raise
            except Lost as lost:
                self.say(f"{lost.what}: looking whether the batch was created all the same")
                found = self._settled(file_id, at)
                if found is not None:
                    return found
                if last:
                    raise RunError(
                        self.name, f"{lost.what}, {CREATES} times", "run the same command again"
                    ) from lost
                self.say("no batch was created: creating it once more")
            else:
                self.write("create", "answer", id=batch.id)
                self.say(f"created batch {unquote(batch.id)}")
                return batch.id
        raise AssertionError  # pragma: no cover - the last time it is raised what was lost

    def _settled(self, file_id: str, at: float) -> str | None:
        """The batch of an unanswered create: it may be running, and paid for.

        None only where the list, which shows what else there is, has not shown it for so long that
        no call can be under way any more.

        Args:
            file_id: what it reads.
            at: when it was sent, in seconds since the epoch.
        """
        for pause in _looks(at):
            if pause:
                self.sleep(pause)
            found = self._kept(file_id, at)
            if found is not None:
                return found
        self.write("create", "refused", reason="not found after a lost answer", lost=True)
        return None

    def _kept(self, file_id: str, at: float) -> str | None:
        """Look for the batch once, and write it down where it is found."""
        near = at - CLOCKS_SECONDS / 2  # what the list shows for certain, as it goes back further
        others = [id_ for id_, created in self.shipment.others.items() if created >= near]
        try:
            batch = self.gateway.find_batch(
                self.name, file_id, since=at - CLOCKS_SECONDS, others=others
            )
        except Blind as blind:
            raise self._unknown(blind.what) from blind
        except Declined as declined:
            if declined.status in (UNAUTHORIZED, FORBIDDEN, TOO_MANY):
                raise  # that can be repaired, and then the list answers
            raise self._unknown(
                f"the gateway does not list its batches ({declined.what})"
            ) from None
        if batch is None:
            return None
        self.write("create", "answer", id=batch.id, found=True)
        self.say(f"batch {unquote(batch.id)} had been created, though its answer had not arrived")
        return batch.id

    def _unknown(self, why: str) -> RunError:
        return RunError(
            self.name,
            f"the answer to the create was lost, and {why}",
            "look for it at the provider; then `preflight settle RUN --batch ID`, "
            "or `--none` where there is none",
        )


def _looks(at: float) -> Iterator[float]:
    """Seconds before each look: soon at first, then until a call of that time is over for sure.

    A clock that was set back, or forward, makes it neither endless nor shorter than the first.
    """
    left = min(at + SETTLED_SECONDS - time.time(), SETTLED_SECONDS) - sum(LOOKS_AFTER)
    yield from LOOKS_AFTER
    while left > 0:
        yield LOOKS_AFTER[-1]
        left -= LOOKS_AFTER[-1]


def upload(
    ledger: Journal, parcel: Shipment, gateway: Sender, say: Say, sleep: Sleep = time.sleep
) -> str:
    """The first half of sending alone; the uploaded file's id. Raises Declined, Lost."""
    return _Attempt(ledger, parcel, gateway, say, sleep, ledger.attempt).upload()


def create(
    ledger: Journal,
    parcel: Shipment,
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
    return _Attempt(ledger, parcel, gateway, say, sleep, ledger.attempt).create(file_id)
