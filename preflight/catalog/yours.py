"""The user's own tables: a TOML file whose rows stand before those that come with preflight.

It is named by `--tables` or PREFLIGHT_TABLES and holds for the whole process: it is a part of its
configuration, as the environment is.
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from preflight.catalog.source import Source
from preflight.seams import UsageError

VARIABLE = "PREFLIGHT_TABLES"
"""The environment variable that names the file where no option does."""

_COUNT, _FLAG, _DAY = "a whole number above 0", "true or false", "a date, as in 2027-01-31"
_SOME = "a whole number"
_NAMES = "a list of names"
_WHYS = "a table of pattern = reason"
_COUNTS = "a table of model = whole number"
_DAYS = "a table of model = date, or false where none is announced"
_PRICES = "a table of model = { input = dollars, output = dollars }"
_PRICE = "{ input = dollars, output = dollars }, each for a million tokens of a batch"

_OF_A_PROVIDER = {
    "takes": _NAMES,
    "refused": _WHYS,
    "retires": _DAYS,
    "most_output": _COUNTS,
    "parameters": _NAMES,
    "max_requests": _COUNT,
    "max_bytes": _COUNT,
    "prices": _PRICES,
}
SCHEMA: Mapping[str, Mapping[str, str]] = {
    "openai": {**_OF_A_PROVIDER, "queue_tokens": _COUNTS, "queue_requests": _COUNTS},
    "azure": _OF_A_PROVIDER,
    "vertex": _OF_A_PROVIDER,
    "bedrock": _OF_A_PROVIDER,
    "gateway": {
        "max_bytes": _COUNT,
        "max_open_batches": _SOME,
        "counts_tokens": _FLAG,
        "lists_models": _FLAG,
    },
}
"""Section -> row -> what it is."""


class Yours(NamedTuple):
    """What the file says; nothing where there is none."""

    file: str = ""
    read_on: str = ""
    sections: Mapping[str, Mapping[str, Any]] = MappingProxyType({})

    @property
    def source(self) -> Source:
        """What an answer cites that rests on it."""
        return Source(f"your tables {self.file}", self.read_on)

    def row(self, section: str, name: str) -> Any:
        """One row; None where the file does not have it."""
        return self.sections.get(section, {}).get(name)

    def of_model(self, section: str, name: str, model: str) -> Any:
        """A model's value in one row; None where the file does not have it."""
        return (self.row(section, name) or {}).get(model)


_in_force = [Yours()]


def yours() -> Yours:
    """The tables in force."""
    return _in_force[0]


def use(file: str | None) -> None:
    """Put a file's tables in force; None or "": those that come with preflight alone.

    Raises:
        UsageError: it cannot be read, is no TOML, or has a row that means nothing.
    """
    _in_force[0] = read(file) if file else Yours()


def read(file: str) -> Yours:
    """The tables of a file. Raises UsageError."""
    try:
        text = Path(file).read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no UTF-8"
        what = f"cannot be read ({reason})"
        raise UsageError(file, what, "name a TOML file of tables") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(file, f"is no TOML: {error}", "repair that line") from error
    day = table.pop("read_on", None)
    if day is not None and not _fits(day, _DAY):
        raise _wrong(file, "read_on", _DAY)
    for section, rows in table.items():
        _known(file, section, "", (*SCHEMA, "read_on"))
        if not isinstance(rows, dict):
            raise _wrong(file, section, f"a table: [{section}]")
        for name, value in rows.items():
            _known(file, name, f"{section}.", SCHEMA[section])
            _check(file, f"{section}.{name}", value, SCHEMA[section][name])
    return Yours(file, "" if day is None else day.isoformat(), table)


def _known(file: str, name: str, where: str, names: Any) -> None:
    if name in names:
        return
    near = get_close_matches(name, list(names), 1)
    remedy = f"did you mean {where}{near[0]}?" if near else f"it knows {', '.join(names)}"
    raise UsageError(file, f"has {where}{name}, which means nothing", remedy)


def _check(file: str, where: str, value: Any, kind: str) -> None:
    """Raise UsageError with the place of the first value that is not of its kind."""
    if kind == _NAMES:
        if not isinstance(value, list):
            raise _wrong(file, where, kind)
        for number, name in enumerate(value):
            if not isinstance(name, str) or not name:
                raise _wrong(file, f"{where}[{number}]", "a name")
        return
    each = {
        _WHYS: "a reason",
        _COUNTS: _COUNT,
        _DAYS: f"{_DAY}, or false",
        _PRICES: _PRICE,
    }.get(kind)
    if each is None:
        if not _fits(value, kind):
            raise _wrong(file, where, kind)
        return
    if not isinstance(value, dict):
        raise _wrong(file, where, kind)
    for key, one in value.items():
        if not _fits(one, each):
            raise _wrong(file, f'{where}."{key}"', each)


def _fits(value: Any, kind: str) -> bool:
    if kind == _FLAG:
        return isinstance(value, bool)
    if kind in (_COUNT, _SOME):
        least = int(kind == _COUNT)
        return isinstance(value, int) and not isinstance(value, bool) and value >= least
    if kind == "a reason":
        return isinstance(value, str) and bool(value)
    if kind == _PRICE:
        return (
            isinstance(value, dict)
            and set(value) == {"input", "output"}
            and all(type(one) in (int, float) and 0 <= one < inf for one in value.values())
        )
    # A time of day is a date to Python, too.
    return type(value) is date or (value is False and kind != _DAY)


def _wrong(file: str, where: str, kind: str) -> UsageError:
    return UsageError(file, f"has something else than {kind} at {where}", f"make {where} {kind}")
