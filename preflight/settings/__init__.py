"""The stack's settings: what each may be, and the sentence for what it is not.

`preflight init` asks by these rules, and a test holds them to what the Pulumi program says to the
same values.
"""

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from preflight.settings.setting import Setting, Takes, WrongSetting
from preflight.settings.table import SETTINGS

__all__ = [
    "SETTINGS",
    "Setting",
    "Takes",
    "Value",
    "WrongSetting",
    "flag",
    "number",
    "parse",
    "text",
    "texts",
    "url",
]

Value = str | int | bool | tuple[str, ...]


def text(key: str, value: str) -> str:
    """A text of the setting's form. Raises WrongSetting."""
    setting = SETTINGS[key]
    if not (setting.form.fullmatch(value) or (setting.optional and not value)):
        raise setting.wrong(value)
    return value


def flag(key: str, value: str) -> bool:
    """True or false; nothing is false. Raises WrongSetting."""
    if value.lower() not in {"true", "false", ""}:
        raise SETTINGS[key].wrong(value)
    return value.lower() == "true"


def number(key: str, value: str) -> int:
    """A whole number, not below the least. Raises WrongSetting."""
    setting = SETTINGS[key]
    if not re.fullmatch(r"\d{1,9}", value) or int(value) < setting.least:
        raise setting.wrong(value)
    return int(value)


def url(key: str, value: str) -> str:
    """An http(s) address without the "/" at its end. Raises WrongSetting."""
    plain = value.rstrip("/")
    if not _is_plain_url(plain):
        raise SETTINGS[key].wrong(value)
    return plain


def texts(key: str, value: str) -> tuple[str, ...]:
    """A JSON list of texts of the setting's form, each kept once. Raises WrongSetting."""
    setting = SETTINGS[key]
    try:
        read = json.loads(value or "[]")
    except ValueError:
        raise setting.wrong(value) from None
    if (
        not isinstance(read, list)
        or not (read or setting.optional)
        or not all(isinstance(entry, str) and setting.form.fullmatch(entry) for entry in read)
    ):
        raise setting.wrong(value)
    return tuple(dict.fromkeys(read))


_PARSERS: Mapping[Takes, Callable[[str, str], Value]] = {
    Takes.TEXT: text,
    Takes.TEXTS: texts,
    Takes.FLAG: flag,
    Takes.NUMBER: number,
    Takes.URL: url,
}


def parse(key: str, value: str) -> Value:
    """The setting's value, of the kind it takes. Raises WrongSetting, or KeyError (no setting)."""
    return _PARSERS[SETTINGS[key].takes](key, value)


def _is_plain_url(value: str) -> bool:
    try:
        address = urlsplit(value)
        port_is_number = address.port is None or address.port > 0
    except ValueError:
        return False
    plain = address.scheme in {"http", "https"} and address.hostname and port_is_number
    return bool(plain) and not re.search(r"[@?#\s]", value)
