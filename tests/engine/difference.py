"""What differs between two sets of inputs, and what a look at the cloud says of the inputs."""

import json
from enum import Enum

from engine.wire import UNKNOWN


class Kind(Enum):
    ADD = "add"
    DELETE = "delete"
    UPDATE = "update"


def differences(before, after, documents=frozenset()):
    """Path of each input that differs -> how. `documents` are compared by what they mean."""
    found = {}
    for name in sorted(before.keys() | after.keys()):
        if name in documents and _same_document(before.get(name), after.get(name)):
            continue
        found |= _compared(name, before.get(name), after.get(name))
    return found


def _compared(path, before, after):
    if before == after:
        return {}
    if before is None:
        return {path: Kind.ADD}
    if after is None:
        return {path: Kind.DELETE}
    if isinstance(before, dict) and isinstance(after, dict):
        found = {}
        for name in sorted(before.keys() | after.keys()):
            found |= _compared(f"{path}.{name}", before.get(name), after.get(name))
        return found
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        found = {}
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            found |= _compared(f"{path}[{index}]", old, new)
        return found
    return {path: Kind.UPDATE}


def _same_document(before, after):
    texts = isinstance(before, str) and isinstance(after, str) and after != UNKNOWN
    return texts and json.loads(before) == json.loads(after)


def seen(found, asked):
    """What is found, as far as it was asked for: what the cloud adds by itself is no difference."""
    if isinstance(found, dict) and isinstance(asked, dict):
        return {name: seen(found[name], asked[name]) for name in asked if name in found}
    if isinstance(found, list) and isinstance(asked, list) and len(found) == len(asked):
        return [seen(there, here) for there, here in zip(found, asked, strict=True)]
    return found
