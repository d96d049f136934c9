"""What a request looks like, as types that msgspec checks in C while it parses.

Two decoders: `LOOSE` takes every legal request; `specialised` one that is like the first request of
the file (same method, url, model and settings, no stream), which is what nearly all
lines of a good file are. Where it says yes, nothing is left to check in Python.
"""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal, NamedTuple

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, defstruct
from msgspec.json import Decoder

from preflight.requests.settings import LENGTHS, Settings

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


class LooseRequest(Struct, gc=False):
    """A line with the fields that are looked at, each of its legal types."""

    custom_id: Annotated[str, Meta(min_length=1)]
    body: dict[str, Raw]
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
    settings: Settings = Settings()


def features(body: Any) -> tuple[tuple[str, bytes], ...]:
    """Those of FEATURES that the decoded body has, with their JSON."""
    return held((name, getattr(body, name, None)) for name in FEATURES)


def held(fields: Iterable[tuple[str, Any]]) -> tuple[tuple[str, bytes], ...]:
    """Of these fields those with something in them, with their JSON."""
    found = ((name, bytes(raw).strip()) for name, raw in fields if isinstance(raw, Raw))
    return tuple((name, raw) for name, raw in found if raw not in {b"null", b"[]"})


def specialised(facts: Facts, longest: int) -> Callable[[bytes], Any] | None:
    """A decoder for lines like this one; it raises ValueError on any other.

    Args:
        facts: of the line.
        longest: the tokens of an answer that were asked for so far, at most.

    Returns:
        None where the url's prompt field is not known, or nothing in C can tell a setting apart:
        then every line is looked at one by one.
    """
    prompt = prompt_field(facts.url)
    fields = _setting_fields(facts.settings, longest)
    if prompt is None or fields is None:
        return None
    name, kind = prompt
    # Names of settings come from the file: what they are called in Python is made up.
    renamed = {f"setting_{number}": key for number, (key, _) in enumerate(fields)}
    body = defstruct(
        "Body",
        [
            (name, kind),
            _exactly("model", facts.model),
            *((feature, Optional, UNSET) for feature, _ in facts.features),
            *((own, typed) for own, (_, typed) in zip(renamed, fields, strict=True)),
        ],
        gc=False,
        kw_only=True,
        rename=renamed,
        forbid_unknown_fields=True,
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


MOST_SETTINGS = 60
_UNNAMEABLE = frozenset('"\\')


def _setting_fields(found: Settings, longest: int) -> list[tuple[str, Any]] | None:
    """Each setting with a type that lets nothing pass that would be news; None: there is none."""
    fields: list[tuple[str, Any]] = []
    for name in found.used:
        length = Annotated[int, Meta(ge=1, le=longest)]
        fields.append((name, length if name in LENGTHS else Raw))
    for name, raw in found.idle:
        if raw == b"null":
            fields.append((name, None))
        elif raw == b"false":
            return None
        else:
            value = float(raw)
            fields.append((name, Annotated[float, Meta(ge=value, le=value)]))
    names = [name for name, _ in fields]
    if len(names) > MOST_SETTINGS or any(not _nameable(name) for name in names):
        return None
    return fields


def _nameable(name: str) -> bool:
    return name.isprintable() and _UNNAMEABLE.isdisjoint(name)


def _exactly(name: str, value: str | None) -> tuple[str, Any] | tuple[str, Any, Any]:
    return (name, None, None) if value is None else (name, Literal[value])
