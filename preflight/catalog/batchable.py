"""FACTS: which models take batch jobs, where no API says so. Each table carries source and date."""

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache

from preflight.catalog.shipped import shipped
from preflight.catalog.source import Source
from preflight.catalog.versions import unversioned
from preflight.catalog.yours import yours


@dataclass(frozen=True, slots=True)
class Batchable:
    """One provider's table. `refused` maps a pattern of ids to why; it is asked first.

    `added` are the models that the user's own tables name: they stand before the rest.
    """

    source: Source
    takes: frozenset[str]
    refused: tuple[tuple[str, str], ...]
    added: frozenset[str] = frozenset()

    def why_not(self, model: str) -> str:
        """Why the model takes no batches; "" where the table does not say so."""
        if model in self.added:
            return ""
        return next((why for pattern, why in self.refused if fnmatchcase(model, pattern)), "")

    def lists(self, model: str) -> bool:
        """Whether the model, or the model it is a version of, is listed as taking batches."""
        return not {model, unversioned(model)}.isdisjoint(self.takes | self.added)

    def __str__(self) -> str:
        """What an answer that rests on the table cites."""
        return str(self.source)


def batchable(provider: str) -> Batchable:
    """The table of `openai` or `vertex`, with the rows of the user's own tables before it."""
    table, own = _shipped(provider), yours()
    takes, refused = own.row(provider, "takes"), own.row(provider, "refused")
    if takes is None and refused is None:
        return table
    return replace(
        table,
        source=Source(f"{own.source} over {table.source}"),
        added=frozenset(takes or ()),
        refused=(*(refused or {}).items(), *table.refused),
    )


@cache
def _shipped(provider: str) -> Batchable:
    table = shipped(provider)
    return Batchable(
        source=Source(table["source"], table["read_on"]),
        takes=frozenset(table["takes"]),
        refused=tuple(table["refused"].items()),
    )


@dataclass(frozen=True, slots=True)
class ApiVersions:
    """Versions of Azure OpenAI's data plane. ISO dates, so that they compare as text."""

    source: Source
    known: frozenset[str]
    first_with_batches: str
    of_models: frozenset[str]
    too_old_for: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """What an answer that rests on the table cites."""
        return str(self.source)


@cache
def api_versions() -> ApiVersions:
    """The table of Azure OpenAI's API versions."""
    table = shipped("azure")
    return ApiVersions(
        source=Source(table["source"], table["read_on"]),
        known=frozenset(table["known"]),
        first_with_batches=table["first_with_batches"],
        of_models=frozenset(table["of_models"]),
        too_old_for=tuple(table["needs_later_than"].items()),
    )
