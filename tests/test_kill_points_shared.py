"""The same with the ledger in a real PostgreSQL, and with two workers on one run."""

import pytest
from test_kill_points import killed, whole

pytest_plugins = ["postgres"]


@pytest.mark.timeout(600)
def test_a_run_of_a_shared_ledger_killed_anywhere_creates_no_job_twice(tmp_path, postgres):
    found = killed("bedrock", tmp_path, ledger=postgres, step=2)
    assert found["wrong"] == []
    assert whole(found, "bedrock")
    assert found["killed"] >= 40


@pytest.mark.timeout(600)
def test_a_worker_killed_anywhere_beside_another_leaves_one_job_per_shard(tmp_path, postgres):
    found = killed("azure", tmp_path, "racing.py", ledger=postgres, how="killed", step=2)
    assert found["wrong"] == []
    assert found["raced"] >= 40


@pytest.mark.timeout(600)
def test_a_worker_stopped_beyond_its_lease_does_nothing_any_more(tmp_path, postgres):
    found = killed("azure", tmp_path, "racing.py", ledger=postgres, how="stopped")
    assert found["wrong"] == []
    assert sum(point.startswith("after write") for point in found["points"]) >= 15
