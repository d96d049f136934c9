"""Changes to a request file, as editors, exports and scripts make them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Lines = list[bytes]
Edit = Callable[[Lines], Lines]
"""The file's lines, with their ends -> those that it has from now on."""

BOM = b"\xef\xbb\xbf"


def apply_to(path: Path, edit: Edit) -> None:
    """Edit the file in its place."""
    path.write_bytes(b"".join(edit(path.read_bytes().splitlines(keepends=True))))


def each(change: Callable[[dict[str, Any]], object]) -> Edit:
    """Every request changed in its place."""

    def edit(lines: Lines) -> Lines:
        return [_changed(line, change) for line in lines]

    return edit


def last(change: Callable[[dict[str, Any]], object]) -> Edit:
    """The last request changed in its place."""

    def edit(lines: Lines) -> Lines:
        return [*lines[:-1], _changed(lines[-1], change)]

    return edit


def fields(**values: object) -> Callable[[dict[str, Any]], None]:
    """A change: these fields of the request have these values."""
    return lambda request: request.update(values)


def without(*names: str) -> Callable[[dict[str, Any]], None]:
    """A change: the request lacks these fields."""

    def change(request: dict[str, Any]) -> None:
        for name in names:
            del request[name]

    return change


def body(**values: object) -> Callable[[dict[str, Any]], None]:
    """A change: these fields of the body have these values."""
    return lambda request: request["body"].update(values)


def bare(*names: str) -> Callable[[dict[str, Any]], None]:
    """A change: the body lacks these fields."""
    return lambda request: without(*names)(request["body"])


def same_id(lines: Lines) -> Lines:
    """The last request takes the first one's id."""
    return last(fields(custom_id=json.loads(lines[0])["custom_id"]))(lines)


def cut_off(lines: Lines) -> Lines:
    """The last line is cut off in the middle."""
    return [*lines[:-1], lines[-1][:40]]


def blank_line(lines: Lines) -> Lines:
    """There is a blank line after the first one."""
    return [lines[0], b"\n", *lines[1:]]


def joined(lines: Lines) -> Lines:
    """The first two requests stand on one line."""
    return [lines[0].rstrip(b"\n") + b" ", *lines[1:]]


def as_array(lines: Lines) -> Lines:
    """The requests are one array on one line."""
    return [json.dumps([json.loads(line) for line in lines]).encode() + b"\n"]


def pretty(lines: Lines) -> Lines:
    """Every request is spread over many lines."""
    return [json.dumps(json.loads(line), indent=2).encode() + b"\n" for line in lines]


def latin(lines: Lines) -> Lines:
    """The last request has a letter in Latin-1."""
    return [*lines[:-1], lines[-1].replace(b'"content": "', b'"content": "\xe9', 1)]


def empty(lines: Lines) -> Lines:
    """Nothing is left."""
    del lines
    return []


def many(count: int) -> Edit:
    """So many requests, each with an id of its own and a short prompt."""

    def edit(lines: Lines) -> Lines:
        request = json.loads(lines[0])
        request["body"]["messages"] = [{"role": "user", "content": "Hi"}]
        request["custom_id"] = "r%07d"
        line = json.dumps(request).encode() + b"\n"
        return [line % number for number in range(count)]

    return edit


def _changed(line: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    request = json.loads(line)
    change(request)
    return json.dumps(request).encode() + b"\n"
