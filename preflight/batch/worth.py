"""Which requests are worth sending again: what failed for a reason that passes.

Too many at once, a fault of the service, a batch that ended too early, an answer that did not
arrive: the same request may well succeed. What was refused for what it says is refused again.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from preflight.batch.answered import EMPTY, reason
from preflight.batch.blocks import TooLong
from preflight.batch.requests_named import identifier, requests_named
from preflight.batch.rows import UNREADABLE
from preflight.batch.shards import renamed as line_renamed
from preflight.requests.lines import LONGEST_LINE

_PASSING = frozenset({408, 424, 425, 429})
_SERVER_FAULT = 500
_NAMES = (
    # OpenAI and Azure OpenAI
    "batch_expired",
    "batch_cancelled",
    "rate_limit_exceeded",
    "server_error",
    "internal_server_error",
    "service_unavailable",
    "timeout",
    # Anthropic
    "rate_limit_error",
    "overloaded_error",
    "api_error",
    "timeout_error",
    # Amazon Bedrock
    "ThrottlingException",
    "ServiceQuotaExceededException",
    "ModelTimeoutException",
    "ModelErrorException",
    "ModelNotReadyException",
    "InternalServerException",
    "ServiceUnavailableException",
    # Google
    "RESOURCE_EXHAUSTED",
    "UNAVAILABLE",
    "DEADLINE_EXCEEDED",
    "INTERNAL",
    "ABORTED",
    "CANCELLED",
    UNREADABLE,
)
_PASSING_NAMES = frozenset(re.sub(r"\W|_", "", name).lower() for name in _NAMES)
_STATUS = re.compile(r"\b(?:code|status|http|error)\W{1,4}([1-5]\d\d)\b", re.IGNORECASE)
_NAMED = re.compile(r"\b(?:RESOURCE_EXHAUSTED|UNAVAILABLE|DEADLINE_EXCEEDED|INTERNAL|ABORTED)\b")


def worth(row: Mapping[str, Any]) -> bool:
    """Whether a request is worth sending again, by its row of `errors.jsonl`."""
    response, error = row.get("response"), row.get("error")
    answer = response if isinstance(response, Mapping) else {}
    body = answer.get("body")
    if isinstance(error, Mapping) and error.get("code") == EMPTY:
        return not reason(body)  # what was held back or cut short will be again
    if _passes(answer.get("status_code")):
        return True
    told = [error, body.get("error") if isinstance(body, Mapping) else None]
    return any(map(_transient, told))


def _passes(status: Any) -> bool:
    return isinstance(status, int) and (status in _PASSING or status >= _SERVER_FAULT)


def _transient(error: Any) -> bool:
    """Whether an error says of itself that it passes."""
    if not isinstance(error, Mapping):
        return isinstance(error, str) and _says(error)
    if error.get("retryable") is True or error.get("expired") is True:  # Bedrock's words
        return True
    codes = [error.get(name) for name in ("code", "errorCode", "type", "status")]
    if any(map(_passes, codes)) or any(map(_named, codes)):
        return True
    if any(isinstance(code, int) for code in codes):
        return False
    words = (error.get(name) for name in ("message", "errorMessage"))
    return any(isinstance(each, str) and _says(each) for each in words)


def _named(code: Any) -> bool:
    if not isinstance(code, str):
        return False
    if code.isdecimal():
        return _passes(int(code))
    return re.sub(r"\W|_", "", code).lower() in _PASSING_NAMES


def _says(words: str) -> bool:
    """Vertex AI tells no code but in words: the first status in them decides."""
    if found := _STATUS.search(words):
        return _passes(int(found[1]))
    return bool(_NAMED.search(words))


def write_retry(requests: Path, folder: Path, to: BinaryIO, *, renamed: bool = False) -> int:
    """Write the requests that are worth sending again, in their order; how many there are.

    A request that nothing came back for is one, unless no answer could be told to be its own: it
    has no id, or is too long.

    Args:
        requests: the run's copy of the request file.
        folder: where `joining.join` has written.
        to: what they are written to.
        renamed: whether the run's shards were sent under other names; these are, too.

    Raises OSError.
    """
    count = 0
    with (
        (folder / "missing.jsonl").open("rb") as missing,
        (folder / "errors.jsonl").open("rb") as errors,
        (folder / "again.jsonl").open("rb") as again,
    ):
        nothing_for = next(missing, None)
        for ordinal, line in _numbered(requests, again) if renamed else enumerate(again):
            if line == nothing_for:
                nothing_for = next(missing, None)
                wanted = bool(identifier(line)) and len(line) <= LONGEST_LINE
            else:
                wanted = worth(_decoded(next(errors)))
            if wanted:
                bare = line.removesuffix(b"\n")
                to.write((line_renamed(bare, ordinal) if renamed else bare) + b"\n")
                count += 1
    return count


def _decoded(line: bytes) -> Mapping[str, Any]:
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except ValueError:  # numbers that only some readers take
        return {"error": {"message": line.decode(errors="replace")}}


def _numbered(requests: Path, again: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Each request without a result, and which of all it is."""
    wanted = next(again, None)
    with requests.open("rb", buffering=0) as file:
        first = 0
        for piece in requests_named(file):
            if isinstance(piece, TooLong):
                if wanted and len(wanted) == piece.size + 1:
                    yield first, wanted
                    wanted = next(again, None)
                first += 1
                continue
            for ordinal, line in enumerate(piece.lines, piece.first):
                if wanted is not None and line + b"\n" == wanted:
                    yield ordinal, wanted
                    wanted = next(again, None)
            first = piece.first + len(piece.lines)
