"""Finds out what the reference says: from the checks, their sources, and the tables of failures."""

import json
from typing import Any

from preflight.checklist import Listed, checklist
from preflight.failures.table import Failure, failures, seen_by
from preflight.looking import looks_of


def made() -> str:
    """The content of the file."""
    found = {"checks": list(map(_check, checklist())), "failures": list(map(_failure, failures()))}
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _check(listed: Listed) -> dict[str, Any]:
    check = listed.check
    return {
        "id": check.id,
        "title": check.title,
        "world": listed.world,
        "why": [" ".join(part.split()) for part in check.explanation.split("\n\n")],
        "providers": listed.providers,
        "suites": listed.suites,
        "needs": listed.needs,
        "rights": [
            {
                "permission": look.permission,
                "on": look.on.value,
                "when": look.when,
                "tells": look.tells,
            }
            for look in looks_of(check, listed.world)
        ],
        "prevents": [failure.id for failure in seen_by(check.id)],
    }


def _failure(failure: Failure) -> dict[str, Any]:
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
    }
