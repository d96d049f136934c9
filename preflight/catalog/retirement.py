"""FACTS: when models are shut down. A job that is created before may still be running then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from preflight.catalog.shipped import shipped
from preflight.catalog.source import Source
from preflight.catalog.versions import unversioned
from preflight.catalog.yours import yours


@dataclass(frozen=True, slots=True)
class Retirement:
    """What is announced of a model; `day` None: nothing. It works until the day before."""

    day: date | None
    source: Source


def retirement(provider: str, model: str) -> Retirement | None:
    """What is announced of a model, or of the model it is a version of; None: it is not listed."""
    own = your_retirement(provider, model)
    if own is not None:
        return own
    table = _shipped()[provider]
    for name in (model, unversioned(model)):
        if name in table.days:
            told = table.days[name]
            return Retirement(date.fromisoformat(told) if told else None, table.source)
    return None


def your_retirement(provider: str, model: str) -> Retirement | None:
    """What the user's own tables say of it; None where they say nothing."""
    own = yours()
    for name in (model, unversioned(model)):
        day = own.of_model(provider, "retires", name)
        if day is not None:
            return Retirement(day or None, own.source)
    return None


def retirements(provider: str) -> Source:
    """Where the provider's dates were read."""
    return _shipped()[provider].source


@dataclass(frozen=True, slots=True)
class _Table:
    source: Source
    days: Mapping[str, str]


@cache
def _shipped() -> Mapping[str, _Table]:
    return {
        provider: _Table(Source(table["source"], table["read_on"]), table["retires"])
        for provider, table in shipped("retirement").items()
    }
