"""What the processes that `preflight scan --jobs` makes take, from their start to their end."""

import resource
import sys
import time
from pathlib import Path

from preflight.requests.remote import pinned
from preflight.requests.several import scan_files


def used() -> float:
    """Seconds of the processor that this process has used, and those that it has waited for."""
    own, ended = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime


name, jobs = sys.argv[1], int(sys.argv[2])
source = pinned(name) if "://" in name else Path(name)
cpu, wall = used(), time.perf_counter()
scan_files([source], jobs=jobs)
print("inside", time.perf_counter() - wall, used() - cpu)
