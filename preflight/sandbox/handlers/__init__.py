"""What each Pulumi resource and function does in the sandbox: real calls to its local cloud.

One table serves two: Pulumi's test monitor, which only creates, and a stand-in for the provider
plugins, which the real engine drives through a resource's whole life.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

Inputs = dict[str, Any]
"""What the program asks for, as the engine hands it to a provider: camelCase names, plain values.

A number may come as a float, for Pulumi's wire knows no other.
"""

State = dict[str, Any]
"""What there is: the inputs and what the provider computes. The program sees it as outputs."""

Made = tuple[str, State]
"""Physical id and state."""

Create = Callable[[str, Inputs], Made]
"""(logical name, inputs) -> (physical id, state)."""

Invoke = Callable[[dict[str, Any]], dict[str, Any]]
"""Arguments -> results."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a change of a resource's inputs means; as with the real provider.

    Attributes:
        replaced_by: the inputs that cannot change: a new resource takes the place of the old one.
        named_by: the input that gets a made-up name where the program gives none; "" for nothing.
        documents: the inputs that are JSON text, and the same where they mean the same.
        deletes_first: whether the old one goes before the new one comes, whatever its name.
    """

    replaced_by: frozenset[str]
    named_by: str = ""
    documents: frozenset[str] = frozenset()
    deletes_first: bool = False


class Handler(Protocol):
    """One type of resource, through its whole life. Threads may share it."""

    rules: ClassVar[Rules]

    def create(self, name: str, inputs: Inputs) -> Made:
        """Make one; `name` is its logical name."""

    def read(self, identity: str, state: State) -> State | None:
        """What has become of it: the state as it is now; None where it is gone."""

    def update(self, identity: str, state: State, inputs: Inputs) -> State:
        """Make it what the inputs say, in place. `state` is the one before."""

    def delete(self, identity: str, state: State) -> None:
        """Unmake it. What is gone already is no error."""


def auto_named(name: str, seed: bytes = b"") -> str:
    """The logical name and 7 more characters, as the providers make names up.

    The same seed gives the same name, no seed another one each time.
    """
    return f"{name}-{(seed or secrets.token_bytes(4)).hex()[:7]}"


def same_document(found: Any, kept: Any) -> str:
    """A JSON document as text: `kept` as it stands where it means what was found."""
    document = json.loads(found) if isinstance(found, str) else found
    if isinstance(kept, str) and json.loads(kept) == document:
        return kept
    return json.dumps(document)


def document_text(document: Any) -> str:
    """A JSON document as the providers take it: the program may give it as text or as an object."""
    return document if isinstance(document, str) else json.dumps(document)


def present(**values: Any) -> dict[str, Any]:
    """What was given: SDKs refuse None, and take an empty structure for a wish."""
    return {name: value for name, value in values.items() if value not in (None, {}, [])}


def whole(number: float | None) -> int | None:
    """Pulumi hands every number over as a float."""
    return None if number is None else int(number)


Handlers = Mapping[str, Handler]
"""Resource type -> who looks after it."""
