"""FACTS: what a chat's body may hold for which model, and how long an answer may be."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, NamedTuple

from preflight.catalog.shipped import shipped
from preflight.catalog.source import Source
from preflight.catalog.versions import unversioned
from preflight.catalog.yours import yours


class Parameters(NamedTuple):
    """The names that a chat's body may have at a provider."""

    source: Source
    takes: frozenset[str]


def parameters(provider: str) -> Parameters:
    """OpenAI's, the model families' own, and those of the user's tables."""
    chat, own = _table()["chat"], yours().row(provider, "parameters")
    family = _table()["family"].get(provider, ())
    source = Source(chat["source"], chat["read_on"])
    if own is not None:
        source = Source(f"{yours().source} over {source}")
    return Parameters(source, frozenset((*chat["takes"], *family, *(own or ()))))


def refused(model: str) -> tuple[frozenset[str], Source]:
    """The parameters that this OpenAI model refuses, and where that was read."""
    table = _table()["refused"]
    names = (name for key, row in table["by"].items() if fnmatchcase(model, key) for name in row)
    return frozenset(names), Source(table["source"], table["read_on"])


def most_output(provider: str, model: str) -> tuple[int, Source] | None:
    """The most tokens an answer may have, and where that was read; None: it is not known."""
    own, table = yours(), _table()["output"]
    for name in (model, unversioned(model)):
        if (most := own.of_model(provider, "most_output", name)) is not None:
            return int(most), own.source
    for name in (model, unversioned(model)):
        if name in table["most"]:
            return int(table["most"][name]), Source(table["source"], table["read_on"])
    return None


@cache
def _table() -> Mapping[str, Any]:
    return shipped("parameters")
