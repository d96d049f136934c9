"""`preflight status --format html`, and what it is made of: when a run did what, what it took."""

import json
import re
from itertools import pairwise

import pytest
from cli_world import IDS, world
from gateway_double import Double, lines
from html_runs import BEGAN, HOUR, RUNS, journal

from preflight.batch.journal import Entry
from preflight.batch.times import Doing, spans
from preflight.batch.used import used
from preflight.render import html_run
from preflight.render.findings import Kind
from preflight.render.html_times import lasted

DONE = {"status": "completed", "output_file_id": "out"}
USAGE = {"prompt_tokens": 1_000_000, "completion_tokens": 500_000}


def answered(custom_id, **body):
    body = {
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [{"message": {"content": "yes"}}],
        "usage": USAGE,
    } | body
    response = {"status_code": 200, "request_id": "q", "body": body}
    return {"id": "x", "custom_id": custom_id, "response": response, "error": None}


@pytest.fixture
def double():
    content = {"out": lines(*(answered(custom_id) for custom_id in IDS))}
    return Double(
        states=[{"status": "validating"}, {"status": "in_progress"}, DONE], content=content
    )


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, double):
    with world(tmp_path, monkeypatch, double):
        yield tmp_path / "a-run"


def text_of(source):
    source = source[source.index("</style>") : source.index("<script>")]
    return " ".join(re.sub(r"<[^>]+>", " ", source).split())


def test_a_finished_run_shows_its_time_line_and_its_money(preflight, folder):
    assert preflight("run", "requests.jsonl", "--out", folder)[0] == 0
    code, out, err = preflight("status", folder, "--format", "html")
    assert (code, err) == (0, "")
    text = text_of(out)
    assert "COMPLETE every one of 3 requests has a result." in text
    assert "results 3 errors 0 missing 0" in text
    for words in ("is uploaded and created", "has ended, and is fetched"):
        assert words in text
    # Three results, a million tokens of prompts and half a million of answers each.
    assert "gpt-4o-mini-2024-07-18 3 3,000,000 1,500,000 $0.6750" in text
    assert "requests.jsonl" in text
    assert "openai (openai-main)" in text


def test_a_run_that_goes_on_is_looked_at_once(preflight, folder, double):
    double.states = [{"status": "in_progress", "request_counts": {"total": 3, "completed": 2}}]
    assert preflight("submit", "requests.jsonl", "--out", folder)[0] == 0
    before = double.done["look"]
    code, out, _ = preflight("status", folder, "--format", "html")
    text = text_of(out)
    assert code == 0
    assert double.done["look"] == before + 1
    assert "GOING ON 0 of 1 batch ended so far." in text
    assert "came back 0 in batches that ended 0" in text
    assert "done at the provider 2 failed at the provider 0 open 1" in text


def test_the_page_holds_no_key(preflight, folder):
    preflight("run", "requests.jsonl", "--out", folder)
    _, out, _ = preflight("status", folder, "--format", "html")
    assert "tfy-" not in out


def doings(found):
    return [span.doing for span in found]


def test_a_shard_waits_is_sent_waits_runs_and_ends():
    found = spans(journal(1, hours=3), BEGAN)
    assert doings(found) == [
        Doing.WAITING,
        Doing.SENDING,
        Doing.QUEUED,
        Doing.RUNNING,
        Doing.ENDED,
    ]
    assert found[0].start == BEGAN
    assert found[-1].end == pytest.approx(BEGAN + 4.05 * HOUR)
    for before, after in pairwise(found):
        assert before.end == after.start


def test_what_is_not_over_has_no_end():
    found = spans(journal(1, hours=3, seen=2), BEGAN)
    assert doings(found)[-1] is Doing.RUNNING
    assert found[-1].end is None
    assert spans((), BEGAN)[0].doing is Doing.WAITING


def test_a_queue_that_is_full_makes_a_shard_wait_again():
    found = spans(sorted(journal(1, hours=1, refused=2), key=lambda one: one.at), BEGAN)
    assert doings(found).count(Doing.WAITING) == 3


def test_a_further_attempt_begins_with_waiting():
    first = journal(0.1, hours=1, status="failed")
    again = [Entry(BEGAN + 5 * HOUR, 2, "begin", "answer", {})]
    found = spans([*first, *again], BEGAN)
    assert (found[-1].doing, found[-1].attempt, found[-1].end) == (Doing.WAITING, 2, None)
    assert found[-2].doing is Doing.FAILED


def test_lines_that_say_nothing_of_a_shard_change_nothing():
    odd = [Entry(BEGAN + 9, 1, step, "answer", {}) for step in ("merge", "cancel", "rehearse")]
    assert spans(odd, BEGAN) == spans((), BEGAN)


@pytest.mark.parametrize(
    ("name", "kind", "word"),
    [
        ("going", None, "GOING ON"),
        ("complete", Kind.PASSED, "COMPLETE"),
        ("partly-failed", Kind.FAILED, "PARTLY FAILED"),
    ],
)
def test_a_run_is_called_what_it_is(name, kind, word):
    assert html_run.standing(RUNS[name]())[:2] == (kind, word)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59.6, "1 min"), (61, "1 min 1 s"), (3_600, "1 h"), (90_000, "1 d 1 h")],
)
def test_a_time_is_said_as_people_say_it(seconds, said):
    assert lasted(seconds) == said


def test_tokens_are_counted_by_model_whatever_they_are_called(tmp_path):
    claude = {"input_tokens": 7, "output_tokens": 2}
    rows = [
        answered("a"),
        answered("b", usage=claude, model="claude"),
        answered("c", usage=None),
        answered("d", usage={"prompt_tokens": "many"}),
        {"custom_id": "e", "response": None, "error": {}},
    ]
    path = tmp_path / "results.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + "no JSON\n")
    found = used(path)
    assert {name: (one.prompts, one.answers, one.rows) for name, one in found.items()} == {
        "gpt-4o-mini-2024-07-18": (1_000_000, 500_000, 1),
        "claude": (7, 2, 1),
    }
