"""A value as it is shown: no secret of it, and no more than there is to see."""

from typing import Any
from urllib.parse import urlsplit

from preflight.configuration.option import Takes


def plain(takes: Takes, value: Any) -> Any:
    """A value as JSON has it.

    What may hold a secret is cut short: the address of a database has no password, and of a URL
    that is told of batches there is its host alone.
    """
    if isinstance(value, list):
        return [str(entry) for entry in value]
    if isinstance(value, str) and takes in {Takes.ADDRESS, Takes.NOTICE}:
        return _cut(value, host_alone=takes is Takes.NOTICE)
    return value


def words(takes: Takes, value: Any) -> str:
    """A value in words."""
    shown = plain(takes, value)
    if shown is None:
        return "-"
    if isinstance(shown, bool):
        return str(shown).lower()
    if isinstance(shown, list):
        return ", ".join(shown) or "(none)"
    return f"{shown:g} s" if isinstance(shown, float) else str(shown)


def _cut(text: str, *, host_alone: bool) -> str:
    scheme, mark, _ = text.partition("://")
    if not mark:
        return text
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return f"{scheme}://..."
    if host_alone:
        return f"{scheme}://{host}{port}/..."
    user = f"{parts.username}@" if parts.username else ""
    # What follows a question mark may be a password, too.
    return f"{scheme}://{user}{host}{port}{parts.path}"
