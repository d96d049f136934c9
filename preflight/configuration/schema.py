"""The JSON Schema of the configuration file, by which editors complete and check it."""

from collections.abc import Mapping
from typing import Any

from preflight.commands.durations import LONGEST_SECONDS, MOST
from preflight.configuration.option import Option, Takes
from preflight.configuration.table import OPTIONS, RIVALS, TABLES, of_command, rows

_TEXT = {"type": "string", "minLength": 1}
_SECONDS = {"type": "number", "exclusiveMinimum": 0, "maximum": LONGEST_SECONDS}


def schema() -> dict[str, Any]:
    """Of preflight.toml; in pyproject.toml it is that of the table tool.preflight."""
    names = dict.fromkeys(option.name for option in OPTIONS)
    every = {name: _several(rows(name)) for name in names}
    tables = {
        name: _object({key: _described(option) for key, option in of_command(name).items()})
        for name in TABLES
    }
    described = {name: {"description": f"for `preflight {name}` alone"} for name in TABLES}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "preflight.toml",
        "description": "What a team sets once for preflight; docs/configuration.md",
        **_object(every | {name: tables[name] | described[name] for name in TABLES}),
    }


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    shape = {"type": "object", "additionalProperties": False, "properties": dict(properties)}
    both = [{"not": {"required": list(pair)}} for pair in RIVALS if set(pair) <= set(properties)]
    return {**shape, "allOf": both} if both else shape


def _several(options: tuple[Option, ...]) -> dict[str, Any]:
    if len(options) == 1:
        return _described(options[0])
    shapes: list[dict[str, Any]] = []
    for option in options:
        shape = _shape(option)
        if shape not in shapes:
            shapes.append(shape)
    words = "; ".join(f"{', '.join(option.commands)}: {option.meaning}" for option in options)
    return {"description": words} | (shapes[0] if len(shapes) == 1 else {"anyOf": shapes})


def _described(option: Option) -> dict[str, Any]:
    default = {} if option.default is None else {"default": option.default}
    return {"description": option.meaning, **_shape(option), **default}


def _shape(option: Option) -> dict[str, Any]:
    report = {"type": "string", "pattern": f"^({'|'.join(option.choices)})(:.+)?$"}
    shapes: dict[Takes, dict[str, Any]] = {
        Takes.FLAG: {"type": "boolean"},
        Takes.SECONDS: _SECONDS,
        Takes.COUNT: {"type": "integer", "minimum": 1, "maximum": MOST},
        Takes.CHOICE: {"enum": list(option.choices)},
        Takes.CHOICES: _list({"enum": list(option.choices)}),
        Takes.REPORTS: _list(report),
        Takes.CHECKS: _list(_TEXT),
    }
    return dict(shapes.get(option.takes, _TEXT))


def _list(entry: Mapping[str, Any]) -> dict[str, Any]:
    """One entry may stand alone."""
    return {"anyOf": [{"type": "array", "items": dict(entry)}, dict(entry)]}
