"""Freed memory that is kept while a stretch is read, where a worker gives all of it back at once.

Dask starts its workers with MALLOC_TRIM_THRESHOLD_=65536, so that what a task leaves goes back to
the system. To a task that fills and frees a block of lines ten thousand times this means as many
times the same pages from the system anew, which takes longer than all that is done with them.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

TRIM, MMAP = -1, -3
"""What glibc's mallopt calls the two thresholds."""

TRIM_VARIABLE, MMAP_VARIABLE = "MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"
MMAP_BYTES = 128 << 10
"""glibc's own threshold, where a variable has turned its adjusting off."""

KEPT = 64 << 20
"""Bytes: more than a stretch's blocks have together, and less than anybody would miss."""


@contextmanager
def kept() -> Iterator[None]:
    """Keep what is freed until the block ends; nothing changes where it is kept anyway."""
    if TRIM_VARIABLE not in os.environ:
        yield
        return
    import ctypes  # noqa: PLC0415 - only a worker needs it

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:  # Another allocator than glibc's reads no such variable.
        yield
        return
    mallopt(TRIM, KEPT)
    mallopt(MMAP, KEPT // 2)
    try:
        yield
    finally:
        mallopt(TRIM, _bytes(TRIM_VARIABLE, KEPT))
        mallopt(MMAP, _bytes(MMAP_VARIABLE, MMAP_BYTES))


def _bytes(variable: str, otherwise: int) -> int:
    said = os.environ.get(variable, "")
    return int(said) if said.isdecimal() else otherwise
