"""Where a page holds a rendered part, and how it is renewed.

A part stands between `<!-- rendered: NAME -->` and `<!-- end -->`; all the rest is written by hand.
"""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from preflight.render.pages import (
    checks,
    commands,
    configuration,
    facts,
    failures,
    infrastructure,
    library,
    looks,
    permissions,
    verdicts,
)
from preflight.seams import UsageError

PARTS: dict[str, Callable[[], str]] = {
    "table of checks": checks.index,
    "checks": checks.sections,
    "table of failures": failures.index,
    "failures": failures.sections,
    "times of failures": failures.times,
    "permissions": permissions.tables,
    "breakages": verdicts.tables,
    "predictions": verdicts.matrix,
    "variations": verdicts.variations,
    "breakages of a job": verdicts.of_a_job,
    "rights to look at AWS": partial(looks.rights, "bedrock"),
    "rights to look at Google Cloud": partial(looks.rights, "vertex"),
    "rights to look at Azure": partial(looks.rights, "azure"),
    "other ways at AWS": partial(looks.other_rights, "bedrock"),
    "other ways at Google Cloud": partial(looks.other_rights, "vertex"),
    "AWS policy": looks.aws_policy,
    "Google Cloud role": looks.google_role,
    "Azure role": looks.azure_role,
    "limits": facts.limits,
    "headers": facts.gateway_headers,
    "statuses": facts.statuses,
    "options": configuration.options,
    "table of commands": commands.index,
    "commands": commands.sections,
    "every command": commands.common,
    "table of functions": library.index,
    "functions": library.functions,
    "types": library.types,
    "parts of types": library.parts,
    "errors": library.errors,
    **infrastructure.PARTS,
}
"""What can be rendered, by the name that a page calls it by."""

_PART = re.compile(r"(?<=<!-- rendered: )([^\n]+)( -->\n).*?(?=<!-- end -->\n)", re.DOTALL)


def renewed(text: str, where: str) -> str:
    """The page with its parts rendered anew. Raises UsageError for a part that there is not."""

    def part(found: re.Match[str]) -> str:
        name, close = found.groups()
        if name not in PARTS:
            raise UsageError(where, f"asks for {name}", f"name one of {', '.join(PARTS)}")
        return f"{name}{close}\n{PARTS[name]()}\n"

    return _PART.sub(part, text)


def renew(folder: Path) -> list[Path]:
    """Renew the pages of a folder; those that changed."""
    changed = []
    for page in sorted(folder.glob("*.md")):
        before = page.read_text(encoding="utf-8")
        after = renewed(before, page.name)
        if after != before:
            page.write_text(after, encoding="utf-8")
            changed.append(page)
    return changed
