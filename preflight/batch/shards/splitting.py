"""Which shards a request file is divided into, in one reading and in flat memory."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
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


_ALIKE: Mapping[str, ShardLimits] = MappingProxyType({})


def split(
    requests: Iterable[Entry],
    limits: ShardLimits,
    *,
    by_model: bool,
    renamed: bool,
    each: Mapping[str, ShardLimits] = _ALIKE,
) -> tuple[Shard, ...]:
    """Divide a file; the same entries and limits always give the same shards.

    None is above a limit, but for a single request that is above it by itself: that is a shard of
    its own. None is below the minimum where the file has enough requests for all of them. A request
    takes the blank lines before it along, unless it is the first of its shard.

    Args:
        requests: each line of the file that is not blank, in order.
        limits: of one shard.
        by_model: whether each shard is to hold the requests of one model alone.
        renamed: whether custom_ids are replaced.
        each: the limits of a model, where they are others.
    """
    groups: dict[str, _Group] = {}
    after = 0
    for number, entry in enumerate(requests):
        offset, length, custom_id = entry.offset, entry.length, entry.custom_id
        model = (entry.model or "") if by_model else ""
        group = groups.get(model)
        if group is None:
            group = groups[model] = _Group(each.get(model, limits))
        sent = renamed_length(length, custom_id, number) if renamed and custom_id else length
        gap, after = offset - after, offset + length + NEWLINE
        group.add(_Request(offset, offset + length, gap, sent + NEWLINE, entry.tokens, number))
    several = len(groups) > 1
    shards = [
        shard
        for model, group in groups.items()
        for shard in group.shards(model if several else None, renamed=renamed)
    ]
    shards.sort(key=lambda shard: shard.first)
    return tuple(replace(shard, number=number) for number, shard in enumerate(shards, 1))


class _Request(NamedTuple):
    """`gap`: bytes of the blank lines before it; `bytes`: of its line as it is sent."""

    start: int
    end: int
    gap: int
    bytes: int
    tokens: int
    ordinal: int


@dataclass(slots=True)
class _Part:
    """A shard that is being filled. `tail`: its last requests, which a later one may need.

    `bytes` are without the gap before the first request.
    """

    first: _Request
    end: int
    tail: deque[_Request]
    requests: int = 1
    bytes: int = 0
    tokens: int = 0


@dataclass(slots=True)
class _Group:
    """The requests of one model. Of each part only as many are kept as the minimum may ask for."""

    limits: ShardLimits
    parts: list[_Part] = field(default_factory=list)

    def add(self, one: _Request) -> None:
        part, limits = self.parts[-1] if self.parts else None, self.limits
        if (
            part is None
            or part.requests >= limits.max_requests
            or part.bytes + one.gap + one.bytes > limits.max_bytes
            or (limits.max_tokens is not None and part.tokens + one.tokens > limits.max_tokens)
        ):
            # One more than the minimum: what stands before those that are given away is the end.
            tail = deque((one,), maxlen=limits.min_requests + 1)
            self.parts.append(_Part(one, one.end, tail, 1, one.bytes, one.tokens))
            return
        part.requests += 1
        part.bytes += one.gap + one.bytes
        part.tokens += one.tokens
        part.end = one.end
        part.tail.append(one)

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
            if not self._move(moved, part):
                return
            before.requests -= lacking
            before.bytes -= sum(one.gap + one.bytes for one in moved)
            before.tokens -= sum(one.tokens for one in moved)
            before.end = before.tail[-lacking - 1].end

    def _move(self, moved: Sequence[_Request], part: _Part) -> bool:
        """Put these before the part's own; False: they do not fit."""
        size = part.bytes + part.first.gap + sum(one.gap + one.bytes for one in moved)
        size -= moved[0].gap
        tokens = part.tokens + sum(one.tokens for one in moved)
        most = self.limits.max_tokens
        if size > self.limits.max_bytes or (most is not None and tokens > most):
            return False
        part.first, part.bytes, part.tokens = moved[0], size, tokens
        part.requests += len(moved)
        return True
