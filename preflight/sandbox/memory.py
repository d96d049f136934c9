"""Keeps what a running cloud holds, and puts it back: a broken world need not be made anew."""

from collections.abc import Callable, Iterable
from copy import copy, deepcopy
from typing import Any

Restore = Callable[[], None]
"""Puts back what was kept; as often as it is called."""

Held = tuple[object, tuple[str, ...]]
"""An object, and the names of those of its attributes that are kept."""


def remember(held: Iterable[Held]) -> Restore:
    """Keep the attributes, all that they hold included.

    All in one: what two of them share is shared again when it is back. Dictionaries and sets that
    others may hold as well are filled anew, not replaced.
    """
    places = [(owner, name) for owner, names in held for name in names]
    kept = deepcopy([getattr(owner, name) for owner, name in places])

    def restore() -> None:
        for (owner, name), value in zip(places, deepcopy(kept), strict=True):
            _put(owner, name, value)

    return restore


def _put(owner: object, name: str, value: Any) -> None:
    there = getattr(owner, name)
    if isinstance(value, dict | set) and type(there) is type(value):
        filled = copy(value)
        there.clear()
        there.update(filled)
    else:
        setattr(owner, name, value)
