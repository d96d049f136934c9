"""The files of shards, in the run's folder for as long as they are needed."""

from pathlib import Path

from preflight.batch.disk import on_disk, whole
from preflight.batch.shards import Shard, cut

SHARDS = "shards"


def shard_file(folder: Path, shard: Shard) -> Path:
    """Where a shard's file is, in the run's folder."""
    return folder / SHARDS / f"{shard.number:04}.jsonl"


def cut_to(target: Path, source: Path, shard: Shard) -> None:
    """Cut a shard's file, anew where it is there: an earlier process may have left another's half.

    Raises RunError.
    """
    with on_disk(target.parent):
        target.parent.mkdir(exist_ok=True)
        with whole(target) as file:
            cut(source, shard, file)
