"""Parts of a scan, looked through and summed up: the scan that one machine would have made."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import MsgspecError
from msgspec.json import Decoder

from preflight.requests.fault import quoted
from preflight.requests.kept import portion
from preflight.requests.local import Local
from preflight.requests.parts import VERSION, File, Header, Part, tiles
from preflight.requests.portion import Portion
from preflight.requests.ranges import Stretches
from preflight.requests.several import Scans, scans
from preflight.requests.stretch import Stretch
from preflight.requests.workers import Hands
from preflight.seams import UsageError
from preflight.version import VERSION as PREFLIGHT

if TYPE_CHECKING:
    from preflight.requests.source import Source

_header = Decoder(Header).decode
_part = Decoder(Part).decode

SHARD = "run `preflight scan FILE... --shard {}/{} --to PART.json`"


def headers(paths: Sequence[Path]) -> list[tuple[Path, Header]]:
    """Whose parts these are, all of one scan, in the order of its shards.

    Raises:
        UsageError: one is missing, is there twice, or is none of this scan.
    """
    found = [(path, _header_of(path)) for path in paths]
    (first, like), *others = found
    for path, header in others:
        if why := _foreign(header, like):
            raise UsageError(str(path), f"is a part of another scan than {first}: {why}", _ALONE)
    for path, header in found:
        if not tiles(header.places, [file.size for file in header.files], header.shard, header.of):
            what = f"does not hold what shard {header.shard} of {header.of} has"
            raise UsageError(str(path), what, _again(header.shard, header.of))
    by_shard: dict[int, Path] = {}
    for path, header in found:
        if header.shard in by_shard:
            where = f"{by_shard[header.shard]} and {path}"
            what = f"are both shard {header.shard} of {header.of}"
            raise UsageError(where, what, "name one of them")
        by_shard[header.shard] = path
    missing = [number for number in range(1, like.of + 1) if number not in by_shard]
    if missing:
        raise UsageError(
            "--parts",
            f"lacks {_listed(missing)} of {like.of}",
            _again(missing[0], like.of),
        )
    return sorted(found, key=lambda one: one[1].shard)


_ALONE = "name the parts of one scan"


def _listed(numbers: Sequence[int]) -> str:
    """`shard 3`, or `shards 3, 4, 5, 6, 7 and 12 more`."""
    few = 5
    shown = ", ".join(map(str, numbers[:few]))
    more = f" and {len(numbers) - few:,} more" if len(numbers) > few else ""
    return f"shard{'s' if len(numbers) > 1 else ''} {shown}{more}"


def _again(shard: int, of: int) -> str:
    return SHARD.format(shard, of)


def _header_of(path: Path) -> Header:
    try:
        header = _header(path.read_bytes())
    except OSError as error:
        raise UsageError(
            str(path), f"cannot be read ({error.strerror or error})", "name a part that is there"
        ) from error
    except (MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _damaged(path, error) from error
    if header.preflight != PREFLIGHT:
        what = f"was written by preflight {quoted(header.preflight, 20)}, and this is {PREFLIGHT}"
        raise UsageError(str(path), what, "read all shards with this version, or merge with that")
    return header


def _damaged(path: Path, error: Exception) -> UsageError:
    what = f"is no part of a scan, version {VERSION} ({error})"
    return UsageError(str(path), what, "name what `preflight scan --shard` wrote")


def _foreign(header: Header, like: Header) -> str:
    """Why it is of another scan; "" where it is not."""
    if header.of != like.of:
        return f"it is one of {header.of}, and that one of {like.of}"
    if [file.name for file in header.files] != [file.name for file in like.files]:
        return "they read other files"
    for file, other in zip(header.files, like.files, strict=True):
        if file != other:
            return f"{quoted(file.name, 200)} was changed in between"
    if header.asked != like.asked:
        return "they were asked with other options"
    return ""


def merged(parts: Sequence[tuple[Path, Header]], room: int) -> Scans:
    """The scan of the files, of what `headers` found, with room for so many faults of each code.

    A file is read again where ids may be repeated or schemas have to be compared: then it must be
    here, and must be the same still.

    Raises:
        UsageError: a part was damaged, or a file is not here.
    """
    files = parts[0][1].files
    sources = [_source(file) for file in files]
    sizes = [file.size for file in files]
    places = [place for _, header in parts for place in header.places]
    every = [
        Stretch(number, file, sources[file], start, stop, sizes[file])
        for number, (file, start, stop) in enumerate(places)
    ]
    stretches = tuple(tuple(own) for _, own in groupby(every, key=lambda one: one.file))
    hands = Hands(forked=False)
    portions, shared = Stretches(stretches, room, hands).summed(_portions(parts, room))
    return scans(sources, sizes, [""] * len(files), portions, shared)


def _portions(parts: Sequence[tuple[Path, Header]], room: int) -> Iterator[Portion]:
    """What was read of each place; one part is in memory at a time."""
    for path, header in parts:
        try:
            part = _part(path.read_bytes())
            if part.places != header.places or len(part.read) != len(part.places):
                raise ValueError("it was changed, or has not all that was read")  # noqa: TRY301
            portions = [portion(one, room) for one in part.read]
        except (MsgspecError, ValueError, OverflowError, RecursionError) as error:
            raise _damaged(path, error) from error
        yield from portions


def _source(file: File) -> "Source":
    """The file, as it was read: by whoever asks it, it is looked at again."""
    if "://" in file.name:
        from preflight.requests.remote import Remote  # noqa: PLC0415 - few are far away

        return Remote(file.name, file.size, file.mark)
    return Local(file.name, str(Path(file.name).absolute()), file.size, file.mark)
