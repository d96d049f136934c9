"""Every breakage and every healthy variation: what is predicted, and what the job ends with."""

from itertools import groupby

from preflight.contract import PROVIDERS
from preflight.render.pages.markdown import NAMES, code, table
from preflight.sandbox.breakages import BREAKAGES, Breakage
from preflight.sandbox.job_breakages import JOB_BREAKAGES
from preflight.sandbox.variations import VARIATIONS, Variation

_HEALTHY = ("Variation", "What is different", "Verdict; the job completes")
_HEADS = ("Breakage", "What is broken", "Fails", "Unknown then", "The forced job ends with")


def tables() -> str:
    """A table for each provider."""
    return "\n".join(
        f"### {NAMES[provider]}\n\n{table(_HEADS, map(_row, broken))}"
        for provider, broken in groupby(BREAKAGES, key=lambda one: one.provider)
    )


def matrix() -> str:
    """How many there are of each, by provider."""
    rows = [(NAMES[provider], *_counts(provider)) for provider in PROVIDERS]
    total = tuple(str(sum(int(row[column]) for row in rows)) for column in range(1, 6))
    heads = ("", "Breakages", "A job shows", "No job shows", "Variations READY", "CANNOT TELL")
    return table(heads, [*rows, ("All", *total)])


def variations() -> str:
    """A table for each provider."""
    return "\n".join(
        f"### {NAMES[provider]}, healthy\n\n{table(_HEALTHY, map(_healthy, rows))}"
        for provider, rows in groupby(VARIATIONS, key=lambda one: one.provider)
    )


def of_a_job() -> str:
    """What only a canary sees."""
    return table(
        ("Breakage", "What is broken", "The canary fails", "A run ends with"),
        (
            (code(one.name), one.words, _links(one.fails), one.unseen or f"“{one.says}”")
            for one in JOB_BREAKAGES
        ),
    )


def _counts(provider: str) -> tuple[str, ...]:
    broken = [one for one in BREAKAGES if one.provider == provider]
    well = [one for one in VARIATIONS if one.provider == provider]
    unseen, unknown = sum(bool(one.unseen) for one in broken), sum(bool(one.blinds) for one in well)
    numbers = (len(broken), len(broken) - unseen, unseen, len(well) - unknown, unknown)
    return tuple(map(str, numbers))


def _healthy(well: Variation) -> tuple[str, ...]:
    verdict = f"CANNOT TELL by {_links(well.blinds)}: {well.why}" if well.blinds else "READY"
    return (
        code(well.name),
        well.words + (f" (a stack with {well.needs})" if well.needs else ""),
        verdict,
    )


def _row(broken: Breakage) -> tuple[str, ...]:
    return (
        code(broken.name),
        broken.words + (f" (a stack with {broken.needs})" if broken.needs else ""),
        _links(broken.fails),
        _links(broken.blinds),
        broken.unseen or f"“{broken.says}”",
    )


def _links(check_ids: frozenset[str]) -> str:
    return ", ".join(f"[{check_id}](checks.md#{check_id})" for check_id in sorted(check_ids))
