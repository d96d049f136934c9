"""Two workers on one run, one of them killed: the other takes over, and pays nothing twice."""

import pytest
from test_kill_points import killed

pytest_plugins = ["postgres"]


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("step", "fewest"), [(9, 9), pytest.param(1, 80, marks=pytest.mark.exhaustive)]
)
def test_a_worker_killed_anywhere_beside_another_leaves_one_job_per_shard(
    tmp_path, postgres, step, fewest
):
    found = killed("azure", tmp_path, "racing.py", ledger=postgres, how="killed", step=step)
    assert found["wrong"] == []
    assert found["raced"] >= fewest
