"""A decoder of requests like the first one of a file, as nearly all lines of a good file are.

They have the same method, url, model and settings, and no stream. Where it says yes, next to
nothing is left to check in Python.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Annotated, Any, Literal, NamedTuple

from msgspec import UNSET, Meta, Raw, UnsetType, defstruct
from msgspec.json import Decoder

from preflight.requests.settings import LENGTHS, NEUTRAL, Settings
from preflight.requests.shapes import FEATURES, Facts, Message, Messages, features, prompt_field

Something = bool | int | float | str | list[Raw] | dict[str, Raw]
"""Anything but null."""


class Alike(NamedTuple):
    """Takes lines that are like one another.

    `decode` raises ValueError on any other; what it cannot tell, `harmless` says of many lines:
    each of `flags` is to have its value in all of them, and each of `features` to hold something.
    `seen` gets one element for each prompt that is decoded (each body, where `counts` does not
    hold), whether another one on the same line takes its place or not.
    """

    decode: Callable[[bytes], Any]
    seen: list[Any]
    counts: bool
    features: tuple[str, ...] = ()
    flags: tuple[tuple[str, bool], ...] = ()

    @property
    def plain(self) -> bool:
        """Whether nothing is left to be asked."""
        return not self.features and not self.flags

    def harmless(self, found: list[Any]) -> bool:
        """Whether these lines are alike in what the decoder cannot tell."""
        for name, value in self.flags:
            if list(map(attrgetter(f"body.{name}"), found)).count(value) < len(found):
                return False
        count = len(self.features)
        return not count or all(len(features(one.body)) == count for one in found)


def specialised(facts: Facts, longest: int, most: int, *, closed: bool) -> Alike | None:
    """What takes lines like this one.

    Args:
        facts: of the line.
        longest: the tokens of an answer that were asked for so far, at most.
        most: so many messages a line has, at most.
        closed: whether lines with other keys than those of a request are to be left.

    Returns:
        None where the url's prompt field is not known, or nothing can tell a setting apart: then
        every line is looked at one by one.
    """
    prompt = prompt_field(facts.url)
    fields = _setting_fields(facts.settings, longest)
    if prompt is None or fields is None:
        return None
    name, kind = prompt
    seen: list[Any] = []
    counts = kind is Messages and most <= MOST_COUNTED
    fields += [(name, _conversation(most, seen) if counts else kind)]
    fields += [("model", _exactly(facts.model))]
    fields += [(feature, Raw) for feature, _ in facts.features]
    if facts.stream:
        fields.append(("stream", None if facts.stream == b"null" else bool))
    # Where the next field is the next one declared, the decoder need not look for it.
    fields.sort(key=lambda one: facts.order.index(one[0]) if one[0] in facts.order else -1)
    # Names come from the file: what they are called in Python is made up.
    named = {key: f"field_{number}" for number, (key, _) in enumerate(fields)}
    named |= {feature: feature for feature in FEATURES}
    body = defstruct(
        "Body",
        [_field(named[key], kind) for key, kind in fields],
        gc=False,
        kw_only=True,
        rename={own: key for key, own in named.items()},
        forbid_unknown_fields=True,
        namespace={} if counts else {"__post_init__": seen.append},
    )
    request = defstruct(
        "Request",
        [
            ("custom_id", Annotated[str, Meta(min_length=1)]),
            _field("method", _exactly(facts.method)),
            _field("url", _exactly(facts.url)),
            ("body", body),
        ],
        gc=False,
        kw_only=True,
        forbid_unknown_fields=closed,
    )
    return Alike(
        Decoder(request).decode,
        seen,
        counts,
        tuple(feature for feature, _ in facts.features),
        # Of the settings that are either, only one that is used is true; a stream never is.
        tuple(
            (named[key], (key, True) in facts.settings.used) for key, kind in fields if kind is bool
        ),
    )


MOST_COUNTED = 64
"""So many messages of a line are decoded one by one: each costs a little on every line."""


def _conversation(most: int, seen: list[Any]) -> Any:
    """The type of up to so many messages, which is noted in `seen` each time it is decoded.

    An array of that type costs no more than a list, which nobody could be told of.
    """
    first, *others = (f"message_{number}" for number in range(most))
    return defstruct(
        "Conversation",
        [(first, Message), *((other, Message | UnsetType, UNSET) for other in others)],
        array_like=True,
        gc=False,
        forbid_unknown_fields=True,
        namespace={"__post_init__": seen.append},
    )


MOST_SETTINGS = 60
_UNNAMEABLE = frozenset('"\\')


def _setting_fields(found: Settings, longest: int) -> list[tuple[str, Any]] | None:
    """Each setting with a type that lets nothing pass that would be news; None: there is none."""
    fields: list[tuple[str, Any]] = []
    for name, value in found.used:
        if name in LENGTHS:
            fields.append((name, Annotated[int, Meta(ge=1, le=longest)]))
        elif name not in NEUTRAL:
            fields.append((name, Something))
        elif isinstance(value, str) or value is True:
            fields.append((name, type(value)))
        elif isinstance(value, float):
            fields.append((name, _beside(NEUTRAL[name], value)))
        else:
            return None
    for name, value in found.idle:
        if isinstance(value, float):
            fields.append((name, Annotated[float, Meta(ge=value, le=value)]))
        else:
            fields.append((name, None if value is None else bool))
    names = [name for name, _ in fields]
    if len(names) > MOST_SETTINGS or any(not _nameable(name) for name in names):
        return None
    return fields


def _beside(neutral: float | bool, value: float) -> Any:
    """Numbers like this one: as one of them is as good as none, those on the same side of it."""
    if isinstance(neutral, bool):
        return float  # Of another type, none of them is.
    return Annotated[float, Meta(lt=neutral) if value < neutral else Meta(gt=neutral)]


def _nameable(name: str) -> bool:
    return name.isprintable() and _UNNAMEABLE.isdisjoint(name)


def _exactly(value: str | None) -> Any:
    return None if value is None else Literal[value]


def _field(name: str, kind: Any) -> tuple[str, Any] | tuple[str, Any, Any]:
    """What is to be nothing may also be left out."""
    if kind is None:
        return name, None, None
    return (name, bool, False) if kind is bool else (name, kind)
