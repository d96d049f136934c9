"""How a request file is divided into shards, and a shard's file cut from it.

A shard is described in a few numbers. Its file is cut from the run's copy of the request file when
it is needed, and can be cut again, byte for byte the same, at any time.
"""

from preflight.batch.shards.cutting import cut, renamed
from preflight.batch.shards.shard import Shard, ShardLimits, whole
from preflight.batch.shards.splitting import Entry, split
from preflight.requests.identifier import ordinal, sent_id

__all__ = [
    "Entry",
    "Shard",
    "ShardLimits",
    "cut",
    "ordinal",
    "renamed",
    "sent_id",
    "split",
    "whole",
]
