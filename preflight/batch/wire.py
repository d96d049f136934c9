"""What the gateway's SDK raises and returns, in the words of a run; the key is in none of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from preflight.batch import answers
from preflight.batch.refusals import (
    REQUEST_TIMEOUT,
    SERVER_FAULT,
    TOO_MANY,
    UNAUTHORIZED,
    Declined,
    Lost,
)
from preflight.gateway_key import KEY

_LONGEST_WORDS = 1000


@dataclass(slots=True)
class Wire:
    """The way to one gateway. `openai` and `httpx` are the modules, which are slow to import."""

    where: str
    key: str = field(repr=False)
    openai: Any
    httpx: Any

    @contextmanager
    def said(self, what: str, *, looking: bool = False) -> Iterator[None]:
        """Turn what the SDK raises into Declined (it said no) or Lost (it said nothing)."""
        where = self.where
        try:
            yield
        except self.openai.APIStatusError as error:
            status = error.status_code
            text = f"{what}: HTTP {status}: {self._clean(answers.words(error.body) or str(error))}"
            if status >= SERVER_FAULT or status == REQUEST_TIMEOUT:
                raise Lost(where, text, "try again") from None
            if status == TOO_MANY and looking:
                raise Lost(where, text, "try again later") from None
            remedies = {UNAUTHORIZED: f"check {KEY}", TOO_MANY: "run the same command again later"}
            remedy = remedies.get(status, "repair it and run again")
            raise Declined(where, text, remedy, status, _retry_after(error.response)) from None
        except (self.openai.APIConnectionError, self.httpx.HTTPError) as error:
            cause = self._clean(str(error.__cause__ or error))
            raise Lost(where, f"{what}: no answer ({cause})", "check the gateway's URL") from None
        except (self.openai.OpenAIError, ValueError) as error:
            text = f"{what}: an answer that is not the gateway's ({self._clean(str(error))})"
            raise Lost(where, text, "check the gateway's URL, then try again") from None

    def _clean(self, text: str) -> str:
        return text.replace(self.key, "***")[:_LONGEST_WORDS]


def body(raw: Any) -> Any:
    """The body of an answer, as JSON. Raises ValueError where it is none."""
    response = raw.http_response
    try:
        return response.json()
    except ValueError:
        kind = response.headers.get("content-type", "no content type").split(";")[0]
        raise ValueError(f"{kind}, not JSON") from None


def _retry_after(response: Any) -> float | None:
    """Seconds of a Retry-After; None for none, or for a date."""
    try:
        return max(0.0, float(response.headers["retry-after"]))
    except (KeyError, ValueError):
        return None


def created(found: Mapping[str, Any], unknown: float) -> float:
    """When it was created, in seconds since the epoch; `unknown` where that is not told."""
    told = answers.count(found.get("created_at"))
    return unknown if told is None else told


def in_path(identifier: str) -> str:
    """An id that arrives URL-encoded is decoded here, since the SDK encodes it once."""
    return unquote(identifier) if "%" in identifier else identifier
