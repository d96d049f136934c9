"""`preflight list`: every check there is, asked of nobody."""

import json
from argparse import Namespace
from collections.abc import Sequence

from preflight.reference import CheckEntry, reference
from preflight.render.columns import columns

VERSION = 1


def list_checks(arguments: Namespace) -> int:
    """Print them in order of reading."""
    asked = set(arguments.provider or ())
    listed = [
        one for one in reference().checks.values() if not asked or asked.intersection(one.providers)
    ]
    if arguments.format == "json":
        print(json.dumps(_shape(listed), indent=2))
    else:
        print("\n".join(_lines(listed)))
    return 0


def _shape(listed: Sequence[CheckEntry]) -> dict[str, object]:
    return {
        "format": "preflight-checks",
        "version": VERSION,
        "checks": [
            {
                "id": one.id,
                "title": one.title,
                "providers": one.providers,
                "suites": one.suites,
                "needs": one.needs,
            }
            for one in listed
        ],
        "exit_code": 0,
    }


def _lines(listed: Sequence[CheckEntry]) -> list[str]:
    """One line a check, in columns: id, title, providers, suites."""
    return columns(
        [(one.id, one.title, ",".join(one.providers), ", ".join(one.suites)) for one in listed]
    )
