"""Every known failure: a table for each world to find it, and a section for each to read."""

from itertools import groupby

from preflight.failures.table import Failure, failures
from preflight.render.explained import SHOWS
from preflight.render.pages.markdown import NAMES, code, codes, table

_HEADS = ("Failure", "What happens", "Shows", "Seen before by")


def index() -> str:
    """A table for each world: id, title, when it is told, and the checks that see it."""
    return "\n".join(
        f"### {NAMES[world]}\n\n{table(_HEADS, map(_row, found))}"
        for world, found in groupby(failures(), key=lambda failure: failure.world)
    )


def _row(failure: Failure) -> tuple[str, ...]:
    seen = _links(failure) or f"none: {failure.unseen}"
    return f"[{failure.id}](#{failure.id.lower()})", failure.title, failure.shows, seen


def _links(failure: Failure) -> str:
    return ", ".join(f"[{check_id}](checks.md#{check_id})" for check_id in failure.checks)


def sections() -> str:
    """A section for each failure, its id the heading and so the anchor."""
    return "\n".join(map(_section, failures()))


def _section(failure: Failure) -> str:
    facts = [f"Shows {SHOWS[failure.shows]}."]
    if failure.checks:
        facts.append(f"Seen before by {_links(failure)}.")
    if failure.unseen:
        stays = "Stays unseen" if failure.checks else "Not seen before"
        facts.append(f"{stays}: {failure.unseen}")
    facts.append(f"Repair: {failure.repair}")
    if failure.patterns:
        facts.append(f"Recognised by {codes(failure.patterns)}.")
    facts.append(f"Source ({failure.confidence}): {failure.source}.")
    listed = "".join(f"- {fact}\n" for fact in facts)
    return f"### {failure.id}\n\n**{failure.title}.** {failure.means}\n\n{listed}"


def times() -> str:
    """What the words for when a failure shows mean."""
    return table(("Shows", "Means"), ((code(word), means) for word, means in SHOWS.items()))
