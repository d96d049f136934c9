"""FACTS: which models take batch jobs, where no API says so. Each table carries source and date."""

import re
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files

_VERSION = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{3})$")
"""A dated or numbered version of a model: gpt-4o-2024-08-06, gemini-2.0-flash-001."""


@dataclass(frozen=True, slots=True)
class Batchable:
    """One provider's table. `refused` maps a pattern of ids to why; it is asked first."""

    source: str
    read_on: str
    takes: frozenset[str]
    refused: tuple[tuple[str, str], ...]

    def why_not(self, model: str) -> str:
        """Why the model takes no batches; "" where the table does not say so."""
        return next((why for pattern, why in self.refused if fnmatchcase(model, pattern)), "")

    def lists(self, model: str) -> bool:
        """Whether the model, or the model it is a version of, is listed as taking batches."""
        return model in self.takes or _VERSION.sub("", model) in self.takes

    def __str__(self) -> str:
        """What an answer that rests on the table cites."""
        return f"{self.source}, read {self.read_on}"


@cache
def batchable(provider: str) -> Batchable:
    """The table of `openai` or `vertex`."""
    table = tomllib.loads((files(__package__) / f"{provider}.toml").read_text(encoding="utf-8"))
    return Batchable(
        source=table["source"],
        read_on=table["read_on"],
        takes=frozenset(table["takes"]),
        refused=tuple(table["refused"].items()),
    )


@dataclass(frozen=True, slots=True)
class ApiVersions:
    """Versions of Azure OpenAI's data plane. ISO dates, so that they compare as text."""

    source: str
    read_on: str
    known: frozenset[str]
    first_with_batches: str
    of_models: frozenset[str]
    too_old_for: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """What an answer that rests on the table cites."""
        return f"{self.source}, read {self.read_on}"


@cache
def api_versions() -> ApiVersions:
    """The table of Azure OpenAI's API versions."""
    table = tomllib.loads((files(__package__) / "azure.toml").read_text(encoding="utf-8"))
    return ApiVersions(
        source=table["source"],
        read_on=table["read_on"],
        known=frozenset(table["known"]),
        first_with_batches=table["first_with_batches"],
        of_models=frozenset(table["of_models"]),
        too_old_for=tuple(table["needs_later_than"].items()),
    )
