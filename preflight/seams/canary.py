"""What a canary shows: the smallest real job, in three steps, and the plain answers of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of the upload.

    Attributes:
        refused: the gateway's words where it did not take it, or did not give it back; else "".
        sent: what was sent, in words.
        requests: how many that is.
        sent_bytes: its size.
        back_bytes: the size of what was read back.
        same: whether that is what was sent, byte for byte.
        lost: ids of requests that are not in what was read back.
    """

    refused: str = ""
    sent: str = ""
    requests: int = 0
    sent_bytes: int = 0
    back_bytes: int = 0
    same: bool = True
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Created:
    """What became of the create: the batch's id, or the words with which it was refused."""

    batch: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class RowError:
    """A request that came back with an error: its id, the status of its row, the words."""

    id: str
    status: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Returned:
    """What became of the job.

    Attributes:
        batch: its id.
        status: its last status, in the gateway's word; `meaning` is OpenAI's for it, or "".
        ended: whether it changes no more.
        seconds: how long it was waited for, this time.
        look: the command that looks for it later.
        cancelled: whether it was asked to be cancelled, since the time was up.
        refused: the gateway's words where it did not give the results; else "".
        reasons: why the provider says that it failed.
        requests: how many were sent.
        answered: how many came back with an answer.
        errors: those that came back with an error.
        missing: ids of those that did not come back.
        strays: rows that belong to none of them.
        hollow: ids of those that succeeded, and have nothing in them.
        usage: what was used of it, by name, where the rows tell.
        hours_ago: how long ago it was proved, where this is an earlier canary's; else None.
        folder: of the canary's run.
    """

    batch: str
    status: str
    meaning: str = ""
    ended: bool = True
    seconds: float = 0.0
    look: str = ""
    cancelled: bool = False
    refused: str = ""
    reasons: tuple[str, ...] = ()
    requests: int = 0
    answered: int = 0
    errors: tuple[RowError, ...] = ()
    missing: tuple[str, ...] = ()
    strays: int = 0
    hollow: tuple[str, ...] = ()
    usage: Mapping[str, int] = field(default_factory=dict)
    hours_ago: float | None = None
    folder: str = ""


class Canary(Protocol):
    """The job. Each step is done once; what is known of it already is not done again.

    Each raises LookError where nothing answered, RunError where the run cannot go on.
    """

    provider: str

    def uploaded(self) -> Uploaded:
        """Upload it, and read it back by the route that the results will take."""

    def created(self) -> Created:
        """Create the job. It costs money."""

    def returned(self) -> Returned:
        """Wait for the job, and fetch its results."""
