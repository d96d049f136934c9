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


def turns(*changes: Callable[[dict[str, Any]], object]) -> Edit:
    """Every request changed in its place; the changes take turns."""

    def edit(lines: Lines) -> Lines:
        return [_changed(line, changes[number % len(changes)]) for number, line in enumerate(lines)]

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


def bom(lines: Lines) -> Lines:
    """A byte order mark stands before the first request."""
    return [BOM + lines[0], *lines[1:]]


def half_emoji(lines: Lines) -> Lines:
    """The last prompt begins with one of the two escapes that make an emoji."""
    begun = b'"content": "'
    return [*lines[:-1], lines[-1].replace(begun, begun + b"\\ud83d", 1)]


def numbered(lines: Lines) -> Lines:
    """The ids are numbers of six digits, written as texts."""
    return [
        _changed(line, fields(custom_id=f"{number:06d}")) for number, line in enumerate(lines, 1)
    ]


def schemas(*properties: dict[str, Any]) -> Edit:
    """Each request asks for answers of a JSON Schema; the given parts of it take turns."""

    def edit(lines: Lines) -> Lines:
        return [
            _changed(line, body(response_format=_schema(properties[number % len(properties)])))
            for number, line in enumerate(lines)
        ]

    return edit


def nested(depth: int) -> dict[str, Any]:
    """A part of a JSON Schema with so many objects in each other."""
    inner: dict[str, Any] = {"type": "object"}
    for _ in range(depth):
        inner = {"type": "object", "properties": {"inner": inner}}
    return inner


def _schema(part: dict[str, Any]) -> dict[str, Any]:
    named = {"name": "answer", "schema": {"type": "object", **part}}
    return {"type": "json_schema", "json_schema": named}


def unicode_ids(lines: Lines) -> Lines:
    """The ids are words of other scripts than Latin."""
    return [
        _changed(line, fields(custom_id=f"\u95ee\u9898-\u03b1-{number}"))
        for number, line in enumerate(lines)
    ]


def crlf(lines: Lines) -> Lines:
    """The lines end as on Windows."""
    return [line.rstrip(b"\n") + b"\r\n" for line in lines]


def no_last_newline(lines: Lines) -> Lines:
    """The last line has no end."""
    return [*lines[:-1], lines[-1].rstrip(b"\n")]


def plain_utf8(lines: Lines) -> Lines:
    """The last prompt begins with an emoji, as it is."""
    begun = b'"content": "'
    return [*lines[:-1], lines[-1].replace(begun, begun + "\U0001f642 ".encode(), 1)]


def reversed_fields(lines: Lines) -> Lines:
    """The fields stand in another order."""
    return [json.dumps(dict(reversed(json.loads(line).items()))).encode() + b"\n" for line in lines]


def blanks(lines: Lines) -> Lines:
    """There are blanks before the requests, behind them and around their values."""
    return [
        b" \t" + json.dumps(json.loads(line), separators=(" , ", "\t: ")).encode() + b"  \n"
        for line in lines
    ]


def renamed(old: str, new: str) -> Callable[[dict[str, Any]], None]:
    """A change: the field of the body has another name."""

    def change(request: dict[str, Any]) -> None:
        request["body"][new] = request["body"].pop(old)

    return change


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
