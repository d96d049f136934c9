"""The same kill points with the ledger in a real PostgreSQL."""

import pytest
from test_kill_points import killed, whole

pytest_plugins = ["postgres"]


@pytest.mark.timeout(600)
def test_a_run_of_a_shared_ledger_killed_anywhere_creates_no_job_twice(tmp_path, postgres):
    found = killed("bedrock", tmp_path, ledger=postgres, step=2)
    assert found["wrong"] == []
    assert whole(found, "bedrock")
    assert found["killed"] >= 40
