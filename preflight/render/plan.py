"""A run before it is sent: for people as tables, for programs as one document of JSON."""

import json
import sys
from typing import IO, Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from preflight.batch.estimate import OVERRIDE
from preflight.batch.room import Bound
from preflight.batch.shards import Shard
from preflight.checks.requests_wording import mb, renaming
from preflight.commands.plan import Planned
from preflight.render.coloured import console
from preflight.render.printable import no_order, printable
from preflight.vocabulary import QUIET

VERSION = 1
MOST_ROWS = 20
"""Of a table: of more shards the first and the last are shown; JSON has all."""


def show(planned: Planned, form: str) -> int:
    """Print it to standard output; the exit code."""
    if form == "json":
        print(json.dumps(shape(planned), indent=2))
    else:
        write(planned, sys.stdout, quiet=form == QUIET)
    return 0


def write(planned: Planned, out: IO[str], *, quiet: bool = False) -> None:
    """The tables; `quiet`: how many shards there are, and what speaks against them, alone."""
    page = console(out)
    with page.capture() as captured:
        page.print(_text(_head(planned), "bold"))
        if not quiet:
            page.print(Padding(_shards(planned), (0, 0, 0, 2)))
            page.print(Padding(_facts(planned), (1, 0, 0, 2)))
        for note in planned.notes:
            page.print(_text(f"Note: {note}", "yellow"))
        if not quiet:
            page.print(_text("Nothing was sent.", "dim"))
    out.writelines(f"{no_order(line.rstrip())}\n" for line in captured.get().splitlines())


def _text(words: str, style: str = "") -> Text:
    return Text(printable(words), style=style)


def _head(planned: Planned) -> str:
    scan, shards, waves = planned.scan, len(planned.shards), len(planned.waves)
    tokens = sum(shard.tokens for shard in planned.shards)
    sent = f"{_counted(shards, 'shard')} and {_counted(waves, 'wave')}"
    return (
        f"{scan.path.name}: {scan.requests:,} requests, {mb(scan.bytes)}, about {tokens:,} tokens, "
        f"to {planned.provider} ({planned.target}) in {sent}"
    )


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def _shards(planned: Planned) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold dim")
    for name in ("shard", "wave", "requests", "size", "tokens"):
        table.add_column(name, justify="right", no_wrap=True)
    models = any(shard.model is not None for shard in planned.shards)
    if models:
        table.add_column("model", overflow="fold")
    rows = [(shard, number) for number, wave in enumerate(planned.waves, 1) for shard in wave]
    left_out = max(0, len(rows) - MOST_ROWS)
    for place, (shard, wave) in enumerate(rows):
        if left_out and place == MOST_ROWS - 1:
            table.add_row("...", "", f"({left_out:,} more)")
        if left_out and MOST_ROWS - 1 <= place < len(rows) - 1:
            continue
        table.add_row(*map(_text, _row(shard, wave)), *[_text(shard.model or "-")] * models)
    return table


def _row(shard: Shard, wave: int) -> tuple[str, ...]:
    return (
        f"{shard.number}",
        f"{wave}",
        f"{shard.requests:,}",
        mb(shard.bytes),
        f"about {shard.tokens:,}",
    )


def _facts(planned: Planned) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="bold dim")
    grid.add_column(overflow="fold")
    for name, words in _sentences(planned):
        grid.add_row(name, _text(words))
    return grid


def _sentences(planned: Planned) -> list[tuple[str, str]]:
    may, money, time = planned.allowance, planned.money, planned.time
    one = [
        _limit("at most", may.max_requests, "requests"),
        f"{mb(may.max_bytes.amount)} ({may.max_bytes.source})",
    ]
    if may.min_requests.amount > 1:
        one.insert(0, _limit("at least", may.min_requests, "requests"))
    if may.max_tokens is not None:
        one.append(_limit("at most", may.max_tokens, "tokens"))
    together = [
        _limit("at most", bound, words) for words, bound in _room(planned) if bound is not None
    ]
    found = [
        ("one shard", "; ".join(one)),
        ("open at once", "; ".join(together) or "no limit is known"),
        ("time", f"{time.words} ({time.source})"),
        ("money", money.words),
    ]
    if money.source:
        prices = "; ".join(filter(None, (money.source, money.warning, OVERRIDE)))
        found.append(("prices", prices))
    if planned.renamed is not None:
        found.append(("ids", renaming(planned.scan, planned.renamed)))
    return found


def _limit(words: str, bound: Bound, what: str) -> str:
    return f"{words} {bound.amount:,} {what} ({bound.source})"


def _room(planned: Planned) -> tuple[tuple[str, Bound | None], ...]:
    room = planned.allowance.room
    return (
        ("open batches", room.max_jobs),
        ("open requests", room.max_requests),
        ("enqueued tokens", room.max_tokens),
        ("input files", room.max_files),
    )


def shape(planned: Planned) -> dict[str, Any]:
    """The document, of the shape that docs/running.md has."""
    may, money, time = planned.allowance, planned.money, planned.time
    wave_of = {s.number: n for n, wave in enumerate(planned.waves, 1) for s in wave}
    tokens = sum(shard.tokens for shard in planned.shards)
    return {
        "format": "preflight-plan",
        "version": VERSION,
        "request_file": {
            "path": str(planned.scan.path),
            "bytes": planned.scan.bytes,
            "sha256": planned.scan.sha256,
            "requests": planned.scan.requests,
            "tokens": tokens,
        },
        "provider": planned.provider,
        "target": planned.target,
        "renamed": planned.renamed is not None,
        "shards": [
            {
                "number": shard.number,
                "wave": wave_of[shard.number],
                "model": shard.model,
                "requests": shard.requests,
                "bytes": shard.bytes,
                "tokens": shard.tokens,
                "start": shard.start,
                "end": shard.end,
            }
            for shard in planned.shards
        ],
        "waves": len(planned.waves),
        "limits": {
            "min_requests": _bound(may.min_requests),
            "max_requests": _bound(may.max_requests),
            "max_bytes": _bound(may.max_bytes),
            "max_tokens": _bound(may.max_tokens),
            "open_batches": _bound(may.room.max_jobs),
            "open_requests": _bound(may.room.max_requests),
            "open_tokens": _bound(may.room.max_tokens),
            "input_files": _bound(may.room.max_files),
        },
        "money": {
            "currency": "USD",
            "model": money.model,
            "prompts": money.prompts,
            "answers_at_most": money.answers,
            "answer_tokens_at_most": planned.longest,
            "source": money.source,
            "words": money.words,
        },
        "time": {
            "window_hours": time.window_hours,
            "hours": time.hours,
            "source": time.source,
            "words": time.words,
        },
        "notes": list(planned.notes),
        "exit_code": 0,
    }


def _bound(bound: Bound | None) -> dict[str, Any] | None:
    return None if bound is None else {"amount": bound.amount, "source": bound.source}
