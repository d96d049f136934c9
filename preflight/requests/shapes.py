"""What a request looks like, as types that msgspec checks in C while it parses."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

from msgspec import Meta, Raw, Struct
from msgspec.json import Decoder

from preflight.requests.settings import Settings

FEATURES = ("tools", "response_format")
"""Body fields that some provider treats in a way of its own."""


class Message(Struct, gc=False):
    """One of `messages`. What else it holds is skipped, but still checked to be JSON."""

    role: str


Messages = Annotated[list[Message], Meta(min_length=1)]
Prompt = Annotated[str, Meta(min_length=1)] | Annotated[list[Raw], Meta(min_length=1)]

PROMPTS = (
    ("/chat/completions", "messages", Messages),
    ("/responses", "input", Prompt),
    ("/embeddings", "input", Prompt),
    ("/moderations", "input", Prompt),
    ("/completions", "prompt", Prompt),
)
"""End of the url, the body's field that holds the prompt, its type (OpenAI's API reference)."""


@lru_cache(maxsize=100)
def prompt_field(url: str | None) -> tuple[str, Any] | None:
    """The field that holds the prompt for this url, and its type; None where it is not known.

    Without a url it is a chat: Vertex AI's files may leave it out.
    """
    if url is None:
        return "messages", Messages
    return next(((name, kind) for end, name, kind in PROMPTS if url.endswith(end)), None)


class LooseRequest(Struct, gc=False):
    """A line with the fields that are looked at, each of its legal types."""

    custom_id: Annotated[str, Meta(min_length=1)]
    body: dict[str, Raw]
    method: str | None = None
    url: str | None = None


LOOSE = Decoder(LooseRequest).decode
"""Takes every legal request."""

PROMPT_DECODERS = {kind: Decoder(kind).decode for kind in (Messages, Prompt)}


class Facts(NamedTuple):
    """What one line says. None: it does not say, or not in a usable way.

    `stream` is the JSON of a stream that is harmless, "" where there is none; `order` the body's
    fields as they stand; `prompts` how many messages there are.
    """

    custom_id: str | None = None
    method: str | None = None
    url: str | None = None
    model: str | None = None
    features: tuple[tuple[str, bytes], ...] = ()
    has_body: bool = True
    settings: Settings = Settings()
    stream: bytes = b""
    order: tuple[str, ...] = ()
    prompts: int = 0


def features(body: Any) -> tuple[tuple[str, bytes], ...]:
    """Those of FEATURES that the decoded body has, with their JSON."""
    return held((name, getattr(body, name, None)) for name in FEATURES)


def held(fields: Iterable[tuple[str, Any]]) -> tuple[tuple[str, bytes], ...]:
    """Of these fields those with something in them, with their JSON."""
    found = ((name, bytes(raw).strip()) for name, raw in fields if isinstance(raw, Raw))
    return tuple((name, raw) for name, raw in found if raw not in {b"null", b"[]"})
