"""How far a shard has come, by its journal alone: whoever carries on reads it here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from preflight.batch.damage import damaged
from preflight.batch.journal import Entry, Journal
from preflight.batch.statuses import meaning


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back for a shard. `files` are names in the run's `raw` folder.

    `short`: less came than the batch counts, and so may come with another download.
    """

    status: str
    reasons: tuple[str, ...]
    rows: int
    files: Mapping[str, str] = field(default_factory=dict)
    """Name -> the provider's file id, for another worker to fetch it, too."""
    short: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing more is to be done about the shard, short of sending it anew."""
        return self.rows > 0 and not self.short

    @property
    def failed(self) -> bool:
        """Whether it ended with nothing to show, and a new attempt would cost nothing twice."""
        return not self.rows and meaning(self.status) != "completed"


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the current attempt of a shard stands.

    Attributes:
        attempt: from 1.
        begun: whether a step has an intent with no answer: it is looked for first.
        uploaded: the file's id.
        created: the batch's id.
        created_at: when that was known, in seconds since the epoch.
        status: the batch's status when it was last seen.
        fetched: what came back; None before.
    """

    attempt: int
    begun: bool
    uploaded: str | None
    created: str | None
    created_at: float
    status: str | None
    fetched: Fetched | None


def stage(journal: Journal, entries: tuple[Entry, ...] | None = None) -> Stage:
    """The stage of a shard. Raises UsageError for a damaged ledger.

    `entries` are the journal's, where they have been read already.
    """
    entries = journal.entries() if entries is None else entries
    attempt = max((entry.attempt for entry in entries), default=1)
    newest: dict[str, Entry] = {}
    answered: dict[str, Entry] = {}
    for entry in entries:
        if entry.attempt == attempt:
            newest[entry.step] = entry
            if entry.kind == "answer":
                answered[entry.step] = entry
    created = answered.get("create")
    seen = answered.get("status")
    return Stage(
        attempt=attempt,
        begun=any(newest[step].kind == "intent" for step in ("upload", "create") if step in newest),
        uploaded=_id(journal, answered.get("upload")),
        created=_id(journal, created),
        created_at=created.at if created else 0.0,
        status=str(seen.detail.get("status")) if seen else None,
        fetched=_fetched(answered.get("fetch")),
    )


def _id(journal: Journal, entry: Entry | None) -> str | None:
    if entry is None:
        return None
    found = entry.detail.get("id")
    if not isinstance(found, str) or not found:
        raise damaged(journal.folder, f"the answer to {entry.step} has no id")
    return found


def _fetched(entry: Entry | None) -> Fetched | None:
    if entry is None:
        return None
    detail = entry.detail
    reasons = detail.get("reasons")
    return Fetched(
        status=str(detail.get("status", "")),
        reasons=tuple(map(str, reasons)) if isinstance(reasons, list) else (),
        rows=_rows(detail),
        files=_files(detail, entry.attempt),
        short=detail.get("short") is True,
    )


def _rows(detail: Mapping[str, Any]) -> int:
    if isinstance(detail.get("rows"), int):
        return int(detail["rows"])
    summary = detail.get("summary")  # a ledger of version 1
    if not isinstance(summary, dict):
        return 0
    return sum(int(summary.get(name) or 0) for name in ("results", "errors", "unmatched"))


def _files(detail: Mapping[str, Any], attempt: int) -> dict[str, str]:
    files = detail.get("files")
    if isinstance(files, dict):
        return {str(name): str(identifier) for name, identifier in files.items()}
    return {f"{name}-{attempt}.jsonl": "" for name in ("output", "errors")}  # of version 1
