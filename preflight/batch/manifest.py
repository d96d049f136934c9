"""What `preflight split` writes beside the shards: which requests are where, under which ids.

manifest.json is one document with a version; ids.jsonl has a line for each request whose custom_id
was replaced, in the order of the request file: `line`, `sent`, `custom_id`.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from msgspec.json import encode

from preflight.batch.blocks import TooLong
from preflight.batch.requests_named import requests_named
from preflight.batch.shards import Shard
from preflight.requests.renames import Rename
from preflight.seams import UsageError

FORMAT, VERSION = "preflight-split", 1
NAME = "manifest.json"
IDS = "ids.jsonl"


@dataclass(frozen=True, slots=True)
class ShardFile:
    """One shard as it was written. `last`: number of its last line in the request file, from 1."""

    shard: Shard
    file: str
    sha256: str
    last: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """Of one division.

    Attributes:
        provider: whose limits the shards keep.
        requests: name of the request file.
        sha256: of that file, in hex.
        count: requests in it.
        bytes: of it.
        files: in the order of the shards.
    """

    provider: str
    requests: str
    sha256: str
    count: int
    bytes: int
    files: tuple[ShardFile, ...]

    @property
    def renamed(self) -> bool:
        """Whether the custom_ids were replaced: in all shards, or in none."""
        return any(one.shard.renamed for one in self.files)

    def as_dict(self) -> dict[str, Any]:
        """The document."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "provider": self.provider,
            "requests": {
                "file": self.requests,
                "sha256": self.sha256,
                "count": self.count,
                "bytes": self.bytes,
            },
            "ids": IDS if self.renamed else None,
            "shards": [_written(one) for one in self.files],
        }


def _written(one: ShardFile) -> dict[str, Any]:
    shard = one.shard
    return {
        "number": shard.number,
        "file": one.file,
        "sha256": one.sha256,
        "count": shard.requests,
        "bytes": shard.bytes,
        "tokens": shard.tokens,
        "model": shard.model,
        "first_line": shard.first + 1,
        "last_line": one.last,
        "start": shard.start,
        "end": shard.end,
        "renamed": shard.renamed,
    }


def read(path: Path) -> Manifest:
    """Read one. Raises UsageError for any other file; OSError."""
    try:
        found = json.loads(path.read_bytes())
        if found["format"] != FORMAT:
            raise _other(path)
        if found["version"] != VERSION:
            raise UsageError(str(path), "is of another version", "use the preflight that wrote it")
        requests = found["requests"]
        return Manifest(
            str(found["provider"]),
            str(requests["file"]),
            str(requests["sha256"]),
            int(requests["count"]),
            int(requests["bytes"]),
            tuple(map(_read, found["shards"])),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _other(path) from error


def _read(one: dict[str, Any]) -> ShardFile:
    shard = Shard(
        number=one["number"],
        model=one["model"],
        requests=one["count"],
        bytes=one["bytes"],
        tokens=one["tokens"],
        start=one["start"],
        end=one["end"],
        first=one["first_line"] - 1,
        renamed=one["renamed"],
    )
    return ShardFile(shard, str(one["file"]), str(one["sha256"]), int(one["last_line"]))


def _other(path: Path) -> UsageError:
    return UsageError(
        str(path),
        "is not what `preflight split` or `preflight fix` wrote beside its files",
        f"name a {NAME}, or a file that ends in .ids",
    )


def last_lines(requests: Path, shards: Iterable[Shard], ids: BinaryIO | None) -> dict[int, int]:
    """The number of each shard's last line, by the shard's number, in one reading.

    Args:
        requests: a request file without blank lines.
        shards: that it is divided into.
        ids: where the ids that are replaced are written; None: none are.
    """
    waiting = sorted(shards, key=_end, reverse=True)
    found: dict[int, int] = {}
    with requests.open("rb", buffering=0) as file:
        for some in requests_named(file):
            if isinstance(some, TooLong):
                continue  # a file with such a line is not divided
            for number, offset in enumerate(some.offsets, some.first):
                while waiting and waiting[-1].end <= offset:
                    found[waiting.pop().number] = number
            if ids is not None:
                _write_ids(ids, some.first, some.sent_ids(), some.custom_ids)
            total = some.first + len(some.lines)
    found.update((shard.number, total) for shard in waiting)
    return found


def _write_ids(ids: BinaryIO, first: int, sent: list[str], custom_ids: list[str]) -> None:
    pairs = enumerate(zip(sent, custom_ids, strict=True), first + 1)
    ids.writelines(encode(Rename(line, name, own)) + b"\n" for line, (name, own) in pairs)


def _end(shard: Shard) -> int:
    return shard.end
