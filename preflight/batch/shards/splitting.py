"""Which shards a request file is divided into, in one reading and in flat memory."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from preflight.batch.shards.shard import NEWLINE, Shard, ShardLimits, renamed_length


class Entry(Protocol):
    """One request of the file, as `preflight.requests.index` yields them, in file order.

    `offset` and `length` are its line's in bytes, without the newline; `tokens` those of its
    prompt, estimated. A `custom_id` or a `model` that is missing is None or empty.
    """

    @property
    def offset(self) -> int: ...  # noqa: D102
    @property
    def length(self) -> int: ...  # noqa: D102
    @property
    def custom_id(self) -> str | None: ...  # noqa: D102
    @property
    def model(self) -> str | None: ...  # noqa: D102
    @property
    def tokens(self) -> int: ...  # noqa: D102


def split(
    requests: Iterable[Entry], limits: ShardLimits, *, by_model: bool, renamed: bool
) -> tuple[Shard, ...]:
    """Divide a file; the same entries and limits always give the same shards.

    None is above a limit, but for a single request that is above it by itself: that is a shard of
    its own. None is below the minimum where the file has enough requests for all of them. Blank
    lines are in none.

    Args:
        requests: each line of the file that is not blank, in order.
        limits: of one shard.
        by_model: whether each shard is to hold the requests of one model alone.
        renamed: whether custom_ids are replaced.
    """
    groups: dict[str, _Group] = {}
    for number, entry in enumerate(requests):
        model = (entry.model or "") if by_model else ""
        group = groups.get(model)
        if group is None:
            group = groups[model] = _Group(limits)
        length = entry.length
        if renamed and entry.custom_id:
            length = renamed_length(length, entry.custom_id, number)
        end = entry.offset + entry.length
        group.add(_Request(entry.offset, end, length + NEWLINE, entry.tokens, number))
    several = len(groups) > 1
    shards = [
        shard
        for model, group in groups.items()
        for shard in group.shards(model if several else None, renamed=renamed)
    ]
    shards.sort(key=lambda shard: shard.first)
    return tuple(replace(shard, number=number) for number, shard in enumerate(shards, 1))


class _Request(NamedTuple):
    start: int
    end: int
    bytes: int
    tokens: int
    ordinal: int


@dataclass(slots=True)
class _Part:
    """A shard that is being filled. `tail`: its last requests, which a later one may need."""

    first: _Request
    end: int
    tail: deque[_Request]
    requests: int = 0
    bytes: int = 0
    tokens: int = 0

    def takes(self, more: Sequence[_Request], limits: ShardLimits) -> bool:
        if self.requests + len(more) > limits.max_requests:
            return False
        if self.bytes + sum(one.bytes for one in more) > limits.max_bytes:
            return False
        tokens = self.tokens + sum(one.tokens for one in more)
        return limits.max_tokens is None or tokens <= limits.max_tokens

    def append(self, one: _Request) -> None:
        self.count((one,), 1)
        self.end = one.end
        self.tail.append(one)

    def count(self, several: Sequence[_Request], sign: int) -> None:
        self.requests += sign * len(several)
        self.bytes += sign * sum(one.bytes for one in several)
        self.tokens += sign * sum(one.tokens for one in several)


@dataclass(slots=True)
class _Group:
    """The requests of one model. Of each part only as many are kept as the minimum may ask for."""

    limits: ShardLimits
    parts: list[_Part] = field(default_factory=list)

    def add(self, one: _Request) -> None:
        if not self.parts or not self.parts[-1].takes((one,), self.limits):
            # One more than the minimum: what stands before those that were given away is the end.
            self.parts.append(_Part(one, one.end, deque(maxlen=self.limits.min_requests + 1)))
        self.parts[-1].append(one)

    def shards(self, model: str | None, *, renamed: bool) -> Iterator[Shard]:
        self._fill_up()
        for part in self.parts:
            yield Shard(
                number=0,
                model=model,
                requests=part.requests,
                bytes=part.bytes,
                tokens=part.tokens,
                start=part.first.start,
                end=part.end,
                first=part.first.ordinal,
                renamed=renamed,
            )

    def _fill_up(self) -> None:
        """Move requests from each part to the one after it until that has the minimum.

        Every part but the last is as full as it can be, so there is no division into fewer; where
        the requests are too few for so many parts, nothing helps and nothing is moved.
        """
        least = self.limits.min_requests
        if sum(part.requests for part in self.parts) < least * len(self.parts):
            return
        for number in range(len(self.parts) - 1, 0, -1):
            part, before = self.parts[number], self.parts[number - 1]
            lacking = least - part.requests
            if lacking <= 0 or lacking >= before.requests:
                return
            moved = list(before.tail)[-lacking:]
            if not part.takes(moved, self.limits):
                return
            part.count(moved, 1)
            part.first = moved[0]
            before.count(moved, -1)
            before.end = before.tail[-lacking - 1].end
