"""Reading one setting after the other; what is wrong is remembered, not stopped at."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from preflight import settings
from preflight.settings import WrongSetting

Kind = TypeVar("Kind")


class Values(Protocol):
    """What is needed of pulumi.Config."""

    def get(self, key: str) -> str | None:
        """The key's text; None where it is not set."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one key after the other by the rules of `preflight.settings`."""

    values: Values
    problems: list[str] = field(default_factory=list)

    def raw(self, key: str) -> str:
        """The key's text as it is; "" where it is not set."""
        return self.values.get(key) or ""

    def text(self, key: str) -> str:
        """A text."""
        return self._read(settings.text, key, "")

    def flag(self, key: str) -> bool:
        """True or false."""
        return self._read(settings.flag, key, instead=False)

    def number(self, key: str) -> int:
        """A whole number."""
        return self._read(settings.number, key, 0)

    def url(self, key: str) -> str:
        """An http(s) address without the "/" at its end."""
        return self._read(settings.url, key, "")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        return self._read(settings.texts, key, ())

    def _read(self, parse: Callable[[str, str], Kind], key: str, instead: Kind) -> Kind:
        try:
            return parse(key, self.raw(key))
        except WrongSetting as wrong:
            self.problems.append(str(wrong))
            return instead
