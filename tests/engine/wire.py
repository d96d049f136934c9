"""Values between Pulumi's wire and plain Python; what is unknown or secret stays so.

Pulumi's own PropertyValue is not used: it knows no unknown values, and importing its package keeps
Google's client libraries from being imported (both bring a google.rpc.Status).
"""

from dataclasses import dataclass, field

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import rpc

from preflight.sandbox.provision import plain

UNKNOWN = rpc.UNKNOWN
"""Stands for a value that only `up` will know."""

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
"""Key and value that mark a secret. Source: Pulumi's sdk/go/common/resource/sig, 2026-11."""


@dataclass(frozen=True)
class Properties:
    """A resource's properties as plain values, and the names of those that hold a secret."""

    values: dict
    secrets: frozenset = field(default_factory=frozenset)


def read(struct):
    """Properties from the wire."""
    wired = MessageToDict(struct)
    return Properties(
        plain({name: _shown(value) for name, value in wired.items()}),
        frozenset(name for name, value in wired.items() if _holds_secret(value)),
    )


def write(values, secrets=frozenset()):
    """Plain values for the wire."""
    struct = Struct()
    struct.update(
        {
            name: {SIGNATURE: SECRET, "value": value} if name in secrets else value
            for name, value in values.items()
        }
    )
    return struct


def _is_secret(wired):
    return isinstance(wired, dict) and wired.get(SIGNATURE) == SECRET


def _shown(wired):
    if _is_secret(wired):
        return _shown(wired["value"])
    if isinstance(wired, dict):
        return {name: _shown(value) for name, value in wired.items()}
    if isinstance(wired, list):
        return [_shown(value) for value in wired]
    return wired


def _holds_secret(wired):
    if isinstance(wired, dict):
        return _is_secret(wired) or any(map(_holds_secret, wired.values()))
    return isinstance(wired, list) and any(map(_holds_secret, wired))
