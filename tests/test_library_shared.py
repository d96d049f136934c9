"""The library at a run that several machines share."""

import psycopg
import pytest
from library_world import IDS, KEY, ids, promises, silent, timing, upstream

import preflight

__all__ = ["promises", "silent", "timing", "upstream"]

pytest_plugins = ["postgres"]
pytestmark = pytest.mark.usefixtures("silent")


@pytest.fixture
def address(postgres):
    """A database of this test alone."""
    with psycopg.connect(postgres, autocommit=True, client_encoding="utf8") as connection:
        connection.execute("create database of_a_library")
    return f"{postgres.rpartition('/')[0]}/of_a_library"


def test_what_one_machine_submitted_another_resumes_and_each_knows_of_it(
    promises, upstream, address, tmp_path
):
    asked = {"promises": promises, "ledger": address, "key": KEY}
    here = preflight.submit("requests.jsonl", **asked, out="here")
    assert [shard.batch for shard in here.shards] != [None]
    there = preflight.run("requests.jsonl", **asked, out="there")
    assert there.complete
    assert ids(tmp_path / "there" / "results.jsonl") == IDS
    assert len(upstream.batches) == 1
    assert [(run.requests, run.results) for run in preflight.runs(ledger=address)] == [(40, 40)]
    with pytest.raises(preflight.UsageError, match="ledger is in a database"):
        preflight.status("here", key=KEY)
    assert preflight.status("here", ledger=address).shards[0].fetched
