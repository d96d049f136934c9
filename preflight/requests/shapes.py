"""What a request looks like, as types that msgspec checks in C while it parses.

Two decoders: `LOOSE` takes every legal request; `specialised` one that is like the first request of
the file (same method, url and model, no stream), which is what nearly all lines of a good file are.
Where it says yes, nothing is left to check in Python.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal, NamedTuple

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, defstruct
from msgspec.json import Decoder

Optional = Raw | UnsetType

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


def prompt_field(url: str | None) -> tuple[str, Any] | None:
    """The field that holds the prompt for this url, and its type; None where it is not known.

    Without a url it is a chat: Vertex AI's files may leave it out.
    """
    if url is None:
        return "messages", Messages
    return next(((name, kind) for end, name, kind in PROMPTS if url.endswith(end)), None)


class LooseBody(Struct, gc=False):
    """A body with the fields that are looked at, each of its legal types."""

    model: str | None = None
    stream: bool | None = None
    messages: Optional = UNSET
    input: Optional = UNSET
    prompt: Optional = UNSET
    tools: Optional = UNSET
    response_format: Optional = UNSET


class LooseRequest(Struct, gc=False):
    """A line with the fields that are looked at, each of its legal types."""

    custom_id: Annotated[str, Meta(min_length=1)]
    body: LooseBody
    method: str | None = None
    url: str | None = None


LOOSE = Decoder(LooseRequest).decode
PROMPT_DECODERS = {kind: Decoder(kind).decode for kind in (Messages, Prompt)}


class Facts(NamedTuple):
    """What one line says. None: it does not say, or not in a usable way."""

    custom_id: str | None = None
    method: str | None = None
    url: str | None = None
    model: str | None = None
    features: tuple[tuple[str, bytes], ...] = ()
    has_body: bool = True


def features(body: Any) -> tuple[tuple[str, bytes], ...]:
    """Those of FEATURES that the body has, with their JSON."""
    held = ((name, getattr(body, name)) for name in FEATURES)
    found = ((name, bytes(raw).strip()) for name, raw in held if isinstance(raw, Raw))
    return tuple((name, raw) for name, raw in found if raw not in {b"null", b"[]"})


def specialised(facts: Facts) -> Callable[[bytes], Any] | None:
    """A decoder for lines like this one; it raises ValueError on any other.

    None where the url's prompt field is not known: then every line is looked at one by one.
    """
    prompt = prompt_field(facts.url)
    if prompt is None:
        return None
    name, kind = prompt
    has = {feature for feature, _ in facts.features}
    body = defstruct(
        "Body",
        [
            (name, kind),
            _exactly("model", facts.model),
            ("stream", None, None),
            *((f, Optional, UNSET) if f in has else (f, None, None) for f in FEATURES),
        ],
        gc=False,
        kw_only=True,
    )
    request = defstruct(
        "Request",
        [
            ("custom_id", Annotated[str, Meta(min_length=1)]),
            _exactly("method", facts.method),
            _exactly("url", facts.url),
            ("body", body),
        ],
        gc=False,
        kw_only=True,
    )
    return Decoder(request).decode


def _exactly(name: str, value: str | None) -> tuple[str, Any] | tuple[str, Any, Any]:
    return (name, None, None) if value is None else (name, Literal[value])
