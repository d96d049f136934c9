"""FACTS: what a batch's tokens cost, by the dated table or by the user's own. Never a guess."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from preflight.catalog.shipped import shipped
from preflight.catalog.source import Source
from preflight.catalog.versions import unversioned
from preflight.catalog.yours import yours

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """Of one model in a batch: US dollars for a million tokens, and where they were read."""

    input: float
    output: float
    source: Source

    def of(self, prompt: int, answer: int) -> float:
        """US dollars for so many tokens of prompts and of answers."""
        return (prompt * self.input + answer * self.output) / MILLION


def price(provider: str, model: str) -> Price | None:
    """The price of a model, or of the model it is a version of; None: it is not known."""
    own, table = yours(), _shipped().get(provider)
    for name in (model, unversioned(model)):
        if row := own.of_model(provider, "prices", name):
            return Price(float(row["input"]), float(row["output"]), own.source)
    for name in (model, unversioned(model)):
        if table is not None and name in table:
            return table[name]
    return None


@cache
def _shipped() -> Mapping[str, Mapping[str, Price]]:
    return {
        provider: {
            model: Price(row["input"], row["output"], Source(table["source"], table["read_on"]))
            for model, row in table["prices"].items()
        }
        for provider, table in shipped("prices").items()
    }
