"""Every type of resource that the program can make, how many of it, when, and why."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from preflight.render.pages.markdown import code, table

_FILE = Path(__file__).with_name("created.toml")
_HEADS = ("Resource", "How many", "How", "Why")


@dataclass(frozen=True, slots=True)
class Made:
    """One type: so many of it for each `per`, once one of the settings `when` is set; and why.

    `per` is "stack", "region" or "model" (each model in each region). Without `when` a provider
    that is on always makes it.
    """

    kind: str
    number: int
    per: str
    how: str
    why: str
    when: tuple[str, ...]


def made(provider: str) -> Iterator[Made]:
    """The provider's types, in the order of the table."""
    for row in tomllib.loads(_FILE.read_text(encoding="utf-8")).get(provider, ()):
        yield Made(**{"when": (), **row})


def created(provider: str) -> str:
    """The provider's table."""
    return table(
        _HEADS, ((code(row.kind), _number(row), _how(row), row.why) for row in made(provider))
    )


def _number(row: Made) -> str:
    each = {"stack": "", "region": " for each region", "model": " for each model in each region"}
    return f"{row.number}{each[row.per]}"


def _how(row: Made) -> str:
    settings = " or ".join(map(code, row.when))
    return f"with {settings} only: {row.how}" if row.when else row.how
