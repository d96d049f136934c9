"""The bundle's file: written whole or not at all, and read with distrust."""

import hashlib
import stat
from pathlib import Path
from typing import NoReturn

from msgspec import DecodeError, Raw, ValidationError
from msgspec.json import Decoder, decode, encode

from preflight.batch.disk import whole
from preflight.bundle.shape import FORMAT, VERSION, Content, Envelope
from preflight.seams import UsageError

LARGEST = 16 * 1024 * 1024
"""Bytes. A stack of four providers makes some 50 kB; read, a byte may take twenty of memory."""

AGAIN = "collect again with `preflight collect`"
_HEAD = Decoder(dict[str, Raw])
_ARCHIVES = (b"PK", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")


def write(content: Content, path: Path) -> None:
    """Write it beside its name and rename it. Raises UsageError where it is too large to read."""
    inside = encode(content)
    digest = hashlib.sha256(inside).hexdigest()
    text = encode(Envelope(format=FORMAT, version=VERSION, sha256=digest, content=Raw(inside)))
    if len(text) > LARGEST:
        raise UsageError(
            str(path),
            f"would have {len(text):,} bytes, over the {LARGEST:,} that a bundle may have",
            "collect fewer targets with --provider, --region and --model",
        )
    with whole(path) as file:
        file.write(text + b"\n")


def read(path: Path) -> Content:
    """Read it. Raises UsageError for whatever is no whole, unchanged bundle of this version."""
    text = _bytes(path)
    if text.startswith(_ARCHIVES):
        _refuse(path, "is an archive, and a bundle is one JSON document", AGAIN)
    try:
        # Of another version only these two have to be there.
        head = _HEAD.decode(text)
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(
            str(path), f"is no whole JSON ({_short(error)}): cut off, or no bundle", AGAIN
        ) from None
    if _plain(head.get("format")) != FORMAT:
        _refuse(path, "is no bundle of preflight", AGAIN)
    version = _plain(head.get("version"))
    if version != VERSION or isinstance(version, bool):
        what = f"is a bundle of version {_shown(version)}; this preflight reads {VERSION}"
        _refuse(path, what, "use the preflight that collected it")
    try:
        envelope = decode(text, type=Envelope)
        if hashlib.sha256(bytes(envelope.content)).hexdigest() != envelope.sha256:
            _refuse(path, "was changed after it was collected: its checksum does not match", AGAIN)
        return decode(envelope.content, type=Content)
    except (ValidationError, DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(str(path), f"is no bundle ({_short(error)})", AGAIN) from None


def _bytes(path: Path) -> bytes:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            _refuse(path, "is no regular file", "name a bundle")
        if found.st_size <= LARGEST:
            with path.open("rb") as file:
                # One more than it may have: it may grow while it is read.
                text = file.read(LARGEST + 1)
            if len(text) <= LARGEST:
                return text
    except OSError as error:
        raise UsageError(
            str(path), f"cannot be read ({error.strerror})", "name a bundle that can"
        ) from None
    return _refuse(path, f"is larger than any bundle, over {LARGEST:,} bytes", AGAIN)


def _refuse(path: Path, what: str, remedy: str) -> NoReturn:
    raise UsageError(str(path), what, remedy)


def _plain(raw: Raw | None) -> object:
    """A number or a text; None for all else."""
    try:
        return None if raw is None else decode(raw, type=int | str)
    except ValidationError:
        return None


def _shown(value: object) -> str:
    return "unknown" if value is None else str(value)[:20]


def _short(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:200]
