import json

import pytest

from preflight.batch.rows import row

ANTHROPIC = {
    "model": "claude",
    "content": [{"type": "text", "text": "Hello."}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 3, "output_tokens": 2},
}
NOVA = {
    "output": {"message": {"role": "assistant", "content": [{"text": "Hello."}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 3, "outputTokens": 2},
}
GEMINI = {
    "candidates": [
        {"content": {"parts": [{"text": "Hel"}, {"text": "lo."}]}, "finishReason": "STOP"}
    ],
    "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 2},
    "modelVersion": "gemini",
}


def read(value):
    return row(json.dumps(value).encode())


@pytest.mark.parametrize(
    "value",
    [
        {"recordId": "r1", "modelInput": {}, "modelOutput": ANTHROPIC},
        {"recordId": "r1", "modelInput": {}, "modelOutput": NOVA},
        {"status": "", "request": {}, "response": GEMINI, "requestId": "r1"},
    ],
)
def test_native_rows_come_out_as_chat_completions(value):
    found = read(value)
    assert (found.custom_id, found.ok) == ("r1", True)
    body = json.loads(found.line)["response"]["body"]
    assert body["choices"][0]["message"]["content"] == "Hello."
    assert body["choices"][0]["finish_reason"] == "stop"
    assert body["usage"] == {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}


def test_a_body_of_an_unknown_family_is_passed_on_as_it_came():
    found = read({"recordId": "r1", "modelOutput": {"embedding": [1.5]}})
    assert json.loads(found.line)["response"]["body"] == {"embedding": [1.5]}


@pytest.mark.parametrize(
    "value",
    [
        {"recordId": "r1", "modelInput": {}, "error": {"errorCode": 400, "errorMessage": "bad"}},
        {"recordId": "r1", "modelInput": {}},
        {"status": "quota", "request": {}, "response": None, "requestId": "r1"},
        {"status": "", "request": {}, "requestId": "r1"},
        {"status": "cut short", "request": {}, "response": GEMINI, "requestId": "r1"},
        {"custom_id": "r1", "response": {"status_code": 500, "body": {}}, "error": None},
        {"custom_id": "r1", "response": None, "error": {"code": "batch_expired"}},
        {"custom_id": "r1", "response": {"status_code": 200}, "error": {"code": "x"}},
        {"custom_id": "r1", "response": {"status_code": "200"}, "error": None},
    ],
)
def test_a_row_is_judged_by_its_own_words(value):
    found = read(value)
    assert (found.custom_id, found.ok) == ("r1", False)


@pytest.mark.parametrize("line", [b"{", b"[]", b"3", b"{}", b'{"response":{}}', b'"x"'])
def test_what_names_no_request_is_no_row(line):
    assert row(line) is None


def test_an_id_that_was_coerced_to_a_number_is_still_found():
    assert read({"status": "", "response": GEMINI, "requestId": 7}).custom_id == "7"


@pytest.mark.parametrize(
    "body",
    [
        {"content": 5},
        {"content": [5, {"text": 7}], "usage": [1]},
        {"output": "x"},
        {"output": {"message": {"content": 5}}, "usage": "x"},
        {"candidates": [{"content": [], "finishReason": {}}], "usageMetadata": 3},
        {"candidates": [{"content": {"parts": 5}}]},
        "text",
    ],
)
def test_an_odd_body_is_still_a_result(body):
    found = read({"recordId": "r1", "modelOutput": body})
    assert (found.custom_id, found.ok) == ("r1", True)


def with_body(body):
    return row(b'{"custom_id":"r1","response":{"status_code":200,"body":' + body + b"}}")


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b"1e400", None),
        (b"NaN", None),
        (b'"cut \\ud83d"', "cut \ud83d"),
        (b'"\\ud83d\\ude00"', "\N{GRINNING FACE}"),
    ],
)
def test_values_that_are_no_strict_json_take_no_result_away(body, kept):
    found = with_body(body)
    assert (found.custom_id, found.ok) == ("r1", True)
    assert json.loads(found.line)["response"]["body"] == kept


def test_a_row_whose_values_cannot_be_read_is_an_error_of_its_request():
    found = with_body(b'"\xff"')
    assert (found.custom_id, found.ok) == ("r1", False)
    assert "cannot be read" in json.loads(found.line)["error"]["message"]


def test_a_row_that_is_too_deep_belongs_to_nobody():
    assert with_body(b"[" * 5000 + b"]" * 5000) is None


def test_numbers_come_out_as_they_came_in():
    body = b'{"n":123456789012345678901234567890,"x":-0.0000001,"t":"\xc3\xa4"}'
    found = row(b'{"custom_id":"r1","response":{"status_code":200,"body":' + body + b"}}")
    assert json.loads(found.line)["response"]["body"] == json.loads(body)


def test_an_empty_id_is_no_id():
    assert read({"custom_id": "", "recordId": "r2", "modelOutput": {}}).custom_id == "r2"
    assert read({"custom_id": "", "response": {"status_code": 200}}) is None
