"""Whether there is an answer in a response that says it succeeded.

Status 200 and nothing in it is no result: whoever reads `choices[0]` of each would fall over it.
An empty *text* is an answer: the model said nothing, or all its tokens went into its reasoning, and
`finish_reason` says which.
"""

from collections.abc import Mapping
from typing import Any

_ANSWERS = ("choices", "output", "data", "results", "candidates")
"""Where an answer is, as a list of one or more: of a chat or a completion, of a response, of
embeddings or images, of moderations, and Gemini's own."""

EMPTY = "empty_answer"
"""The `code` of an error that a merge makes of a response with nothing in it."""

FAILED = "failed_answer"
"""The same, of a response that says it succeeded and carries an error."""


def lacking(body: Any) -> dict[str, str] | None:
    """Why there is no answer in a body, as a row's `error`; None where there is one."""
    if isinstance(body, Mapping) and (error := body.get("error")):
        return {"code": FAILED, "message": f"the response carries an error: {_words(error)}"}
    missing = _missing(body)
    if missing is None:
        return None
    why = f" ({told})" if (told := reason(body)) else ""
    return {"code": EMPTY, "message": f"the response says it succeeded, and {missing}{why}"}


def _missing(body: Any) -> str | None:
    if not body:
        return "its body is empty"
    if not isinstance(body, Mapping):
        return None
    empty = [name for name in _ANSWERS if name in body and not body[name]]
    if body.get("content") == [] and not body.get("stop_reason"):  # Anthropic's
        empty.append("content")
    if empty:
        return f"its body has no {empty[0]}"
    for name, holds in _PARTS.items():
        if isinstance(parts := body.get(name), list) and not any(map(holds, parts)):
            return f"there is nothing in its {name}"
    return None


def _is_choice(choice: Any) -> bool:
    if not isinstance(choice, Mapping):
        return False
    return isinstance(choice.get("message"), Mapping) or isinstance(choice.get("text"), str)


def _is_candidate(candidate: Any) -> bool:
    return isinstance(candidate, Mapping) and bool(candidate)


_PARTS = {"choices": _is_choice, "candidates": _is_candidate}


def reason(body: Any) -> str:
    """Why a body says that there is no answer in it; "" where it does not say."""
    if not isinstance(body, Mapping):
        return ""
    for name, key in (("promptFeedback", "blockReason"), ("incomplete_details", "reason")):
        told = body.get(name)
        if isinstance(told, Mapping) and told.get(key):
            return str(told[key])
    return ""


def _words(error: Any) -> str:
    if not isinstance(error, Mapping):
        return str(error)
    return ": ".join(str(error[name]) for name in ("code", "message") if error.get(name)) or "?"
