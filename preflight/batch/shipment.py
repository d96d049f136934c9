"""What one batch is made of, and the part of the gateway that sending it needs."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from preflight.batch.answers import Batch
from preflight.batch.plan import Plan


class Sender(Protocol):
    """The part of the gateway that sending needs; see Remote for what each call raises."""

    def upload(self, path: Path, name: str) -> str:
        """Upload the file under that name; its id."""

    def find_upload(self, name: str, size: int) -> str | None:
        """An earlier upload's id."""

    def create(self, file_id: str, name: str) -> Batch:
        """Create the batch."""

    def find_batch(
        self, name: str, file_id: str, *, since: float, others: Collection[str]
    ) -> Batch | None:
        """An earlier batch of that upload, or of that name."""


@dataclass(frozen=True, slots=True)
class Shipment:
    """What one batch is made of.

    Attributes:
        stem: of the name that upload and batch have at the provider; the attempt is added.
        file: what is uploaded. It need not be there any more once that is done.
        requests: how many are in it.
        size: its bytes.
        others: batches of this run that exist for certain, and since when (epoch seconds): a list
            that leaves them out is no proof that another does not exist.
    """

    stem: str
    file: Path
    requests: int
    size: int
    others: Mapping[str, float] = field(default_factory=dict)

    def name(self, attempt: int) -> str:
        """The name of the batch at the provider: what a lost one is found by."""
        return f"{self.stem}-{attempt}"


def shipment(plan: Plan) -> Shipment:
    """A whole plan as one batch."""
    return Shipment(f"preflight-{plan.key}-{plan.tag}", plan.requests, plan.count, plan.size)
