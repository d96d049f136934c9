"""The settings that are for all providers alike."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.reader import Reader


@dataclass(frozen=True, slots=True)
class Shared:
    """What is asked for at each provider.

    Args:
        result_days: after how many days requests and results are deleted.
        tags: name -> value, on everything that takes tags or labels.
        access_logs: whether accesses of a bucket are logged into one beside it.
    """

    result_days: int
    tags: Mapping[str, str]
    access_logs: bool


def shared_settings(read: Reader) -> Shared:
    """What is asked for; what is wrong is remembered by the reader."""
    return Shared(read.number("resultDays"), _tags(read), read.flag("accessLogs"))


def _tags(read: Reader) -> Mapping[str, str]:
    pairs = [(name, value) for name, _, value in (tag.partition("=") for tag in read.texts("tags"))]
    names = [name for name, _ in pairs]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        read.refuse("tags", f"must give each tag one value, and not two to {twice[0]}")
    return dict(pairs)
