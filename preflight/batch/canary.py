"""The canary: a run of a few requests, step by step, with the run's own ledger and machinery.

What was done is not done again: the same canary goes on where an earlier process left it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from preflight.batch import joining, send
from preflight.batch.answers import Batch
from preflight.batch.canary_patience import Patience, watched
from preflight.batch.canary_readback import read_back
from preflight.batch.canary_rows import judged
from preflight.batch.disk import on_disk
from preflight.batch.fetch import RAW, fetch
from preflight.batch.journal import Journal
from preflight.batch.plan import Plan
from preflight.batch.refusals import Declined, Lost
from preflight.batch.remote import Remote
from preflight.batch.send import Say
from preflight.batch.shipment import shipment
from preflight.batch.stage import Fetched
from preflight.batch.statuses import TERMINAL, meaning
from preflight.seams.canary import Created, Returned, Uploaded

READ_BACK = "read-back"
DELETE = "delete"
CANCEL = "cancel"


@dataclass(slots=True)
class CanaryRun:
    """One canary; whoever uses it holds its ledger (`Ledger.alone`).

    `sent` says what is sent, in words; `look` is the command that looks for it later; `show` is
    called with each look at the batch.
    """

    ledger: Journal
    plan: Plan
    gateway: Remote
    patience: Patience
    sent: str
    look: str
    say: Say
    show: Callable[[Batch], None] = field(default=lambda _: None)

    @property
    def provider(self) -> str:
        """Whose job it is."""
        return self.plan.provider

    def uploaded(self) -> Uploaded:
        """See `seams.canary.Canary`."""
        refused = ""
        try:
            file_id = send.upload(
                self.ledger, shipment(self.plan), self.gateway, self.say, self.patience.sleep
            )
        except Declined as declined:
            return Uploaded(refused=declined.what, sent=self.sent)
        known = self.ledger.last(READ_BACK)
        if known is None and self.ledger.known_id("create") is None:
            try:
                known = self._read_back(file_id)
            except Declined as declined:
                refused = declined.what
                self._write(READ_BACK, "refused", reason=refused)
        known = known or {}
        return Uploaded(
            refused=refused,
            sent=self.sent,
            requests=self.plan.count,
            sent_bytes=self.plan.size,
            back_bytes=int(known.get("size", 0)),
            same=bool(known.get("same", False)),
            lost=tuple(map(str, known.get("lost", ()))),
        )

    def _read_back(self, file_id: str) -> dict[str, Any]:
        to = self.ledger.folder / "read-back.jsonl"
        found = read_back(self.gateway, file_id, self.plan.requests, to, self.patience.sleep)
        told = {"size": found.size, "same": found.same, "lost": list(found.lost)}
        # What is not whole is no answer that a later canary may rest on.
        self._write(READ_BACK, "refused" if found.lost else "answer", **told)
        return told

    def created(self) -> Created:
        """See `seams.canary.Canary`."""
        file_id = self.ledger.known_id("upload") or ""
        try:
            batch = send.create(
                self.ledger,
                shipment(self.plan),
                self.gateway,
                self.say,
                file_id=file_id,
                sleep=self.patience.sleep,
            )
        except Declined as declined:
            return Created(refused=declined.what)
        return Created(batch=unquote(batch))

    def returned(self) -> Returned:
        """See `seams.canary.Canary`."""
        batch_id = self.ledger.known_id("create") or ""
        asked = Returned(unquote(batch_id), "", look=self.look, folder=str(self.ledger.folder))
        if (ended := self.ended()) is not None:
            return replace(ended, batch=asked.batch, look=asked.look, folder=asked.folder)
        start = self.patience.clock()
        try:
            batch = watched(
                self.ledger,
                self.gateway,
                batch_id,
                self.patience,
                show=self.show,
                say=self.say,
                start=start,
            )
            waited = self.patience.clock() - start
            found = replace(asked, status=batch.status, seconds=waited)
            if meaning(batch.status) not in TERMINAL:
                return self._left(found, batch_id)
            self._merge(fetch(self.ledger, self.gateway, batch))
        except Declined as declined:
            return replace(asked, status="", refused=declined.what)
        there = self.ended()
        assert there is not None  # noqa: S101 - it was fetched just now
        return replace(
            there,
            batch=asked.batch,
            look=asked.look,
            folder=asked.folder,
            seconds=waited,
            hours_ago=None,
        )

    def _merge(self, fetched: Fetched) -> None:
        folder = self.ledger.folder
        with on_disk(folder):
            files = tuple(folder / RAW / name for name in fetched.files)
            back = joining.Returned(self.plan.shards[0], files)
            joining.join(self.plan.requests, [back], (), folder)

    def _left(self, found: Returned, batch_id: str) -> Returned:
        """The time is up: the batch goes on, or is cancelled where that was asked for."""
        if self.patience.cancel:
            self._write(CANCEL, "intent", id=batch_id)
            try:
                batch = self.gateway.cancel(batch_id)
            except Declined as declined:
                self._write(CANCEL, "refused", reason=declined.what)
                self.say(f"the batch was not cancelled: {declined.what}")
            else:
                self._write(CANCEL, "answer", status=batch.status)
                return replace(found, ended=False, cancelled=True)
        return replace(found, ended=False)

    def ended(self) -> Returned | None:
        """What is known of a job that ended and was fetched; None where none was."""
        entry = self.ledger.newest("fetch")
        if entry is None or entry.kind != "answer":
            return None
        ago = (datetime.now(UTC).timestamp() - entry.at) / 3600
        status = str(entry.detail.get("status", ""))
        found = judged(self.ledger.folder, self.plan.requests)
        return replace(
            found,
            status=status,
            meaning=meaning(status) or "",
            reasons=tuple(map(str, entry.detail.get("reasons", ()))),
            hours_ago=max(ago, 0.0),
        )

    def created_already(self) -> bool:
        """Whether there is a job, so that going on costs nothing anew."""
        return self.ledger.known_id("create") is not None

    def again(self) -> None:
        """Begin a new attempt: the last one is over, and proved nothing."""
        self.ledger.write(self.ledger.attempt + 1, "begin", "answer")

    def tidy(self) -> None:
        """Delete the uploaded file, unless a job may still read it or a later canary goes on."""
        file_id = self.ledger.known_id("upload")
        if file_id is None or not self._over() or self.ledger.newest(DELETE) is not None:
            return
        self._write(DELETE, "intent", id=file_id)
        try:
            deleted = self.gateway.delete(file_id)
        except (Declined, Lost) as error:
            self._write(DELETE, "refused", reason=error.what)
            self.say(f"the canary's file {unquote(file_id)} stays: {error.what}")
        else:
            self._write(DELETE, "answer", deleted=deleted)
            stays = f"the canary's file {unquote(file_id)} stays: the gateway does not delete files"
            self.say("the canary's file was deleted" if deleted else stays)
        if not self.created_already():
            self.again()  # its file is gone, so the next one begins with an upload

    def _over(self) -> bool:
        """Whether nothing will read the uploaded file any more."""
        created = self.ledger.newest("create")
        if created is None:
            back = self.ledger.newest(READ_BACK)
            return back is not None and back.kind == "refused"
        if created.kind == "intent" or created.detail.get("lost"):
            return False  # a job may have been created
        return created.kind == "refused" or self.ledger.newest("fetch") is not None

    def _write(self, step: str, kind: str, **detail: Any) -> None:
        self.ledger.write(self.ledger.attempt, step, kind, **detail)


def kept(folder: Path, content: bytes) -> Path:
    """The canary's requests as a file, for the run's machinery to copy and to hold on to."""
    path = folder / "sample.jsonl"
    path.write_bytes(content)
    return path
