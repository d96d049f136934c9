"""The little Markdown that the pages need, and the names they give to providers."""

from collections.abc import Iterable, Sequence

NAMES = {
    "requests": "The request file",
    "gateway": "The gateway",
    "openai": "OpenAI",
    "azure": "Azure OpenAI",
    "vertex": "Vertex AI",
    "bedrock": "Amazon Bedrock",
}
"""What a world or a provider is called in a heading."""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar in a cell is kept from ending it."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """The text as code."""
    return f"`{text}`"


def codes(texts: Iterable[str]) -> str:
    """Several, with commas between them."""
    return ", ".join(map(code, texts))


def fenced(kind: str, text: str) -> str:
    """A block of code of that kind."""
    return f"```{kind}\n{text}\n```\n"
