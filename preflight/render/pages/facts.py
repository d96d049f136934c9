"""Limits, headers and status words, as the program holds them."""

from dataclasses import fields
from typing import Any

from preflight.batch.statuses import MEANING, TERMINAL
from preflight.contract import CLASSES
from preflight.limits import LIMITS, MB
from preflight.render.pages.markdown import NAMES, code, codes, table
from preflight.routes import headers


def limits() -> str:
    """What one batch may hold."""
    return table(
        ("Provider", "Requests", "File", "Window", "Source"),
        (
            (
                NAMES[provider],
                f"{limit.min_requests:,} to {limit.max_requests:,}",
                f"{limit.max_bytes // MB:,} MB",
                f"{limit.window_hours} hours",
                f"{limit.source}, {limit.read_on}",
            )
            for provider, limit in LIMITS.items()
        ),
    )


def gateway_headers() -> str:
    """Which header of a call carries which promise."""
    rows = []
    for provider, kind in CLASSES.items():
        # Each promise holds its own name, so that a header's value says which one it carries.
        names: dict[str, Any] = {field.name: field.name for field in fields(kind)}
        named = kind(**names)
        rows += [
            (NAMES[provider], code(header), code(f"{provider}.{name}"))
            for header, name in headers(named).items()
        ]
    return table(("Provider", "Header", "Output of the stack"), rows)


def statuses() -> str:
    """What each status word of a provider means."""
    words = dict.fromkeys(MEANING.values())
    return table(
        ("Meaning", "Changes no more", "Also spelt"),
        (
            (
                code(meaning),
                "yes" if meaning in TERMINAL else "",
                codes(word for word, means in MEANING.items() if means == meaning != word),
            )
            for meaning in words
        ),
    )
