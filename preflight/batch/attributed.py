"""Which shard each file of results is of, so that a merge holds the names of one shard at a time.

Nobody said, so it is guessed by the first row. A guess that is wrong leaves rows that match
nothing: whoever goes by it has to look for those, and join anew without it.
"""

from collections.abc import Sequence
from pathlib import Path

from preflight.batch.blocks import TooLong, blocks
from preflight.batch.joining import Returned
from preflight.batch.manifest import Manifest
from preflight.batch.requests_named import Requests, model, requests_named
from preflight.batch.rows import row
from preflight.batch.shards import Shard


def attributed(requests: Path, divided: Manifest, results: Sequence[Path]) -> tuple[Returned, ...]:
    """Every shard of a division with the files that seem to be its own, in the order given.

    A file whose first row names no request is given to the first shard. Raises OSError.
    """
    names = {path: _first(path) for path in results}
    found = _shards_of(requests, divided, {name for name in names.values() if name})
    files: dict[int, list[Path]] = {}
    first = divided.files[0].shard
    for path in results:
        shard = found.get(names[path] or "", first)
        files.setdefault(shard.number, []).append(path)
    return tuple(
        Returned(one.shard, tuple(files.get(one.shard.number, ()))) for one in divided.files
    )


def _first(path: Path) -> str | None:
    """What the first row calls its request; None: there is none, or it calls it nothing."""
    with path.open("rb", buffering=0) as file:
        for block in blocks(file):
            for line in () if isinstance(block, TooLong) else block.lines:
                if bare := line.strip():
                    found = row(bare)
                    return found.custom_id if found else None
    return None


def _shards_of(requests: Path, divided: Manifest, wanted: set[str]) -> dict[str, Shard]:
    """The shard that each of some requests is in, by the name it was sent under."""
    shards = [one.shard for one in divided.files]
    found: dict[str, Shard] = {}
    with requests.open("rb", buffering=0) as file:
        for some in requests_named(file):
            if isinstance(some, TooLong):
                continue
            sent = some.sent_ids() if divided.renamed else some.custom_ids
            for name in wanted.intersection(sent):
                shard = _shard_at(shards, some, sent.index(name))
                if shard is not None:
                    found[name] = shard
    return found


def _shard_at(shards: Sequence[Shard], some: Requests, at: int) -> Shard | None:
    offset, named = some.offsets[at], model(some.lines[at])
    for shard in shards:
        if shard.start <= offset < shard.end and shard.model in (None, named):
            return shard
    return None
