"""A worker that was stopped for longer than its lease, and goes on when another has its shards."""

import pytest
from test_kill_points import killed

pytest_plugins = ["postgres"]


@pytest.mark.timeout(600)
def test_a_worker_stopped_beyond_its_lease_does_nothing_any_more(tmp_path, postgres):
    found = killed("azure", tmp_path, "racing.py", ledger=postgres, how="stopped")
    assert found["wrong"] == []
    assert sum(point.startswith("after write") for point in found["points"]) >= 15
