"""A check, a known failure or a right, explained: lines for people, plain values for programs."""

import textwrap
from typing import Any

from preflight.checklist import Listed, checklist
from preflight.failures.table import Failure, seen_by
from preflight.looking import looks_of
from preflight.looks import LOOKS, OTHER_WAYS, Look
from preflight.permissions import PERMISSIONS, Permission
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


def _item(name: str, *texts: str) -> list[str]:
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


def check_lines(listed: Listed) -> list[str]:
    """What is asked, why, of whom, with which rights, against what, and where to read on."""
    check = listed.check
    seen = seen_by(check.id)
    lines = [f"{check.id}: {check.title}"]
    lines += _item("why", *(" ".join(part.split()) for part in check.explanation.split("\n\n")))
    lines += _item("asked", f"for {', '.join(listed.providers)}, in {_suites(listed)}")
    if listed.needs:
        lines += _item("needs", f"{', '.join(listed.needs)} to pass; else it is not asked")
    lines += _item("looks at", *_looks_at(listed))
    lines += _item("prevents", *(f"{one.id} {one.title} ({SHOWS[one.shows]})" for one in seen))
    lines += _item("repair", *_repairs(listed))
    return lines + _item("more", _page(listed))


def _suites(listed: Listed) -> str:
    return "; ".join(listed.suites)


def _looks(listed: Listed) -> tuple[Look, ...]:
    return looks_of(listed.check, listed.world)


def _looks_at(listed: Listed) -> list[str]:
    if listed.world == "requests":
        return ["the request file alone"]
    if listed.world == "gateway":
        return ["the gateway's answers, asked with the key in TFY_API_KEY"]
    rights = _looks(listed)
    if not rights:
        return ["the promise, what others saw, or a dated table; that needs no right of its own"]
    return [
        f"{look.tells}, with {look.permission} on {look.on}" + f" ({look.when})" * bool(look.when)
        for look in rights
    ]


def _repairs(listed: Listed) -> list[str]:
    known = dict.fromkeys(failure.repair for failure in seen_by(listed.check.id))
    return list(known) or ["the line of the report names the one change"]


def _page(listed: Listed) -> str:
    return f"docs/checks.md#{listed.check.id}"


def check_shape(listed: Listed) -> dict[str, Any]:
    """The same as plain values."""
    check = listed.check
    return {
        "id": check.id,
        "title": check.title,
        "why": " ".join(check.explanation.split()),
        "providers": list(listed.providers),
        "suites": list(listed.suites),
        "needs": list(listed.needs),
        "rights_to_look": [
            {"permission": look.permission, "on": look.on.value, "when": look.when}
            for look in _looks(listed)
        ],
        "prevents": [failure.id for failure in seen_by(check.id)],
        "repairs": _repairs(listed),
        "docs": _page(listed),
    }


def failure_lines(failure: Failure) -> list[str]:
    """What it means, when it is told, which check sees it before, and what repairs it."""
    titles = {one.check.id: one.check.title for one in checklist()}
    lines = [f"{failure.id} ({failure.world}): {failure.title}"]
    lines += _item("means", failure.means)
    lines += _item("shows", SHOWS[failure.shows])
    lines += _item("seen by", *(f"{name}: {titles[name]}" for name in failure.checks))
    if failure.unseen:
        lines += _item("unseen", failure.unseen)
    lines += _item("repair", failure.repair)
    lines += _item("source", f"{failure.source} ({failure.confidence})")
    return lines + _item("more", f"docs/failures.md#{failure.id.lower()}")


def failure_shape(failure: Failure) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "id": failure.id,
        "world": failure.world,
        "title": failure.title,
        "shows": failure.shows,
        "means": failure.means,
        "checks": list(failure.checks),
        "unseen": failure.unseen,
        "repair": failure.repair,
        "source": failure.source,
        "confidence": failure.confidence,
        "docs": f"docs/failures.md#{failure.id.lower()}",
    }


def _held(right: str) -> list[Permission]:
    return [row for row in PERMISSIONS if row.action == right]


def _looking(right: str) -> list[Look]:
    return [look for look in (*LOOKS, *OTHER_WAYS) if look.permission == right]


def right_lines(right: str) -> list[str]:
    """Who needs a right that a text names, and why."""
    lines = [f"{right}: a right that the text names"]
    lines += _item(
        "needed", *(f"{r.provider}: by {r.identity} on {r.on}: {r.why}" for r in _held(right))
    )
    return lines + _item(
        "to look",
        *(
            f"{look.provider}: by whoever runs preflight, on {look.on}: {look.tells}"
            for look in _looking(right)
        ),
    )


def right_shape(right: str) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "right": right,
        "needed_by": [
            {
                "provider": row.provider,
                "identity": str(row.identity),
                "on": str(row.on),
                "why": row.why,
            }
            for row in _held(right)
        ],
        "looks": [
            {"provider": look.provider, "on": look.on.value, "tells": look.tells}
            for look in _looking(right)
        ],
    }
