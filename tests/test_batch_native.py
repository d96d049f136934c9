"""Answers in the models' own forms come out as chat completions, with all that was said."""

import json

import pytest

from preflight.batch.native import completion

ADD = {"name": "add", "input": {"a": "\u00e4"}}


def text(said):
    return said["message"]["content"]


@pytest.mark.parametrize(
    ("body", "words", "finish", "tokens"),
    [
        (
            {
                "content": [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo."}],
                "stop_reason": "max_tokens",
                "usage": {
                    "input_tokens": 3,
                    "cache_read_input_tokens": 100,
                    "cache_creation_input_tokens": 20,
                    "output_tokens": 2,
                },
            },
            "Hello.",
            "length",
            (123, 2),
        ),
        (
            {
                "output": {"message": {"content": [{"text": "Hello."}]}},
                "stopReason": "guardrail_intervened",
                "usage": {"inputTokens": 3, "cacheReadInputTokens": 4, "outputTokens": 2},
            },
            "Hello.",
            "content_filter",
            (7, 2),
        ),
        (
            {
                "candidates": [
                    {"content": {"parts": [{"text": "Hello."}]}, "finishReason": "STOP"}
                ],
                "usageMetadata": {
                    "promptTokenCount": 3,
                    "candidatesTokenCount": 2,
                    "thoughtsTokenCount": 40,
                },
            },
            "Hello.",
            "stop",
            (3, 42),
        ),
        (
            {
                "generation": "Hello.",
                "prompt_token_count": 3,
                "generation_token_count": 2,
                "stop_reason": "stop",
            },
            "Hello.",
            "stop",
            (3, 2),
        ),
        (
            {
                "inputTextTokenCount": 3,
                "results": [
                    {"tokenCount": 2, "outputText": "Hello.", "completionReason": "FINISH"}
                ],
            },
            "Hello.",
            "stop",
            (3, 2),
        ),
        (
            {"outputs": [{"text": "Hello.", "stop_reason": "length"}]},
            "Hello.",
            "length",
            (None, None),
        ),
        (
            {"generations": [{"text": "Hello.", "finish_reason": "COMPLETE"}]},
            "Hello.",
            "stop",
            (None, None),
        ),
        (
            {"text": "Hello.", "generation_id": "g", "finish_reason": "ERROR_TOXIC"},
            "Hello.",
            "content_filter",
            (None, None),
        ),
    ],
    ids=["anthropic", "converse", "gemini", "llama", "titan", "mistral", "command", "command-r"],
)
def test_each_family_is_read(body, words, finish, tokens):
    made = completion(body)
    (choice,) = made["choices"]
    assert (text(choice), choice["finish_reason"]) == (words, finish)
    assert (made["usage"]["prompt_tokens"], made["usage"]["completion_tokens"]) == tokens
    assert made["object"] == "chat.completion"


@pytest.mark.parametrize(
    ("body", "identifier"),
    [
        (
            {
                "content": [{"type": "tool_use", "id": "t1", **ADD}],
                "stop_reason": "tool_use",
            },
            "t1",
        ),
        (
            {
                "output": {
                    "message": {
                        "content": [
                            {
                                "toolUse": {
                                    "toolUseId": "t1",
                                    "name": "add",
                                    "input": {"a": "\u00e4"},
                                }
                            }
                        ]
                    }
                },
                "stopReason": "tool_use",
            },
            "t1",
        ),
        (
            {
                "candidates": [
                    {
                        "content": {
                            "parts": [{"functionCall": {"name": "add", "args": {"a": "\u00e4"}}}]
                        },
                        "finishReason": "STOP",
                    }
                ]
            },
            "call_0",
        ),
    ],
)
def test_a_call_of_a_tool_is_kept(body, identifier):
    (choice,) = completion(body)["choices"]
    function = {"name": "add", "arguments": '{"a": "\u00e4"}'}
    call = {"id": identifier, "type": "function", "function": function}
    assert choice["message"] == {"role": "assistant", "content": None, "tool_calls": [call]}
    assert choice["finish_reason"] == "tool_calls"


@pytest.mark.parametrize(
    "body",
    [
        {"content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Yes."}]},
        {
            "output": {
                "message": {
                    "content": [
                        {"reasoningContent": {"reasoningText": {"text": "Hm."}}},
                        {"text": "Yes."},
                    ]
                }
            }
        },
        {
            "candidates": [
                {"content": {"parts": [{"text": "Hm.", "thought": True}, {"text": "Yes."}]}}
            ]
        },
    ],
)
def test_reasoning_stands_beside_the_answer(body):
    message = completion(body)["choices"][0]["message"]
    assert (message["content"], message["reasoning_content"]) == ("Yes.", "Hm.")


def test_every_candidate_is_a_choice():
    candidates = [{"content": {"parts": [{"text": word}]}} for word in ("a", "b")]
    made = completion({"candidates": candidates})
    assert [(choice["index"], text(choice)) for choice in made["choices"]] == [(0, "a"), (1, "b")]


@pytest.mark.parametrize("reason", ["SAFETY", "RECITATION", "PROHIBITED_CONTENT"])
def test_an_answer_that_was_held_back_says_so(reason):
    (choice,) = completion({"candidates": [{"finishReason": reason}]})["choices"]
    assert (text(choice), choice["finish_reason"]) == ("", "content_filter")


@pytest.mark.parametrize(
    "body",
    [
        {"content": [{"type": "image", "source": {}}]},
        {"content": [{"type": "text", "text": 5}]},
        {"content": ["text"]},
        {"output": {"message": {"content": [{"image": {}}]}}},
        {"output": {"message": {"content": ["text"]}}},
        {"output": {"message": {"content": "text"}}},
        {"candidates": [{"content": {"parts": [{"inlineData": {}}]}}]},
        {"candidates": [{"content": {"parts": ["text"]}}]},
        {"candidates": [{}]},
        {"results": [{"flagged": False}]},
        {"outputs": []},
        {"text": "Hello."},
        {"text": "Hello.", "generation_id": "g", "tool_calls": [{}]},
        {"choices": [{"message": {}}]},
        {"embedding": [1.5]},
    ],
    ids=json.dumps,
)
def test_what_a_chat_completion_cannot_hold_is_left_as_it_came(body):
    assert completion(body) is body
