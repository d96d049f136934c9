"""A check or a known failure, explained: lines for people, plain values for programs."""

import textwrap
from typing import Any

from preflight.reference import CheckEntry, FailureEntry, reference
from preflight.render.columns import width

WIDTH = 100
_INDENT = 12
_NARROWEST = 30
"""Below that a terminal folds by itself."""

SHOWS = {
    "upload": "at the upload",
    "create": "at create",
    "late": "late: the job is accepted, and fails later",
    "fetch": "in the results",
    "other": "elsewhere: no job fails by it",
}
"""When a failure is told, in words."""


def item(name: str, *texts: str) -> list[str]:
    """A name, said once, and its texts, each folded under itself. An address is never broken."""
    heads = [f"  {name}:".ljust(_INDENT), *[" " * _INDENT for _ in texts[1:]]]
    most = min(WIDTH, max(width() or WIDTH, _NARROWEST))
    return [
        textwrap.fill(
            text,
            most,
            initial_indent=head,
            subsequent_indent=" " * _INDENT,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for head, text in zip(heads, texts, strict=False)
    ]


def check_lines(check: CheckEntry) -> list[str]:
    """What is asked, why, of whom, with which rights, against what, and where to read on."""
    seen = reference().seen_by(check)
    lines = [f"{check.id}: {check.title}"]
    lines += item("why", *check.why)
    lines += item("asked", f"for {', '.join(check.providers)}, in {'; '.join(check.suites)}")
    if check.needs:
        lines += item("needs", f"{', '.join(check.needs)} to pass; else it is not asked")
    lines += item("looks at", *_looks_at(check))
    lines += item("prevents", *(f"{one.id} {one.title} ({SHOWS[one.shows]})" for one in seen))
    lines += item("repair", *_repairs(check))
    return lines + item("more", _page(check))


def _looks_at(check: CheckEntry) -> list[str]:
    if check.world == "requests":
        return ["the request file alone"]
    if check.world == "gateway":
        return ["the gateway's answers, asked with the key in TFY_API_KEY"]
    if not check.rights:
        return ["the promise, what others saw, or a dated table; that needs no right of its own"]
    return [
        f"{right.tells}, with {right.permission} on {right.on}"
        + f" ({right.when})" * bool(right.when)
        for right in check.rights
    ]


def _repairs(check: CheckEntry) -> list[str]:
    known = dict.fromkeys(failure.repair for failure in reference().seen_by(check))
    return list(known) or ["the line of the report names the one change"]


def _page(check: CheckEntry) -> str:
    return f"docs/checks.md#{check.id}"


def check_shape(check: CheckEntry) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "id": check.id,
        "title": check.title,
        "why": " ".join(check.why),
        "providers": check.providers,
        "suites": check.suites,
        "needs": check.needs,
        "rights_to_look": [
            {"permission": right.permission, "on": right.on, "when": right.when}
            for right in check.rights
        ],
        "prevents": check.prevents,
        "repairs": _repairs(check),
        "docs": _page(check),
    }


def failure_lines(failure: FailureEntry) -> list[str]:
    """What it means, when it is told, which check sees it before, and what repairs it."""
    titles = {name: check.title for name, check in reference().checks.items()}
    lines = [f"{failure.id} ({failure.world}): {failure.title}"]
    lines += item("means", failure.means)
    lines += item("shows", SHOWS[failure.shows])
    lines += item("seen by", *(f"{name}: {titles[name]}" for name in failure.checks))
    if failure.unseen:
        lines += item("unseen", failure.unseen)
    lines += item("repair", failure.repair)
    lines += item("source", f"{failure.source} ({failure.confidence})")
    return lines + item("more", f"docs/failures.md#{failure.id.lower()}")


def failure_shape(failure: FailureEntry) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "id": failure.id,
        "world": failure.world,
        "title": failure.title,
        "shows": failure.shows,
        "means": failure.means,
        "checks": failure.checks,
        "unseen": failure.unseen,
        "repair": failure.repair,
        "source": failure.source,
        "confidence": failure.confidence,
        "docs": f"docs/failures.md#{failure.id.lower()}",
    }
