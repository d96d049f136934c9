"""Which shard each file of results is of, so that a merge holds the names of one shard at a time.

Nobody said, so it is guessed by the first row. A guess that is wrong leaves rows that match
nothing: whoever goes by it has to look for those, and join anew without it.
"""

from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from msgspec.json import encode

from preflight.batch.blocks import TooLong, blocks
from preflight.batch.joining import Returned
from preflight.batch.manifest import Manifest
from preflight.batch.requests_named import Requests, model, requests_named
from preflight.batch.rows import row
from preflight.batch.shards import Shard, ordinal

_PIECE = 1 << 20


def attributed(requests: Path, divided: Manifest, results: Sequence[Path]) -> tuple[Returned, ...]:
    """Every shard of a division with the files that seem to be its own, in the order given.

    A file whose first row names no request is given to the first shard. Raises OSError.
    """
    shards = [one.shard for one in divided.files]
    files: dict[int, list[Path]] = {shard.number: [] for shard in shards}
    unknown: dict[Path, str] = {}
    with requests.open("rb", buffering=0) as file:
        for at, path in enumerate(results):
            name = _first(path)
            # Most name the files of results as those of the shards, so that they come in order.
            likely = shards[at % len(shards)]
            if name is None:
                files[shards[0].number].append(path)
            elif not divided.renamed and _stands_in(file, likely, name):
                files[likely.number].append(path)
            else:
                unknown[path] = name
    found = _shards_of(requests, divided, set(unknown.values())) if unknown else {}
    for path, name in unknown.items():
        files[found.get(name, shards[0]).number].append(path)
    in_order = {path: at for at, path in enumerate(results)}
    return tuple(
        Returned(shard, tuple(sorted(files[shard.number], key=in_order.__getitem__)))
        for shard in shards
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


def _stands_in(file: BinaryIO, shard: Shard, name: str) -> bool:
    """Whether a request of that name seems to be in a shard, which is quicker than to read all."""
    if shard.model is not None:
        return False
    sought = encode(name)
    file.seek(shard.start)
    left, before = shard.end - shard.start, b""
    while left > 0 and (piece := file.read(min(left, _PIECE))):
        left -= len(piece)
        if sought in before + piece[: len(sought)] or sought in piece:
            return True
        before = piece[-len(sought) :]
    return False


def _shards_of(requests: Path, divided: Manifest, wanted: set[str]) -> dict[str, Shard]:
    """The shard that each of some requests is in, by the name it was sent under."""
    shards = [one.shard for one in divided.files]
    if divided.renamed and all(shard.model is None for shard in shards):
        numbers = {name: ordinal(name) for name in wanted}
        firsts = [shard.first for shard in shards]
        return {
            name: shards[max(0, bisect_right(firsts, number) - 1)]
            for name, number in numbers.items()
            if number is not None
        }
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
