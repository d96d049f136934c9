"""How a run divides one file for the targets it goes to: for `preflight plan` and `run` alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from preflight.batch.allowance import Allowance
from preflight.batch.dividing import divide
from preflight.batch.plan import Plan
from preflight.batch.room import Room, Rooms, admits
from preflight.batch.shards import Shard
from preflight.commands.allowed import allowed
from preflight.contract import Target
from preflight.requests.scan import Scan
from preflight.targets import by_model, matching, of_shard


@dataclass(frozen=True, slots=True)
class Division:
    """The shards, and what bounds them.

    Attributes:
        shards: in order.
        allowances: what each target may have; one, or several models of one account.
        room: for all shards together.
        notes: what could not be asked.
    """

    shards: tuple[Shard, ...]
    allowances: Mapping[Target, Allowance]
    room: Room | Rooms
    notes: tuple[str, ...]

    def of(self, shard: Shard) -> Allowance:
        """What the shard's own target may have."""
        return self.allowances[of_shard(tuple(self.allowances), shard.model)]

    def admits(self, open_shards: Sequence[Shard], files: int, shard: Shard) -> bool:
        """Whether there is room for one more shard now."""
        if isinstance(self.room, Rooms):
            return self.room.admits(open_shards, files, shard)
        return admits(self.room, open_shards, files, shard)


def division(
    scan: Scan, provider: str, targets: Sequence[Target], *, one: bool, offline: bool
) -> Division:
    """Divide a file that was scanned; nothing is sent.

    Args:
        scan: of the file.
        provider: where it goes.
        targets: of the provider; several where the file names the models of each.
        one: whether it is one job as it is.
        offline: whether to ask nobody for limits.

    Raises:
        RequestFileError: the file cannot be read any more, or was changed while it was.
    """
    found = {target: allowed(provider, target, offline=offline) for target in targets}
    may = {target: allowance for target, (allowance, _) in found.items()}
    notes = dict.fromkeys(note for _, told in found.values() for note in told)
    first = may[targets[0]]
    each: dict[str, Allowance] = {}
    if not one and by_model(targets, scan.models):
        each = {name: may[matching(targets, name)[0]] for name in scan.models if name is not None}
    shards = divide(
        scan,
        first.limits,
        renamed=scan.uncarried.get(provider) is not None,
        one=one,
        by_model=bool(each),
        each={name: allowance.limits for name, allowance in each.items()},
    )
    return Division(shards, may, _room(first, each), tuple(notes))


def bounded(plan: Plan, *, offline: bool) -> Division:
    """What bounds a run that was divided before. Its plan says how.

    Args:
        plan: of the run.
        offline: whether to ask nobody for limits.
    """
    targets = (plan.promised, *plan.others)
    found = {target: allowed(plan.provider, target, offline=offline) for target in targets}
    may = {target: allowance for target, (allowance, _) in found.items()}
    notes = dict.fromkeys(note for _, told in found.values() for note in told)
    names = {shard.model for shard in plan.shards if shard.model is not None}
    each = {name: may[of_shard(targets, name)] for name in names}
    return Division(plan.shards, may, _room(may[plan.promised], each), tuple(notes))


def _room(first: Allowance, each: Mapping[str, Allowance]) -> Room | Rooms:
    rooms = {name: allowance.room for name, allowance in each.items()}
    return Rooms(first.room, rooms) if rooms else first.room
