"""The charts of a report say the numbers that the report has, and say them as text too."""

import io
import re
from html.parser import HTMLParser
from itertools import pairwise
from random import Random

import pytest
from html_world import WORLDS, everything, report
from report_world import READY
from request_files import PROMISED

from preflight.limits import LIMITS
from preflight.render import html_report
from preflight.render.html_charts import against, bar
from preflight.render.html_input import MOST_COLUMNS, MOST_MODELS, grouped, size
from preflight.render.html_plan import MOST_ROWS
from preflight.requests.spread import Spreading


class Tables(HTMLParser):
    """The rows of each table, by its caption; the sections' texts; what SVG is called."""

    def __init__(self, source):
        super().__init__()
        self.rows, self.texts, self.labels = {}, {}, []
        self._caption, self._inside, self._section = None, [], ""
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self._inside.append(tag)
        if tag == "section":
            self._section = attributes["id"]
        if tag == "svg":
            said = attributes.get("aria-label")
            assert bool(said) != ("aria-hidden" in attributes) or "x" in attributes
            self.labels.append(said)
        if tag == "tr":
            self._row = []
        if tag in {"td", "th"}:
            self._row.append("")
        if tag == "caption":
            self._caption = ""

    def handle_endtag(self, tag):
        while self._inside and self._inside.pop() != tag:
            pass
        if tag == "tr":
            self.rows.setdefault(self._caption, []).append(self._row)

    def handle_data(self, data):
        self.texts[self._section] = self.texts.get(self._section, "") + data
        if "caption" in self._inside:
            self._caption += data
        elif {"td", "th"} & set(self._inside):
            self._row[-1] += data


def shown(made):
    out = io.StringIO()
    html_report.render(made, out)
    return out.getvalue()


def number(text):
    return int(text.replace(",", ""))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    made = everything(tmp_path_factory.mktemp("whole"))
    return made, Tables(shown(made))


def test_each_model_has_its_requests(whole):
    made, page = whole
    head, *rows = page.rows["Requests per model"]
    assert head == ["Model", "Share", "Requests"]
    assert {name: number(count) for name, _, count in rows} == dict(made.file.models)
    assert sum(number(row[2]) for row in rows) == made.file.requests


def test_of_many_models_the_most_used_are_named_and_the_others_counted(tmp_path):
    models = [f"model-{n}" for n in range(MOST_MODELS + 5)]
    made = report(tmp_path / "r.jsonl", {"openai": (PROMISED["openai"],)}, models=models)
    _, *rows = Tables(shown(made)).rows["Requests per model"]
    assert len(rows) == MOST_MODELS + 1
    assert rows[-1][0] == "5 others"
    assert sum(number(row[2]) for row in rows) == made.file.requests


@pytest.mark.parametrize(
    ("title", "spread"),
    [("How large a request is", "lengths"), ("How long a prompt is", "prompts")],
)
def test_a_histogram_has_each_request_of_the_sample_once(whole, title, spread):
    made, page = whole
    found = getattr(made.file, spread)
    _, *rows = page.rows[title]
    assert sum(number(row[1]) for row in rows) == found.count
    assert abs(sum(float(row[2].rstrip(" %")) for row in rows) - 100) < 1.5
    text = page.texts["input"]
    said = size if spread == "lengths" else "{:,} tokens".format
    half, high = (said(found.quantile(share)) for share in (0.5, 0.99))
    assert f"Half have about {half} or less, 99 % {high} or less, by a sample of" in text


def test_the_longest_line_stands_beside_what_a_file_may_have(whole):
    made, page = whole
    longest, line = made.file.longest_line
    assert f"The longest is line {line:,} with {size(longest)}." in page.texts["input"]
    assert "That is less than the 200 MB of one job's file (azure)" in page.texts["input"]


def test_what_would_be_split_is_what_the_plan_says(whole):
    made, page = whole
    _, *rows = page.rows["The providers side by side"]
    assert [(row[0], number(row[1]), number(row[2])) for row in rows] == [
        (plan.provider, len(plan.shards), len(plan.waves)) for plan in made.plans
    ]
    for plan in made.plans:
        _, *shards = page.rows[f"The shards: {plan.provider} {plan.target}"]
        assert [tuple(map(number, (row[0], row[2], row[4]))) for row in shards] == [
            (shard.number, shard.requests, shard.tokens) for shard in plan.shards
        ]
        assert sum(number(row[2]) for row in shards) == made.file.requests
        assert f"{len(plan.shards)} shards in {len(plan.waves)} wave" in page.texts["plan"]
        assert plan.money.words in page.texts["plan"]
        most = plan.allowance.max_requests
        assert f"one job takes {most.amount:,}" in page.texts["plan"]
    prices = [plan.money.prompts + plan.money.answers for plan in made.plans]
    said = [float(row[4].removeprefix("up to $").replace(",", "")) for row in rows]
    assert said == pytest.approx(prices, abs=0.005)


def test_each_shard_is_drawn_once(whole):
    made, _ = whole
    text = shown(made)
    start = text.index('<section id="plan"')
    drawn = len(re.findall(r'class="run"', text[start:]))
    assert drawn == sum(len(plan.shards) for plan in made.plans)


def test_very_many_shards_are_drawn_together_and_listed_up_to_a_bound(tmp_path):
    tables = "[openai]\nmax_requests = 2\n[gateway]\nmax_open_batches = 3\n"
    targets = {"openai": (PROMISED["openai"],)}
    made = report(tmp_path / "r.jsonl", targets, tables=tables)
    assert len(made.plans[0].shards) == 1_000
    page = Tables(shown(made))
    assert "Each box is 3 shards one after the other" in page.texts["plan"]
    text = shown(made)
    assert text[text.index('id="plan"') :].count('class="run"') == 112 + 111 + 111
    assert len(page.rows["The shards: openai gpt-4o-mini"]) == MOST_ROWS + 1
    assert "500 more: preflight plan --format json has all of them." in page.texts["plan"]


def test_a_price_that_is_not_known_is_not_made_up(tmp_path):
    targets = {name: (PROMISED[name],) for name in ("azure", "bedrock")}
    page = Tables(shown(report(tmp_path / "r.jsonl", targets)))
    assert [row[4] for row in page.rows["The providers side by side"][1:]] == ["not known"] * 2


def test_every_drawing_has_words_or_stands_beside_them(tmp_path):
    for make in WORLDS.values():
        page = Tables(shown(make(tmp_path)))
        labels = [label for label in page.labels if label]
        assert len(labels) == len(set(labels))
        assert all(label.count(" ") > 5 for label in labels)


def test_without_a_file_there_are_no_charts_of_one():
    text = shown(READY)
    assert 'id="input"' not in text
    assert 'id="plan"' not in text


def widths(element):
    return [float(rect.get("width").rstrip("%")) for rect in element.iter("rect")]


def test_a_bar_is_as_long_as_its_share():
    assert widths(bar(0.25)) == [100, 25]
    assert widths(bar(7)) == [100, 100]
    assert widths(bar(0)) == [100]


def test_what_is_above_a_limit_goes_on_behind_it():
    limit = LIMITS["openai"].max_requests
    below = widths(against(limit / 4, limit))
    assert below == pytest.approx([100, 25], abs=0.1)
    above = widths(against(4 * limit, limit))
    assert above == pytest.approx([25, 25, 75], abs=0.1)


@pytest.mark.parametrize("most", [1, 9, 17, 1_000, 3_000_000])
def test_columns_are_few_and_lose_nothing(most):
    chance = Random(most)
    values = [chance.randrange(most) for _ in range(500)] + [0, most]
    spreading = Spreading()
    spreading.add(values)
    spread = spreading.spread()
    columns = grouped(spread)
    assert 1 <= len(columns) <= MOST_COLUMNS
    assert sum(column.count for column in columns) == len(values)
    assert columns[0].least == 0
    assert columns[-1].most >= most
    for before, after in pairwise(columns):
        assert after.least == before.most + 1
    for column in columns:
        inside = sum(column.least <= value <= column.most for value in values)
        assert inside == column.count
