"""One shard on its way out: cut, uploaded, rehearsed where much is paid for, created."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from preflight.batch import send
from preflight.batch.journal import WHOLE
from preflight.batch.ledger import Ledger
from preflight.batch.plan import Plan
from preflight.batch.rehearsal import large, rehearse
from preflight.batch.remote import Remote
from preflight.batch.shard_files import cut_to, shard_file
from preflight.batch.shards import Shard
from preflight.batch.shipment import Shipment
from preflight.batch.tracks import Track


@dataclass(frozen=True, slots=True)
class Outgoing:
    """How the shards of a run are sent. `rehearsed`: whether large ones are read back first."""

    ledger: Ledger
    plan: Plan
    remote: Remote
    sleep: Callable[[float], None]
    rehearsed: bool

    def send(self, track: Track, others: Mapping[str, float], say: Callable[[str], None]) -> None:
        """Bring a shard to where its batch exists; its track knows then how far it came.

        `others` are batches of the run that exist, and since when. Raises Declined, Lost,
        RunError, LeaseLost.
        """
        shard, journal = track.shard, track.journal
        file = shard_file(self.ledger.folder, shard)
        if track.stage.uploaded is None:
            cut_to(file, self.ledger.folder / self.plan.round_of(shard).file, shard)
        parcel = Shipment(self._stem(shard), file, shard.requests, shard.bytes, others)
        try:
            file_id = send.upload(journal, parcel, self.remote, say, self.sleep)
            if self.rehearsed and large(parcel) and not track.stage.begun and file.exists():
                run = self.ledger.journal(WHOLE)
                rehearse(run, parcel, file_id, self.remote, say=say, sleep=self.sleep)
            send.create(journal, parcel, self.remote, say, file_id=file_id, sleep=self.sleep)
        finally:
            track.read()
            if track.stage.created is not None:
                file.unlink(missing_ok=True)

    def _stem(self, shard: Shard) -> str:
        several = len(self.plan.shards) > 1
        return f"preflight-{self.plan.key}-{self.plan.tag}" + (f"-{shard.number}" * several)
