"""Status 200 with nothing in it is an error, and its row says why; an empty text is an answer."""

import itertools
import json

import pytest
from join_world import chat, claude, gemini, nova

from preflight.batch.answered import EMPTY, FAILED
from preflight.batch.likely_rows import LIKELY
from preflight.batch.rows import row


def of_openai(body):
    return {"custom_id": "r", "response": {"status_code": 200, "body": body}, "error": None}


def of_bedrock(body):
    return {"recordId": "r", "modelOutput": body}


def of_vertex(body):
    return {"requestId": "r", "status": "", "response": body}


def read(value):
    return row(json.dumps(value).encode())


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (of_openai(None), "its body is empty"),
        (of_openai({}), "its body is empty"),
        (of_openai(""), "its body is empty"),
        (of_openai({"choices": []}), "its body has no choices"),
        (of_openai({"choices": None}), "its body has no choices"),
        (of_openai({"choices": [{}, 5, {"message": None}]}), "there is nothing in its choices"),
        (of_openai({"data": []}), "its body has no data"),
        (of_openai({"results": []}), "its body has no results"),
        (
            of_openai({"output": [], "incomplete_details": {"reason": "max_output_tokens"}}),
            "its body has no output (max_output_tokens)",
        ),
        (of_bedrock({}), "its body is empty"),
        (of_bedrock({"content": []}), "its body has no content"),
        (
            of_vertex({"candidates": [], "promptFeedback": {"blockReason": "SAFETY"}}),
            "its body has no candidates (SAFETY)",
        ),
        (of_vertex({"candidates": [{}]}), "there is nothing in its candidates"),
    ],
)
def test_a_success_with_nothing_in_it_is_an_error_that_says_what_is_lacking(value, words):
    found = read(value)
    assert (found.custom_id, found.ok) == ("r", False)
    told = json.loads(found.line)
    message = f"the response says it succeeded, and {words}"
    assert told["error"] == {"code": EMPTY, "message": message}
    assert told["response"]["status_code"] == 200


@pytest.mark.parametrize("error", [{"code": "x", "message": "no"}, "x: no"])
def test_a_success_that_carries_an_error_is_one(error):
    told = json.loads(read(of_openai({"error": error, "choices": [{"message": {}}]})).line)
    assert told["error"] == {"code": FAILED, "message": "the response carries an error: x: no"}


@pytest.mark.parametrize(
    "value",
    [
        of_openai({"choices": [{"message": {"content": ""}, "finish_reason": "length"}]}),
        of_openai({"choices": [{"message": {"content": None, "tool_calls": [{}]}}]}),
        of_openai({"choices": [{"text": ""}]}),
        of_openai({"output": [{"type": "reasoning"}], "error": None}),
        of_openai({"data": [{"embedding": []}]}),
        of_openai({"id": "video_1", "status": "queued"}),
        of_openai("text"),
        of_bedrock({"content": [], "stop_reason": "end_turn"}),
        of_bedrock({"embedding": [0.5]}),
        of_vertex({"candidates": [{"finishReason": "SAFETY"}]}),
    ],
)
def test_an_empty_text_and_a_form_nobody_knows_are_answers(value):
    assert read(value).ok


PARTS = {
    "custom_id": ("r", "", 7, None),
    "recordId": ("r2", None),
    "requestId": ("r3", None),
    "key": ("r4", None),
    "status": ("", "BAD", None),
    "error": (None, {"code": "x"}, {}),
}
ABSENT = object()
BODIES = (
    chat("")["response"]["body"],
    claude("")["modelOutput"],
    nova("")["modelOutput"],
    gemini("")["response"],
    *({"choices": value} for value in ([], [{}], [{"text": "x"}], [{"message": None}], None)),
    *({name: value} for name in ("output", "data", "content") for value in ([], [{}], [5], None)),
    {"choices": [{"message": {}}], "error": {"message": "x"}},
    {"content": [{"type": "text", "text": "x"}], "choices": []},
    {},
    None,
)


def combinations():
    for values in itertools.product(*((ABSENT, *several) for several in PARTS.values())):
        base = {n: v for n, v in zip(PARTS, values, strict=True) if v is not ABSENT}
        for index, body in enumerate(BODIES):
            status = (200, 299, 300, "200", None, True)[index % 6]
            yield base | {"response": {"status_code": status, "body": body}}
            yield base | {"response": {"status_code": 200, "body": body}}
            yield base | {"response": body}
            yield base | {"modelOutput": body}


def test_what_is_told_at_a_glance_is_what_reading_in_full_tells():
    seen = [0] * len(LIKELY)
    for value in itertools.islice(combinations(), 0, None, 7):
        line = json.dumps(value).encode()
        for number, likely in enumerate(LIKELY):
            try:
                custom_id = likely.decode(line).custom_id
            except ValueError:
                continue
            seen[number] += 1
            found = row(line)
            assert found is not None, line
            assert (found.custom_id, found.ok) == (custom_id, True), line
            assert (found.line == line) is likely.as_it_is, line
    assert all(seen), seen
