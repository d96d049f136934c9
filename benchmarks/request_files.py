"""Request files to measure with: the same bytes for the same seed.

The text is that of the docstrings of Python's standard library (prose and code, an escape about
every 40 bytes); one request in twenty ends in another script, escaped as `json.dumps` does.
"""

import base64
import json
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MB = 1000 * 1000
SEED = 20261

JAPANESE = (
    "これは日本語の文章です。",
    "機械学習モデルの評価について、",
    "東京都の天気は晴れ、気温は二十五度。",
    "お客様のご要望を要約すると、次の通りです。",
    "カタカナとひらがなが混ざっています。",
)
AROUND = 260
"""Bytes of a line around the text."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How the lines of a file look: about how long they are, what they hold, how ids are made."""

    title: str
    length: int
    content: Callable[[random.Random, str, int], Any]
    raw: bool = False
    custom_id: Callable[[random.Random, int], str] = lambda _, number: f"request-{number}"


def prose(chance: random.Random, text: str, length: int) -> str:
    """Text of about this many bytes."""
    size = max(50, int((length - AROUND) * 0.95 * chance.uniform(0.5, 1.5)))
    start = chance.randrange(len(text) - size)
    tail = "".join(chance.choices(JAPANESE, k=3)) if chance.random() < 1 / 20 else ""
    return text[start : start + size] + tail


def image(chance: random.Random, text: str, length: int) -> list[dict[str, Any]]:
    """A question and a picture of about this many bytes."""
    picture = base64.b64encode(chance.randbytes(int(length * 0.745))).decode()
    url = {"url": f"data:image/png;base64,{picture}"}
    return [
        {"type": "text", "text": prose(chance, text, 800)},
        {"type": "image_url", "image_url": url},
    ]


def japanese(chance: random.Random, _: str, length: int) -> str:
    """Japanese text of about this many bytes, as it stands."""
    return "".join(chance.choices(JAPANESE, k=length // 48))


KINDS = {
    "4k": Kind("4 kB lines", 4_000, prose),
    "600": Kind("600 B lines", 600, prose),
    "100k": Kind("100 kB lines", 100_000, image),
    "japanese": Kind("raw Japanese, 4 kB lines", 4_000, japanese, raw=True),
    "uuid": Kind(
        "600 B lines, random ids",
        600,
        prose,
        custom_id=lambda chance, _: f"r{chance.getrandbits(128):032x}",
    ),
}


def requests(kind: Kind, seed: int = SEED) -> Iterator[dict[str, Any]]:
    """Yield requests for ever, the same ones for the same seed."""
    from preflight.requests.example import documented  # noqa: PLC0415 - to name the kinds is quick

    chance = random.Random(seed)  # noqa: S311 - nothing secret depends on it
    text = "\n".join(item.docstring for item in documented())
    number = 0
    while True:
        number += 1
        content = kind.content(chance, text, kind.length)
        yield {
            "custom_id": kind.custom_id(chance, number),
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {
                "model": "gpt-4o-mini",
                "messages": [
                    {"role": "system", "content": "You are a helpful assistant."},
                    {"role": "user", "content": content},
                ],
                "max_tokens": 500,
            },
        }


def write(path: Path, kind: Kind, size: int) -> None:
    """Write a file of at least so many bytes, by less than one line more."""
    written = 0
    with path.open("wb") as file:
        for request in requests(kind):
            line = json.dumps(request, ensure_ascii=not kind.raw).encode() + b"\n"
            written += file.write(line)
            if written >= size:
                return


if __name__ == "__main__":
    write(Path(sys.argv[1]), KINDS[sys.argv[2]], int(sys.argv[3]))
