"""Whether ids that were read may be repeated at all: those that rise from line to line are not."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from preflight.requests.identities import Identities, behind


def entangled(files: Sequence[Sequence[Identities]]) -> list[int]:
    """The files, of whose stretches these are the ids, that may hold an id more than once.

    Files whose ids rise from line to line hold none twice; they share none with a file that ends
    before they begin.
    """
    held = [number for number, ids in enumerate(files) if any(map(_held, ids))]
    if not all(in_order(files[number]) for number in held):
        return held
    spans = sorted((*_span(files[number]), number) for number in held)
    met: set[int] = set()
    furthest = spans[0] if spans else None
    for one in spans[1:]:
        if furthest is not None and one[0] <= furthest[1]:
            met |= {one[2], furthest[2]}
        if furthest is None or one[1] > furthest[1]:
            furthest = one
    return sorted(met)


def in_order(several: Iterable[Identities]) -> bool:
    """Whether the ids of stretches that follow each other are one increasing run."""
    runs = [one for one in several if _held(one)]
    return all(one.ran_to is None for one in runs) and all(
        behind(str(one.last), str(later.first)) for one, later in pairwise(runs)
    )


def _held(ids: Identities) -> bool:
    """Whether there are any."""
    return ids.first is not None or ids.ran_to is not None


def _span(several: Iterable[Identities]) -> tuple[tuple[int, str], tuple[int, str]]:
    """The first and the last of ids that are in order, to be compared with those of others."""
    runs = [one for one in several if _held(one)]
    first, last = str(runs[0].first), str(runs[-1].last)
    return (len(first), first), (len(last), last)
