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
