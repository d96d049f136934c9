"""The real engine on auditors: granted by a setting, found as they are, taken away with it."""

import pytest
from engine.running import running
from engine.stack import NEEDS_ENGINE
from infra_world import AUDITORS

from preflight.sandbox.gcp.client import Operator

pytestmark = NEEDS_ENGINE

MEMBER = "serviceAccount:auditor@sandbox-project.iam.gserviceaccount.com"
CLOUDS = ("azure", "vertex", "bedrock")


@pytest.fixture
def world(tmp_path):
    with running(tmp_path, CLOUDS) as made:
        accounts = "/v1/projects/sandbox-project/serviceAccounts"
        Operator(made.env).call("POST", accounts, {"accountId": "auditor"})
        yield made


def test_auditors_come_and_go_with_their_settings_and_nothing_else_changes(world):
    engine = world.stack
    made = engine.up()
    assert made.code == 0, made.said
    alone = world.left()
    auditors = {**AUDITORS, "auditorGcpMember": MEMBER}
    for _ in range(2):  # the second time Google still has the custom roles of the first, deleted
        with engine.as_it_was():
            engine.set(**auditors)
            planned, granted = engine.preview(), engine.up()
            assert granted.code == 0, granted.said
            assert planned.counts == granted.counts
            assert set(granted.counts) == {"same", "create"}
            assert all("-auditor" in name for _, name in granted.of("create"))
            assert len(granted.of("create")) == 10
            looked = engine.up("--refresh", "--expect-no-changes")
            assert (looked.code, looked.steps) == (0, ()), looked.said
        gone = engine.up()
        assert gone.of("delete") == granted.of("create"), gone.said
        assert set(gone.counts) == {"same", "delete"}
        assert world.left() == alone
