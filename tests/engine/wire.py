"""Values between Pulumi's wire and plain Python; what is unknown or secret stays so.

Pulumi's own PropertyValue is not used: it knows no unknown values, and importing its package keeps
Google's client libraries from being imported (both bring a google.rpc.Status).
"""

from dataclasses import dataclass, field

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import rpc

from preflight.sandbox.provision import SECRET, SIGNATURE, plain

UNKNOWN = rpc.UNKNOWN
"""Stands for a value that only `up` will know."""


@dataclass(frozen=True)
class Properties:
    """A resource's properties as plain values, and the names of those that hold a secret."""

    values: dict
    secrets: frozenset = field(default_factory=frozenset)


def read(struct):
    """Properties from the wire."""
    wired = MessageToDict(struct)
    return Properties(
        plain(wired),
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


def _holds_secret(wired):
    if isinstance(wired, dict):
        return wired.get(SIGNATURE) == SECRET or any(map(_holds_secret, wired.values()))
    return isinstance(wired, list) and any(map(_holds_secret, wired))
