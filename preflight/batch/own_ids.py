"""Which ids requests were sent under, and which are their own, by what split and fix wrote down.

A request file may have been repaired (custom_ids replaced), repaired again for another provider,
and then divided (custom_ids replaced by numbers). Each step wrote beside its files what undoes it,
and of which file that is, by its SHA-256: in whichever order they are named, they go in theirs.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from preflight.batch.joining import Renaming
from preflight.batch.manifest import Manifest
from preflight.batch.manifest import read as read_manifest
from preflight.batch.requests_named import Requests
from preflight.requests.lines import looked_at
from preflight.requests.renames import FORMAT as IDS
from preflight.requests.renames import Head, Renames
from preflight.requests.renames import head as read_head
from preflight.seams import UsageError

_MOST_BYTES = 256 << 20
"""Of a manifest: no division has so many shards."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What a merge goes by.

    Attributes:
        divided: the requests were sent as shards of this division; None: of none that is known.
        renaming: gives results their own ids again; None: they have them.
    """

    divided: Manifest | None = None
    renaming: Renaming | None = None


def undone(requests: Path, manifests: Sequence[Path]) -> Undone:
    """Put what was written down in order, from the file that results are joined to.

    Args:
        requests: that file: the one that was sent, or the one that it was repaired from.
        manifests: of `preflight split` and `preflight fix`.

    Raises:
        UsageError: one is no manifest, or of another file.
        OSError: one cannot be read.
    """
    if not manifests:
        return Undone()
    divisions: dict[Path, Manifest] = {}
    heads: dict[Path, Head] = {}
    for path in manifests:
        found = _read(path)
        if isinstance(found, Manifest):
            divisions[path] = found
        else:
            heads[path] = found
    with requests.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    divided = next((one for one in divisions.values() if one.sha256 == sha256), None)
    back = _chain(heads, sha256, back=True)
    ahead = [] if back else _chain(heads, sha256, back=False)
    known = {*back, *ahead}
    for path in (*divisions, *heads):
        if path not in known and divisions.get(path) is not divided:
            raise _of_another(path, requests)
    if back:
        return Undone(divided, _Back(tuple(Renames(path) for path in back)))
    if ahead:
        return Undone(None, _Ahead(tuple(Renames(path) for path in ahead)))
    return Undone(divided)


def _read(path: Path) -> Manifest | Head:
    if path.is_dir():
        path /= "manifest.json"
    if looked_at(path).st_size > _MOST_BYTES and not _has_ids(path):
        raise UsageError(str(path), "is too large for a manifest", "name the manifest")
    return read_head(path) if _has_ids(path) else read_manifest(path)


def _has_ids(path: Path) -> bool:
    with path.open("rb") as file:
        first = file.readline(1 << 16)
    try:
        return bool(json.loads(first)["format"] == IDS)
    except (ValueError, TypeError, KeyError, RecursionError):
        return False


def _chain(heads: dict[Path, Head], sha256: str, *, back: bool) -> list[Path]:
    """From a file to what it was repaired from and so on; or the other way round."""
    found: list[Path] = []
    of = {(head.after if back else head.before): path for path, head in heads.items()}
    while (path := of.pop(sha256, None)) is not None:
        sha256 = heads[path].before if back else heads[path].after
        found.append(path)
    return found


def _of_another(path: Path, requests: Path) -> UsageError:
    return UsageError(
        str(path),
        f"is not of {requests}, as that is now",
        "name the request file that it was written for, unchanged, with --requests",
    )


@dataclass(frozen=True, slots=True)
class _Back:
    """The requests are those that were sent: their results get the ids from before the repair."""

    steps: tuple[Renames, ...]

    def __call__(self, requests: Requests) -> Requests:
        called = requests.custom_ids
        for step in self.steps:
            called = step.own(called)
        return requests if called == requests.custom_ids else replace(requests, called=called)


@dataclass(frozen=True, slots=True)
class _Ahead:
    """The requests are those from before the repair: what was sent has other ids."""

    steps: tuple[Renames, ...]

    def __call__(self, requests: Requests) -> Requests:
        first, *others = self.steps
        own = requests.custom_ids
        sent = first.sent(
            [int(one) if at in requests.numeric else one for at, one in enumerate(own)]
        )
        for step in others:
            sent = step.sent(sent)
        if sent == own:
            return requests
        return replace(requests, custom_ids=sent, called=own, numeric=frozenset())
