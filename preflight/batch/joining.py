"""Results of many shards joined to the requests, by what each row names and never by order.

Every request is accounted for. The files that come out, each written beside and renamed, in the
order of the requests: `results.jsonl`, `errors.jsonl`, `missing.jsonl` (the requests that nothing
came back for, as they were) and `again.jsonl` (every request without a result, ready to be sent
again). What came back and belongs to no request is kept as it came in `unmatched.jsonl`; a row that
another row of its request won over, in `duplicates.jsonl`.

Memory holds the ids and places of the rows of the shards that are being read, never the rows.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import BinaryIO

from preflight.batch.blocks import TooLong
from preflight.batch.disk import whole
from preflight.batch.merged_files import NAMES, ONLY_IF_ANY, Outputs, Summary
from preflight.batch.places import Mappable
from preflight.batch.requests_named import Requests, model, requests_named
from preflight.batch.returned_rows import NONE, RESULT, ReturnedRows, is_error
from preflight.batch.shards import Shard


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back for a shard: files of rows in any shape and order, oldest attempt first."""

    shard: Shard
    files: tuple[Path, ...]


Renaming = Callable[[Requests], Requests]
"""Says of requests, block by block in their order, what their results are to be called."""


def join(
    requests: Path,
    returned: Sequence[Returned],
    retried: Sequence[Path],
    folder: Path,
    renaming: Renaming | None = None,
) -> Summary:
    """Join what came back to the requests.

    Args:
        requests: the run's copy of the request file.
        returned: what came back for each shard. A request of no shard here is missing.
        retried: what came back for requests that were sent again, oldest first, under the names
            that the shards sent them by.
        folder: where the files that come out go.
        renaming: where the requests were renamed before the run: gives results their own ids again.

    Raises OSError.
    """
    with ExitStack() as stack:
        source = stack.enter_context(requests.open("rb", buffering=0))
        out = {name: stack.enter_context(whole(folder / f"{name}.jsonl")) for name in NAMES}
        joint = _Joint(source, Outputs(out), renaming)
        joint.retry(retried)
        joint.all(returned)
        counts = joint.out.counts
    for name in ONLY_IF_ANY:
        if not counts[name]:
            (folder / f"{name}.jsonl").unlink()
    del counts["again"]
    return Summary(**counts)


@dataclass(frozen=True, slots=True)
class _Open:
    """A shard whose requests are being met."""

    shard: Shard
    rows: ReturnedRows

    def holds(self, requests: Requests) -> bool:
        """Whether all of these are this shard's."""
        shard = self.shard
        return shard.model is None and shard.start <= requests.start and requests.end <= shard.end


@dataclass(slots=True)
class _Joint:
    """The joining of one request file, from its start to its end."""

    source: BinaryIO
    out: Outputs
    renaming: Renaming | None = None
    retried: ReturnedRows | None = None
    _open: list[_Open] = field(default_factory=list)
    _mappable: Mappable = field(default_factory=Mappable)

    def retry(self, files: Sequence[Path]) -> None:
        """Read what came back for requests that were sent again."""
        if files:
            self.retried = self._rows(files)

    def all(self, returned: Sequence[Returned]) -> None:
        """Go through the requests."""
        waiting = sorted(returned, key=lambda each: each.shard.start, reverse=True)
        for piece in requests_named(self.source):
            if isinstance(piece, TooLong):
                self._pass_over(piece)
                continue
            if self.renaming is not None:
                piece = self.renaming(piece)  # noqa: PLW2901 - the same under other names
            while waiting and waiting[-1].shard.start <= piece.offsets[-1]:
                one = waiting.pop()
                # What ends before it begins is let go of first.
                if (before := bisect_left(piece.offsets, one.shard.start)) > 0:
                    done, piece = piece.divided(before)  # noqa: PLW2901 - the rest of it
                    self._take(done)
                    self._close(done.end)
                self._open.append(_Open(one.shard, self._rows(one.files)))
            self._take(piece)
            self._close(piece.end)
        while waiting:
            self._open.append(_Open(waiting[-1].shard, self._rows(waiting.pop().files)))
        self._close(None)
        if self.retried is not None:
            self._finish(self.retried)

    def _rows(self, files: Sequence[Path]) -> ReturnedRows:
        rows = ReturnedRows(self.out, self._mappable)
        rows.load(files)
        return rows

    def _close(self, end: int | None) -> None:
        """Let go of the shards that end by there; what is left of their rows belongs to nobody."""
        for one in [one for one in self._open if end is None or one.shard.end <= end]:
            self._open.remove(one)
            self._finish(one.rows)

    def _finish(self, rows: ReturnedRows) -> None:
        for line in rows.left():
            self.out.stray(line)
        rows.close()

    def _pass_over(self, request: TooLong) -> None:
        """A line that no provider takes has no result."""
        self.out.counts["requests"] += 1
        here = self.source.tell()
        self.source.seek(request.offset)
        line = self.source.read(request.size)
        self.source.seek(here)
        self.out.without_result("missing", line, line)

    def _take(self, requests: Requests) -> None:
        self.out.counts["requests"] += len(requests.lines)
        one = self._open[0] if len(self._open) == 1 else None
        if one is None or not one.holds(requests):
            names, rows, numbers = self._by_shard(requests)
            self._write(requests, names, rows, numbers, self._again(names))
            return
        names = requests.sent_ids() if one.shard.renamed else requests.custom_ids
        numbers = one.rows.take(names)
        again = self._again(names)
        own = not one.shard.renamed and requests.called is None
        if again is None and own and one.rows.as_they_are(numbers):
            self.out.put_lines("results", one.rows.lines(numbers), len(numbers))
        else:
            self._write(requests, names, repeat(one.rows), numbers, again)

    def _by_shard(
        self, requests: Requests
    ) -> tuple[list[str], list[ReturnedRows | None], list[int]]:
        """What each is called, in whose rows it is looked for, and which row it is."""
        sent = requests.sent_ids()
        names, rows, numbers = list(requests.custom_ids), list[ReturnedRows | None](), list[int]()
        for index, (offset, line) in enumerate(zip(requests.offsets, requests.lines, strict=True)):
            found = self._shard_of(offset, line)
            if found and found.shard.renamed:
                names[index] = sent[index]
            rows.append(found.rows if found else None)
            numbers += found.rows.take((names[index],)) if found else (NONE,)
        return names, rows, numbers

    def _shard_of(self, offset: int, line: bytes) -> _Open | None:
        near = [one for one in self._open if one.shard.start <= offset < one.shard.end]
        named = model(line) if any(one.shard.model is not None for one in near) else ""
        return next((one for one in near if one.shard.model in (None, named)), None)

    def _again(self, names: Sequence[str]) -> list[int] | None:
        """The rows of these that were sent again; None where there is not one."""
        if self.retried is None or self.retried.rows.keys().isdisjoint(names):
            return None
        return self.retried.take(names)

    def _write(
        self,
        requests: Requests,
        names: Sequence[str],
        rows: Iterable[ReturnedRows | None],
        numbers: Sequence[int],
        again: Sequence[int] | None,
    ) -> None:
        """Write them one by one, but results that follow each other and are as they are at once."""
        run, running = list[int](), None
        called = requests.called or requests.custom_ids
        places = zip(requests.lines, called, names, rows, numbers, strict=False)
        for index, (line, own, name, first, number) in enumerate(places):
            found, at = self._newest(first, number, again[index] if again else NONE)
            if found is None or at == NONE:
                self.out.without_result("missing", line, line)
                continue
            other = own if own != name else None
            kind = found.kinds[at]
            if is_error(kind):
                self.out.without_result("errors", found.written(at, other), line)
                continue
            if run and (found is not running or other is not None or kind != RESULT):
                self._flush(running, run)
            if other is None and kind == RESULT:
                run.append(at)
                running = found
            else:
                self.out.put("results", found.written(at, other))
        self._flush(running, run)

    def _flush(self, rows: ReturnedRows | None, run: list[int]) -> None:
        if rows is not None and run:
            self.out.put_lines("results", rows.lines(run), len(run))
            run.clear()

    def _newest(
        self, rows: ReturnedRows | None, number: int, again: int
    ) -> tuple[ReturnedRows | None, int]:
        """Which row counts: the last success; where there is none, the last error."""
        retried = self.retried
        if retried is None or again == NONE:
            return rows, number
        if rows is None or number == NONE or is_error(rows.kinds[number]):
            return retried, again
        if is_error(retried.kinds[again]):
            self.out.duplicate(retried.line(again))
            return rows, number
        self.out.duplicate(rows.line(number))
        return retried, again
