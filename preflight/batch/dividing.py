"""The shards of one request file that was scanned."""

from preflight.batch.shards import Shard, ShardLimits, split, whole
from preflight.requests.index import index
from preflight.requests.scan import Scan

NO_LIMIT = ShardLimits(1, 2**62, 2**62)


def divide(
    scan: Scan, limits: ShardLimits, *, renamed: bool, one: bool = False, by_model: bool = False
) -> tuple[Shard, ...]:
    """Divide the file, or leave it as it is where it is one shard within the limits.

    Args:
        scan: of the file.
        limits: of one shard.
        renamed: whether the provider cannot carry its custom_ids.
        one: whether it is one shard, whatever the limits are.
        by_model: whether each shard is to have the requests of one model alone.

    Raises:
        RequestFileError: the file cannot be read any more, or was changed while it was.
    """
    several_models = by_model and len(scan.models) > 1
    if not (renamed or several_models) and (one or _fits(scan, limits)):
        as_it_is = whole(scan.requests, scan.bytes, scan.tokens, closed=scan.ends_with_newline)
        return (as_it_is,)
    within = NO_LIMIT if one else limits
    return split(index(scan.path), within, by_model=several_models, renamed=renamed)


def _fits(scan: Scan, limits: ShardLimits) -> bool:
    return (
        scan.requests <= limits.max_requests
        and scan.bytes < limits.max_bytes
        and (limits.max_tokens is None or scan.tokens <= limits.max_tokens)
    )
