"""Without colours a page is the text that rich would draw, to the letter."""

import io
import random

import pytest

from preflight.render import coloured, plain
from preflight.render.paragraphs import Paragraph

WORDS = ("a", "word", "with-dashes", "(brackets)", "1,000", "é", "e\u0301", "日本語", "🙂", "❤️")
WORDS += ("👨‍👩‍👧", "🇩🇪", "ไทย", "[red]", ":smile:", "x" * 60, "y" * 240, "日" * 80, "\n", "")
WORDS += ("\u0301",)


def text(dice):
    parts = dice.choices(WORDS, k=dice.randint(0, 30))
    return "".join(part + dice.choice((" ", " ", "", "  ")) for part in parts)


def paragraph(dice):
    styles = ("", "bold", "dim", "red")
    parts = tuple((text(dice), dice.choice(styles)) for _ in range(dice.randint(0, 3)))
    return Paragraph(parts, dice.choice((None, ("✓", "green"), ("x", "red"))))


@pytest.mark.parametrize("seed", range(8))
def test_a_page_is_folded_as_rich_folds_it(seed):
    dice = random.Random(seed)
    page = [paragraph(dice) for _ in range(60)]
    drawn = coloured.lines(page, io.StringIO())
    assert [line.rstrip() for line in plain.lines(page)] == [line.rstrip() for line in drawn]


def test_no_line_is_wider_than_the_page():
    page = [Paragraph((("z" * 1_000, ""),), ("✓", "green")), Paragraph((("日" * 500, ""),))]
    assert max(map(plain.cell_len, plain.lines(page))) == plain.WIDTH
