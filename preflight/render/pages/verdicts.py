"""Every breakage of the sandbox: what is predicted, and what the forced job ends with."""

from itertools import groupby

from preflight.render.pages.markdown import NAMES, code, table
from preflight.sandbox.breakages import BREAKAGES, Breakage
from preflight.sandbox.job_breakages import JOB_BREAKAGES

_HEADS = ("Breakage", "What is broken", "Fails", "Unknown then", "The forced job ends with")


def tables() -> str:
    """A table for each provider."""
    return "\n".join(
        f"### {NAMES[provider]}\n\n{table(_HEADS, map(_row, broken))}"
        for provider, broken in groupby(BREAKAGES, key=lambda one: one.provider)
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
