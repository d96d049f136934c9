"""The runs there are, for people and for programs."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from preflight.render.outcome import line
from preflight.render.printable import printable

VERSION = 1


@dataclass(frozen=True, slots=True)
class ListedRun:
    """One run that there is, by its ledger.

    Attributes:
        place: its folder, or its name in a shared ledger.
        provider: where it goes.
        account: the provider account at the gateway.
        requests: how many it has.
        shards: how many stand in which way.
        results: how many requests have one; None before the merge.
        problem: why the ledger cannot be read; the rest is empty then.
    """

    place: str
    provider: str
    account: str
    requests: int
    shards: Mapping[str, int]
    results: int | None = None
    problem: str = ""


def show_runs(found: Sequence[ListedRun], form: str) -> int:
    """Print them; the exit code."""
    if form == "json":
        shape = {
            "format": "preflight-runs",
            "version": VERSION,
            "runs": [_shape(one) for one in found],
            "exit_code": 0,
        }
        print(json.dumps(shape, indent=2))
        return 0
    if not found:
        print("there is no run here", file=sys.stderr)
    for one in found:
        line(f"{one.place}: {one.problem or _words(one)}")
    return 0


def _words(one: ListedRun) -> str:
    stands = ", ".join(f"{count} {printable(word)}" for word, count in one.shards.items())
    results = f"; {one.results:,} results" if one.results is not None else ""
    return f"{one.requests:,} requests to {one.provider} ({one.account}): {stands}{results}"


def _shape(one: ListedRun) -> dict[str, object]:
    return {
        "run": one.place,
        "provider": one.provider,
        "provider_account": one.account,
        "requests": one.requests,
        "shards": dict(one.shards),
        "results": one.results,
        "problem": one.problem,
    }
