"""Reading one setting after the other; what is wrong is remembered, not stopped at."""

import json
import re
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

CREDENTIALS = re.compile(r"//[^/]*@")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]*")


class Values(Protocol):
    """What is needed of pulumi.Config."""

    def get(self, key: str) -> str | None:
        """The key's text; None where it is not set."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one key after the other, and remembers what is wrong instead of stopping at it."""

    values: Values
    problems: list[str] = field(default_factory=list)

    def refuse(self, key: str, allowed: str, example: str) -> None:
        """Remember one bad value, with the command that sets a good one."""
        value = self.values.get(key) or ""
        if value in {"", "[]"}:
            shown = "is not set"
        elif CREDENTIALS.search(value):
            shown = "holds credentials"  # and is therefore not repeated
        else:
            shown = f"is {value if value.startswith('[') else json.dumps(value)}"
        self.problems.append(f"{key} {shown}, but {allowed}: pulumi config set {example}")

    def text(self, key: str, form: re.Pattern[str], allowed: str, example: str) -> str:
        """A text of that form."""
        value = self.values.get(key) or ""
        if not form.fullmatch(value):
            self.refuse(key, allowed, f"{key} {example}")
        return value

    def name(self, key: str, what: str, example: str) -> str:
        """A name or an id, as a header can carry it."""
        return self.text(key, NAME, f"must be {what}, without blanks", example)

    def flag(self, key: str) -> bool:
        """True or false."""
        value = (self.values.get(key) or "false").lower()
        if value not in {"true", "false"}:
            self.refuse(key, "must be true or false", f"{key} true")
        return value == "true"

    def number(self, key: str, least: int) -> int:
        """A whole number, not below `least`."""
        value = self.values.get(key) or ""
        if re.fullmatch(r"\d{1,9}", value) and int(value) >= least:
            return int(value)
        self.refuse(key, f"must be a whole number, {least} or more", f"{key} {least}")
        return least

    def url(self, key: str) -> str:
        """An http(s) address without the "/" at its end."""
        value = (self.values.get(key) or "").rstrip("/")
        if not _is_plain_url(value):
            self.refuse(
                key,
                "must be an http or https address without credentials, query or fragment",
                f"{key} https://gateway.truefoundry.ai",
            )
        return value

    def texts(self, key: str, form: re.Pattern[str], allowed: str, example: str) -> tuple[str, ...]:
        """A list of texts of that form, each kept once."""
        try:
            value = json.loads(self.values.get(key) or "[]")
        except ValueError:
            value = None
        if isinstance(value, list) and all(
            isinstance(entry, str) and form.fullmatch(entry) for entry in value
        ):
            return tuple(dict.fromkeys(value))
        self.refuse(key, allowed, f"--path '{key}[0]' {example}")
        return ()


def _is_plain_url(value: str) -> bool:
    try:
        url = urlsplit(value)
        port_is_number = url.port is None or url.port > 0
    except ValueError:
        return False
    plain = url.scheme in {"http", "https"} and url.hostname and port_is_number
    return bool(plain) and not re.search(r"[@?#\s]", value)
