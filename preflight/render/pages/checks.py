"""Every check: a table for each world to find it, and a section for each check to read."""

from itertools import groupby

from preflight.checklist import Listed, checklist
from preflight.contract import PROVIDERS
from preflight.render.pages.markdown import NAMES, code, codes, table
from preflight.sandbox.job_breakages import EVERY


def index() -> str:
    """A table for each world: id, title and the first reason."""
    return "\n".join(
        f"### {NAMES[world]}\n\n{table(('Check', 'What it says', 'Why'), map(_row, listed))}"
        for world, listed in groupby(checklist(), key=lambda one: one.world)
    )


def _row(listed: Listed) -> tuple[str, str, str]:
    check = listed.check
    return f"[{check.id}](#{check.id})", check.title, check.explanation.partition("\n\n")[0]


def sections() -> str:
    """A section for each check, its id the heading and so the anchor."""
    return "\n".join(map(_section, checklist()))


def _section(listed: Listed) -> str:
    check = listed.check
    facts = "".join(f"- {fact}\n" for fact in _facts(listed))
    paragraphs = "\n\n".join(_folded(part) for part in check.explanation.split("\n\n"))
    return f"### {check.id}\n\n**{check.title}.** {paragraphs}\n" + (f"\n{facts}" if facts else "")


def _facts(listed: Listed) -> list[str]:
    facts = []
    if listed.world == "requests" and listed.providers != PROVIDERS:
        facts.append(f"Asked for {' and '.join(NAMES[name] for name in listed.providers)}.")
    if listed.suites == ("canary",):
        facts.append("Asked with `--canary` alone: [what it sends and costs](canary.md).")
    if listed.needs:
        facts.append(f"Not asked unless {codes(listed.needs)} passed.")
    broken = [one.name for one in EVERY if listed.check.id in one.fails]
    if broken:
        commands = " or ".join(code(f"preflight sandbox break {name}") for name in broken)
        facts.append(f"To see it fail: {commands}.")
    return facts


def _folded(paragraph: str) -> str:
    """Without the line breaks and the indentation of a docstring."""
    return " ".join(paragraph.split())
