"""The shards of one request file that was scanned."""

from collections.abc import Mapping

from preflight.batch.shards import Shard, ShardLimits, split, whole
from preflight.requests.index import index
from preflight.requests.scan import Scan

NO_LIMIT = ShardLimits(1, 2**62, 2**62)


def divide(
    scan: Scan,
    limits: ShardLimits,
    *,
    renamed: bool,
    one: bool = False,
    by_model: bool = False,
    each: Mapping[str, ShardLimits] | None = None,
) -> tuple[Shard, ...]:
    """Divide the file, or leave it as it is where it is one shard within the limits.

    Args:
        scan: of the file.
        limits: of one shard.
        renamed: whether the provider cannot carry its custom_ids.
        one: whether it is one shard, whatever the limits are.
        by_model: whether each shard is to have the requests of one model alone; not with `one`.
        each: the limits of a model, where they are others.

    Raises:
        RequestFileError: the file cannot be read any more, or was changed while it was.
    """
    several = by_model and not one and len(scan.models) > 1
    if not (renamed or several) and (one or _fits(scan, limits)):
        as_it_is = whole(scan.requests, scan.bytes, scan.tokens, closed=scan.ends_with_newline)
        return (as_it_is,)
    within = NO_LIMIT if one else limits
    return split(index(scan.path), within, by_model=several, renamed=renamed, each=each or {})


def _fits(scan: Scan, limits: ShardLimits) -> bool:
    return (
        scan.requests <= limits.max_requests
        and scan.bytes < limits.max_bytes
        and (limits.max_tokens is None or scan.tokens <= limits.max_tokens)
    )
