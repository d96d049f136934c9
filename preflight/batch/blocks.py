"""A file as blocks of whole lines, wherever its lines end, in flat memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from preflight.requests.lines import LONGEST_LINE

BLOCK = 256 << 10
"""Bytes read at a time."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines without their newlines. `offset` is the first one's byte in the file."""

    offset: int
    raw: bytes
    lines: list[bytes]


@dataclass(frozen=True, slots=True)
class TooLong:
    """A line over LONGEST_LINE bytes, which is not read: no request and no result is so long."""

    offset: int
    size: int


def blocks(file: BinaryIO) -> Iterator[Block | TooLong]:
    """Every line of a file from its start to its end, the last one also without a newline."""
    offset, carried, carry = 0, 0, list[bytes]()
    while buffer := file.read(BLOCK):
        end = buffer.rfind(b"\n")
        if end < 0:
            carried += len(buffer)
            if carried <= LONGEST_LINE:
                carry.append(buffer)
            else:
                carry.clear()
            continue
        if carried > LONGEST_LINE:
            first = buffer.find(b"\n")
            yield TooLong(offset, carried + first)
            offset += carried + first + 1
            whole = buffer[first + 1 : end] if first < end else None
        else:
            whole = b"".join((*carry, buffer[:end]))
        if whole is not None:
            yield Block(offset, whole, whole.split(b"\n"))
            offset += len(whole) + 1
        rest = buffer[end + 1 :]
        carried, carry = len(rest), [rest] if rest else []
    if carried > LONGEST_LINE:
        yield TooLong(offset, carried)
    elif carried:
        whole = b"".join(carry)
        yield Block(offset, whole, [whole])
