"""Watching a run from an event loop: it goes on, and ends where nothing more can be seen."""

import asyncio

import pytest
from library_world import KEY, one_at_a_time, promises, silent, timing, upstream

import preflight
from preflight.batch.refusals import Lost
from preflight.commands import followed

__all__ = ["promises", "silent", "timing", "upstream"]

pytestmark = pytest.mark.usefixtures("silent")


def test_what_was_submitted_is_watched_while_the_loop_goes_on_and_then_fetched(promises):
    standing = preflight.submit("requests.jsonl", promises=promises, out="run", key=KEY)
    assert (standing.ended, standing.waiting, standing.requests) == (False, 0, 40)
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.01)

    async def watched():
        ticking = asyncio.create_task(tick())
        seen = [each async for each in preflight.watch(standing.folder, poll_every=0.1, key=KEY)]
        ticking.cancel()
        return seen

    seen = asyncio.run(watched())
    assert [each.ended for each in seen] == [False] * (len(seen) - 1) + [True]
    assert len(seen) > 1
    assert ticks > 2 * len(seen)
    finished = preflight.fetch("run", key=KEY)
    assert (finished.complete, finished.status) == (True, "completed")


def test_a_watch_ends_where_nobody_sends_the_rest(promises, tmp_path):
    one_at_a_time(tmp_path)
    preflight.submit("requests.jsonl", promises=promises, out="run", key=KEY, tables="tables.toml")

    async def watched():
        watch = preflight.watch("run", poll_every=0.05, patience=0.3, key=KEY)
        return [each async for each in watch]

    last = asyncio.run(watched())[-1]
    assert (last.ended, last.waiting) == (False, 3)


def test_a_watch_waits_for_a_gateway_that_is_away_and_not_for_ever(promises, monkeypatch):
    preflight.submit("requests.jsonl", promises=promises, out="run", key=KEY)
    look, away = followed.looked_at, [Lost("gateway", "no answer", "wait")] * 2

    def looked_at(*asked):
        if away:
            raise away.pop()
        return look(*asked)

    async def watched(patience):
        watch = preflight.watch("run", poll_every=0.05, patience=patience, key=KEY)
        return [each async for each in watch]

    monkeypatch.setattr(followed, "looked_at", looked_at)
    assert asyncio.run(watched(30))[-1].ended
    away += [Lost("gateway", "no answer", "wait")] * 100
    with pytest.raises(preflight.Unreachable, match="no answer"):
        asyncio.run(watched(0.2))


def test_who_gives_up_watching_does_not_wait_for_the_next_look(promises):
    preflight.submit("requests.jsonl", promises=promises, out="run", key=KEY)

    async def first():
        async with asyncio.timeout(20):
            return await anext(preflight.watch("run", poll_every=3600, key=KEY))

    async def cut_short():
        watching = asyncio.ensure_future(anext(preflight.watch("run", key=KEY)))
        await asyncio.sleep(0)
        watching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await watching

    assert not asyncio.run(first()).shards[0].fetched
    asyncio.run(cut_short())
