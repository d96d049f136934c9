"""Two workers on one run, one of them killed: the other takes over, and pays nothing twice."""

import pytest
from test_kill_points import killed

pytest_plugins = ["postgres"]


@pytest.mark.timeout(600)
def test_a_worker_killed_anywhere_beside_another_leaves_one_job_per_shard(tmp_path, postgres):
    found = killed("azure", tmp_path, "racing.py", ledger=postgres, how="killed", step=2)
    assert found["wrong"] == []
    assert found["raced"] >= 40
