"""Every check there is, listed without connecting to anything: for the documentation and tests."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from preflight import suites
from preflight.checks import gateway_canary
from preflight.contract import CLASSES, PROVIDERS, Gateway, Promises
from preflight.outcomes import Check
from preflight.requests.scan import Scan
from preflight.runner import Suite, World

WORLDS = ("requests", "gateway", *PROVIDERS)
"""What the checks look at; an id begins with its world. In order of reading."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One check, where it is asked, and what must have passed before.

    `providers` and `suites` are names in order of reading; `needs` are the ids of the gates that
    stand before it wherever it is asked: unless they pass, it is not.
    """

    check: Check
    providers: tuple[str, ...]
    suites: tuple[str, ...]
    needs: tuple[str, ...]

    @property
    def world(self) -> str:
        """What it looks at, one of WORLDS."""
        return self.check.id.partition("-")[0]


def every_suite() -> list[Suite]:
    """The suites of all providers over a request file, wired as for a run and asked by nobody."""
    targets = {name: (_blank(kind),) for name, kind in CLASSES.items()}
    nothing: dict[str | None, Any] = {}
    file = Scan(
        path=Path("requests.jsonl"),
        bytes=0,
        sha256="",
        requests=0,
        methods=nothing,
        urls=nothing,
        models=nothing,
        features=nothing,
        faults=(),
        totals={},
        tokens=0,
        ends_with_newline=True,
    )
    promises = Promises(Gateway(""))
    # Offline a request file is judged by one check more: online, the account's quotas are asked.
    return [
        *suites.build(promises, targets, file, offline=False),
        *suites.build(promises, targets, file, offline=True),
        *(
            Suite(name, "canary", gateway_canary.CHECKS, promised, World(lambda: None))
            for name, (promised,) in targets.items()
        ),
    ]


def _blank(kind: type[Any]) -> Any:
    """A promise of nothing: no check is asked about it."""
    return kind(*("" for _ in fields(kind)))


def checklist() -> tuple[Listed, ...]:
    """All checks, each once, by world and in order of reading."""
    there = [
        (suite, {one.id: at for at, one in enumerate(suite.checks)}) for suite in every_suite()
    ]
    found: dict[str, Check] = {}
    for suite, _ in there:
        for check in suite.checks:
            found.setdefault(check.id, check)
    listed = [_listed(check, there) for check in found.values()]
    return tuple(sorted(listed, key=lambda one: WORLDS.index(one.world)))


def _listed(check: Check, there: Iterable[tuple[Suite, Mapping[str, int]]]) -> Listed:
    asking = [(suite, places[check.id]) for suite, places in there if check.id in places]
    gates = [_gates(suite.checks[:place]) for suite, place in asking]
    providers = {suite.provider for suite, _ in asking}
    return Listed(
        check,
        tuple(name for name in PROVIDERS if name in providers),
        tuple(dict.fromkeys(suite.name for suite, _ in asking)),
        tuple(gate for gate in gates[0] if all(gate in others for others in gates)),
    )


def _gates(checks: Iterable[Check]) -> tuple[str, ...]:
    return tuple(check.id for check in checks if check.gate)
