"""The onboarding page as Markdown, for a wiki, a repository or a message."""

import re

from preflight.render.findings import quotable
from preflight.render.markdown import code
from preflight.render.onboard_parts import (
    Block,
    Code,
    Listing,
    Page,
    Paragraph,
    Section,
    Source,
    Table,
    Words,
)


def render(page: Page) -> str:
    """The text."""
    return "\n".join((f"# {page.title}\n", *map(_section, page.sections)))


def _section(section: Section) -> str:
    heading = f"{'#' * section.level} {_words(section.title)}\n"
    return "\n".join((heading, *map(_block, section.blocks)))


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            return f"{_words(block.words)}\n"
        case Listing():
            return "".join(f"- {_words(point)}\n" for point in block.points)
        case Table():
            heads = _row(tuple((head,) for head in block.heads))
            return f"{heads}{'| --- ' * len(block.heads)}|\n{''.join(map(_row, block.rows))}"
        case Source():
            return _fenced(block)


def _words(words: Words) -> str:
    return "".join(code(quotable(one.text)) if isinstance(one, Code) else one for one in words)


def _row(cells: tuple[Words, ...]) -> str:
    """A bar ends a cell, even inside of code."""
    kept = (_words(cell).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(kept)} |\n"


def _fenced(source: Source) -> str:
    """The fence is longer than any run of backticks within, so that nothing within ends it."""
    longest = max((len(run) for run in re.findall("`+", source.text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{source.kind}\n{source.text.rstrip()}\n{fence}\n"
