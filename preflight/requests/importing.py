"""What Vertex AI's importer refuses, seen in the parts of a request it would import as they are.

The importer behaves like BigQuery's: a schema is made of the whole file, so an object must not be
empty, nor nested too deep, a key must be a name it can have, and must keep its type from line to
line; one fault fails the whole job. What the gateway converts from messages is in order; what users
write freely, JSON schemas in `tools` and `response_format`, is where files fail.
Source: live captures of failed jobs (read 2026-10).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from msgspec import MsgspecError
from msgspec.json import decode

from preflight.requests.fault import Fault, quoted
from preflight.requests.portion import REMEMBERED

DEEPEST = 15
"""Levels of objects below the line."""

ADDED_LEVELS = {"tools": 1, "response_format": 0}
"""How many more levels than in the body it has once converted: `request.tools[]` has one more, and
`request.generationConfig.responseSchema` as many as `response_format.json_schema.schema`."""

UNNAMEABLE = frozenset('!"$()*,./;?@[\\]^`{}~')
"""Characters a column name cannot have, even a flexible one."""


@dataclass(slots=True)
class Importer:
    """The schema as it grows from line to line."""

    types: dict[tuple[str, ...], tuple[str, int]] = field(default_factory=dict)
    _known: set[int] = field(default_factory=set)

    def look(self, name: str, raw: bytes, line: int, offset: int) -> Iterator[Fault]:
        """Yield what is wrong with one `tools` or `response_format` that was not seen before."""
        key = hash((name, raw))
        if key in self._known:
            return
        if len(self._known) < REMEMBERED:
            self._known.add(key)
        try:
            value = decode(raw)
        except MsgspecError:
            return  # A number out of range: legal JSON, of which no schema can be made here.
        for code, message in self._walk((name,), value, ADDED_LEVELS[name], line):
            yield Fault(code, line, offset, message)

    def _walk(
        self, root: tuple[str, ...], value: Any, levels: int, line: int
    ) -> Iterator[tuple[str, str]]:
        todo: list[tuple[tuple[str, ...], Any, int]] = [(root, value, levels)]
        too_deep = False
        while todo:
            path, value, depth = todo.pop()
            if conflict := self._conflict(path, value, line):
                yield "import_type", conflict
            if isinstance(value, list):
                items = (*path[:-1], f"{path[-1]}[]")
                todo.extend((items, item, depth) for item in value)
            elif isinstance(value, dict):
                if not value:
                    yield "import_empty", f"{_dotted(path)} is an empty object"
                if depth + 1 > DEEPEST:
                    if not too_deep:
                        yield "import_depth", f"{_dotted(path)} is nested over {DEEPEST} deep"
                    too_deep = True
                    continue
                for key, item in value.items():
                    if not UNNAMEABLE.isdisjoint(key):
                        yield "import_name", f"{_dotted(path)} has a key {quoted(key)}"
                    todo.append(((*path, key), item, depth + 1))

    def _conflict(self, path: tuple[str, ...], value: Any, line: int) -> str:
        """A sentence where an earlier line has another type here."""
        kind = _kind(value)
        if not kind or (len(self.types) >= REMEMBERED and path not in self.types):
            return ""
        before, seen_on = self.types.setdefault(path, (kind, line))
        if before == kind:
            return ""
        return f"{_dotted(path)} is {kind} here and {before} on line {seen_on}"


def _kind(value: Any) -> str:
    """Its type in words; "" for null, which every type may be."""
    names = {dict: "an object", list: "an array", bool: "true or false", str: "a string"}
    return "" if value is None else names.get(type(value), "a number")


def _dotted(path: tuple[str, ...]) -> str:
    return quoted(".".join(path), 120).strip('"')
