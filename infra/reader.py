"""Reading one setting after the other; what is wrong is remembered, not stopped at."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import pulumi
from pulumi.runtime import config as stack_config

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

    def refuse(self, key: str, allowed: str, example: str = "") -> None:
        """Remember that the key's value cannot be used beside the others."""
        good = example or settings.SETTINGS[key].example
        self.problems.append(str(WrongSetting(key, self.raw(key), allowed, good)))

    def refuse_unknown(self) -> None:
        """Remember each key of this project that is no setting: a misspelled one sets nothing."""
        for key in set_keys():
            if key not in settings.SETTINGS:
                near = difflib.get_close_matches(key, settings.SETTINGS, 1)
                meant = f", is {near[0]} meant" if near else ""
                self.problems.append(
                    f"{key} is no setting of this program{meant}: pulumi config rm {key}"
                )

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

    def one_each(self, key: str, regions: tuple[str, ...]) -> tuple[str, ...]:
        """A list with a text for each region, or one text for all."""
        found = self.texts(key)
        if found and len(found) not in {1, len(regions)}:
            self.refuse(key, f"must name one, or one for each of {len(regions)} regions")
        return found if len(found) == len(regions) else (*found[:1], "")[:1] * len(regions)

    def each_or_none(self, key: str, regions: tuple[str, ...]) -> tuple[str, ...]:
        """A list with a text for each region; an empty one is "" for each."""
        found = self.texts(key)
        if found and len(found) != len(regions):
            self.refuse(key, f"must name one for each of {len(regions)} regions, or none")
        return found if len(found) == len(regions) else ("",) * len(regions)

    def _read(self, parse: Callable[[str, str], Kind], key: str, instead: Kind) -> Kind:
        try:
            return parse(key, self.raw(key))
        except WrongSetting as wrong:
            self.problems.append(str(wrong))
            return instead


def set_keys() -> tuple[str, ...]:
    """The keys that are set in this project's namespace, defaults of Pulumi.yaml included."""
    known = {**stack_config.get_config_env(), **stack_config.CONFIG.get()}
    start = f"{pulumi.get_project()}:"
    return tuple(sorted(key.removeprefix(start) for key in known if key.startswith(start)))
