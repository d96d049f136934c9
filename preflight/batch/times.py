"""When a run did what, by its journal alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from preflight.batch.journal import Entry
from preflight.batch.statuses import TERMINAL, meaning


class Doing(StrEnum):
    """What a shard is at: the words that people are shown."""

    WAITING = "waiting"
    SENDING = "sending"
    QUEUED = "queued"
    RUNNING = "running"
    ENDED = "ended"
    FAILED = "failed"


_QUEUED = frozenset({"validating"})
"""Meanings of a status under which nothing of a batch is done yet."""


@dataclass(frozen=True, slots=True)
class Span:
    """What a shard was at from when to when, in seconds since the epoch.

    `end` is None where it still is. An `ENDED` one is from the batch's end to the fetched results,
    and a `FAILED` one likewise, of a batch that did not complete.
    """

    doing: Doing
    start: float
    end: float | None
    attempt: int


def spans(entries: Iterable[Entry], began: float) -> tuple[Span, ...]:
    """Those of one shard, in order; of a run that began then."""
    made: list[Span] = []
    doing: Doing | None = Doing.WAITING
    since, attempt = began, 1
    for entry in entries:
        now = _after(entry)
        if now is None:
            continue
        over = (entry.step, entry.kind) == ("fetch", "answer")
        if now is doing and entry.attempt == attempt and not over:
            continue
        if doing is not None and entry.at > since:
            made.append(Span(doing, since, entry.at, attempt))
        doing, since, attempt = None if over else now, entry.at, entry.attempt
    if doing is not None:
        made.append(Span(doing, since, None, attempt))
    return tuple(made)


_AFTER = {
    ("upload", "intent"): Doing.SENDING,
    ("upload", "answer"): Doing.SENDING,
    ("upload", "refused"): Doing.WAITING,
    ("create", "intent"): Doing.SENDING,
    ("create", "answer"): Doing.QUEUED,
    ("create", "refused"): Doing.WAITING,
    ("begin", "answer"): Doing.WAITING,
    ("fetch", "answer"): Doing.ENDED,
}
"""Step and kind of a line -> what the shard is at after it."""


def _after(entry: Entry) -> Doing | None:
    """What a shard is at after this line; None where the line says nothing of it."""
    if (entry.step, entry.kind) != ("status", "answer"):
        return _AFTER.get((entry.step, entry.kind))
    means = meaning(str(entry.detail.get("status")))
    if means in TERMINAL:
        return Doing.ENDED if means == "completed" else Doing.FAILED
    return Doing.QUEUED if means in _QUEUED else Doing.RUNNING
