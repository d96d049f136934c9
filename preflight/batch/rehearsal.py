"""Before much is paid for: does what the provider keeps come back by the route of the results?

The uploaded file itself is read back. It costs nothing, and a gateway that cannot give back a file
of this account is found out before the first job, and not after the last.
"""

import time
from collections.abc import Callable

from preflight.batch.canary_readback import Downloader, read_back
from preflight.batch.journal import Journal
from preflight.batch.refusals import Declined
from preflight.batch.shipment import Shipment
from preflight.seams import RunError

LARGE_REQUESTS = 1000
LARGE_BYTES = 10_000_000
"""What one job has at the least for its run to be rehearsed."""

STEP = "rehearsal"
_REMEDY = "repair that, or send without a rehearsal: --no-rehearsal"


def large(parcel: Shipment) -> bool:
    """Whether so much is sent that a rehearsal is worth its download."""
    return parcel.requests >= LARGE_REQUESTS or parcel.size >= LARGE_BYTES


def rehearse(
    run: Journal,
    parcel: Shipment,
    file_id: str,
    gateway: Downloader,
    *,
    say: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Read the uploaded file back, once in a run.

    Args:
        run: the journal of the run as a whole.
        parcel: what was uploaded; its file is still there.
        file_id: under which it was.
        gateway: where it is.
        say: told what came of it.
        sleep: between looks for a file that was uploaded just now.

    Raises:
        RunError: it does not come back, or not all of it.
    """
    if run.last(STEP) is not None:
        return
    to = run.folder / "rehearsal.jsonl"
    try:
        found = read_back(gateway, file_id, parcel.file, to, sleep)
    except Declined as declined:
        raise RunError(
            parcel.stem,
            f"what was uploaded cannot be read back as results will be ({declined.what})",
            _REMEDY,
        ) from declined
    if found.lost:
        raise RunError(
            parcel.stem,
            f"{len(found.lost):,} of {parcel.requests:,} requests that were uploaded do not come "
            f"back, the first is {found.lost[0]}",
            _REMEDY,
        )
    run.write(run.attempt, STEP, "answer", size=found.size, same=found.same)
    say(f"what was uploaded comes back whole ({found.size:,} bytes): so will the results")
