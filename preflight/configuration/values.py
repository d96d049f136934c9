"""What a file or the environment says of an option, understood or refused."""

import os
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from preflight.commands.durations import count, seconds
from preflight.configuration.option import LISTS, Option, Takes

_TRUTH = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
_SHOWN = 60


class WrongValue(ValueError):
    """A value that an option does not take; `found` says what it is, `allowed` what it must be."""

    def __init__(self, found: str, allowed: str) -> None:
        """Keep the two parts."""
        super().__init__(f"{found}, but must be {allowed}")
        self.found = found
        self.allowed = allowed


def of_file(option: Option, value: object, folder: Path) -> Any:
    """A value as TOML has it; relative paths are the folder's.

    Raises:
        WrongValue: it is of another type, or none that the option takes.
    """
    wanted: dict[Takes, tuple[type, ...]] = {
        Takes.SECONDS: (int, float),
        Takes.FLAG: (bool,),
        Takes.COUNT: (int,),
        **dict.fromkeys(LISTS, (list, str)),
    }
    types = wanted.get(option.takes, (str,))
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        _refuse(option, f"is {_in_words(value)}")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(option, repr(value), repr(value))
    if option.takes in LISTS:
        entries = value if isinstance(value, list) else [value]
        for entry in entries:
            if not isinstance(entry, str):
                _refuse(option, f"holds {_in_words(entry)}")
        return _list(option, [str(entry) for entry in entries], folder)
    return value if isinstance(value, bool) else _text(option, str(value), folder)


def of_text(option: Option, text: str) -> Any:
    """A value as an environment variable has it: a list has commas between its entries.

    Raises:
        WrongValue: it is none that the option takes.
    """
    if option.takes is Takes.FLAG:
        if text.strip().lower() not in _TRUTH:
            _refuse(option, f"is {_in_words(text)}")
        return _TRUTH[text.strip().lower()]
    if option.takes in {Takes.SECONDS, Takes.COUNT}:
        return _number(option, text)
    if option.takes in LISTS:
        return _list(option, [part.strip() for part in text.split(",") if part.strip()], None)
    return _text(option, text, None)


def _number(option: Option, text: str, shown: str = "") -> float:
    try:
        return count(text) if option.takes is Takes.COUNT else seconds(text)
    except ArgumentTypeError:
        raise WrongValue(f"is {shown or repr(text)}", option.allowed) from None


def _text(option: Option, text: str, folder: Path | None) -> str:
    """`folder` is None for a value that no file holds."""
    # A name that the machine has given a file may hold anything; what somebody writes down, not.
    shown = folder is not None or option.takes is not Takes.PATH
    if not text.strip() or "\0" in text or (shown and not text.isprintable()):
        _refuse(option, f"is {_in_words(text)}")
    if option.takes is Takes.CHOICE and text not in option.choices:
        _refuse(option, f"is {_in_words(text)}")
    if folder is not None and option.takes in {Takes.ADDRESS, Takes.NOTICE} and _credentials(text):
        # Whatever it holds is not repeated.
        raise WrongValue("holds a password", f"{option.allowed}; or name it in its variable")
    return _placed(text, folder) if option.takes is Takes.PATH and text != "-" else text


def _placed(text: str, folder: Path | None) -> str:
    """The path as it is written from here, where it was written from another folder."""
    if folder is None:
        return text
    there = os.path.expanduser(text)  # noqa: PTH111 - Path drops what a trailing slash says
    return there if os.path.isabs(there) else os.path.relpath(folder / there)  # noqa: PTH117


def _list(option: Option, entries: list[str], folder: Path | None) -> list[Any]:
    if option.takes is Takes.REPORTS:
        return [_report(option, entry, folder) for entry in entries]
    if option.takes is Takes.CHECKS:
        entries = [part.strip() for entry in entries for part in entry.split(",")]
    for entry in entries:
        if not entry or not entry.isprintable():
            _refuse(option, f"holds {_in_words(entry)}")
        if option.choices and entry not in option.choices:
            _refuse(option, f"holds {_in_words(entry)}")
    return list(dict.fromkeys(entries))


def _report(option: Option, entry: str, folder: Path | None) -> Any:
    from preflight.render.destinations import destination  # noqa: PLC0415 - only where one is named

    form, colon, path = entry.partition(":")
    placed = f"{form}:{_placed(path, folder)}" if path not in {"", "-"} else f"{form}{colon}{path}"
    try:
        return destination(placed)
    except ArgumentTypeError as error:
        raise WrongValue(f"holds {_in_words(entry)} ({error})", option.allowed) from None


def _credentials(text: str) -> bool:
    try:
        return urlsplit(text).password is not None
    except ValueError:
        return False


def _in_words(value: object) -> str:
    if isinstance(value, dict):
        return "a table"
    shown = repr(value) if isinstance(value, str) else f"{value!r} ({type(value).__name__})"
    if isinstance(value, bool):
        shown = str(value).lower()
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."


def _refuse(option: Option, found: str) -> NoReturn:
    raise WrongValue(found, option.allowed)
