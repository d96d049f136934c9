"""An OpenAI chat request as the native body of the provider's model family."""

from collections.abc import Callable
from typing import Any

from preflight.sandbox.gateway.refusal import BAD_REQUEST, Refusal

Body = dict[str, Any]

_DEFAULT_MAX_TOKENS = 4096  # Anthropic's messages need a bound, OpenAI's do not


def for_bedrock(model: str) -> Callable[[Body], Body]:
    """The conversion for a Bedrock model id, inference profile id or ARN.

    Raises:
        Refusal: 400 for a family the gateway has no batch conversion for.
    """
    for mark, convert in (("anthropic.", anthropic), ("amazon.nova", nova)):
        if mark in model:
            return convert
    raise Refusal(
        BAD_REQUEST,
        f"the gateway cannot convert batch requests for the Bedrock model {model}",
        "invalid_model",
        "x-tfy-aws-bedrock-model",
    )


def anthropic(body: Body) -> Body:
    """Anthropic's messages format, as Bedrock's InvokeModel takes it."""
    system, turns = _split(body)
    return {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": _max_tokens(body) or _DEFAULT_MAX_TOKENS,
        "messages": [
            {"role": role, "content": [{"type": "text", "text": text} for text in texts]}
            for role, texts in turns
        ],
        **({"system": "\n".join(system)} if system else {}),
        **_renamed(body, temperature="temperature", top_p="top_p", stop="stop_sequences"),
    }


def nova(body: Body) -> Body:
    """Amazon Nova's messages format."""
    system, turns = _split(body)
    settings = _renamed(body, temperature="temperature", top_p="topP", stop="stopSequences")
    if (bound := _max_tokens(body)) is not None:
        settings["maxTokens"] = bound
    return {
        "schemaVersion": "messages-v1",
        "messages": [
            {"role": role, "content": [{"text": text} for text in texts]} for role, texts in turns
        ],
        **({"system": [{"text": text} for text in system]} if system else {}),
        **({"inferenceConfig": settings} if settings else {}),
    }


def gemini(body: Body) -> Body:
    """Gemini's GenerateContent format."""
    system, turns = _split(body)
    settings = _renamed(body, temperature="temperature", top_p="topP", stop="stopSequences")
    if (bound := _max_tokens(body)) is not None:
        settings["maxOutputTokens"] = bound
    schema = _schema(body)
    if schema is not None:
        settings |= {"responseMimeType": "application/json", "responseSchema": schema}
    return {
        "contents": [
            {
                "role": "model" if role == "assistant" else "user",
                "parts": [{"text": text} for text in texts],
            }
            for role, texts in turns
        ],
        **({"systemInstruction": {"parts": [{"text": t} for t in system]}} if system else {}),
        **({"generationConfig": settings} if settings else {}),
    }


def _split(body: Body) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """The system's texts, and the other turns as (role, texts)."""
    system: list[str] = []
    turns: list[tuple[str, list[str]]] = []
    messages = body.get("messages")
    for message in messages if isinstance(messages, list) else []:
        if not isinstance(message, dict):
            continue
        texts = _texts(message.get("content"))
        if message.get("role") in ("system", "developer"):
            system += texts
        else:
            turns.append(("assistant" if message.get("role") == "assistant" else "user", texts))
    return system, turns


def _texts(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content]
    parts = content if isinstance(content, list) else []
    return [str(p["text"]) for p in parts if isinstance(p, dict) and p.get("type") == "text"]


def _schema(body: Body) -> Any:
    """The JSON Schema that answers are to follow; None where none is asked for."""
    form = body.get("response_format")
    named = form.get("json_schema") if isinstance(form, dict) else None
    return named.get("schema") if isinstance(named, dict) else None


def _max_tokens(body: Body) -> Any:
    return body.get("max_completion_tokens", body.get("max_tokens"))


def _renamed(body: Body, **names: str) -> Body:
    """The settings that are there, under the family's names; a single stop word becomes a list."""
    found = {new: body[old] for old, new in names.items() if body.get(old) is not None}
    stop = names["stop"]
    if isinstance(found.get(stop), str):
        found[stop] = [found[stop]]
    return found
