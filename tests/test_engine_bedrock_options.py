"""What may be asked for at AWS, driven by the real engine."""

from engine.running import at_hand, running, verdict
from engine.stack import NEEDS_ENGINE
from infra_amazon import OPTIONS

from preflight.sandbox.aws import breakages, existing

pytestmark = NEEDS_ENGINE

LOST = (
    {
        breakages.disable_key: "bedrock-bucket-key",
        breakages.stop_access_logs: "bedrock-bucket-guards",
        breakages.drop_output_right: "bedrock-job-role-bucket",
    },
    {breakages.clear_key: "bedrock-bucket-key"},
)
"""What an option adds, and somebody takes away, some at once; and the check that fails for each."""


def test_all_that_can_be_made_is_made_put_back_and_taken_away(tmp_path, monkeypatch, preflight):
    with running(tmp_path, ("bedrock",)) as world, at_hand(world, monkeypatch) as stack:
        before = world.left()
        world.stack.set(**OPTIONS | existing.boundary(world.clouds))
        made = world.stack.up()
        assert made.code == 0, made.said
        again = world.stack.up("--expect-no-changes")
        assert again.code == 0, again.said
        sandbox = world.register()
        assert verdict(preflight, world, stack, "bedrock") == (0, set(), {})
        for changes in LOST:
            for change in changes:
                change(sandbox.env, sandbox.promises.bedrock[0])
            failing = set(changes.values())
            assert verdict(preflight, world, stack, "bedrock")[:2] == (1, failing)
            repaired = world.stack.up("--refresh")
            assert repaired.code == 0, repaired.said
            assert repaired.steps, changes
        assert verdict(preflight, world, stack, "bedrock") == (0, set(), {})
        world.empty_buckets()
        gone = world.stack.destroy()
        assert gone.code == 0, gone.said
        assert world.left() == before


def test_what_is_there_already_is_looked_up_and_outlives_the_stack(
    tmp_path, monkeypatch, preflight
):
    with running(tmp_path, ("bedrock",)) as world, at_hand(world, monkeypatch) as stack:
        world.stack.set(bedrockBuckets=["no-such-bucket"])
        refused = world.stack.up()
        assert refused.code != 0
        assert "bedrockBuckets names no-such-bucket" in refused.said
        assert "Traceback" not in refused.said
        named = {}
        for make in (existing.gateway_role, existing.job_role, existing.encrypted_bucket):
            named |= make(world.clouds)
        before = world.left()
        world.stack.set(**named)
        made = world.stack.up()
        assert made.code == 0, made.said
        world.register()
        assert verdict(preflight, world, stack, "bedrock") == (0, set(), {})
        assert world.stack.destroy().code == 0
        assert world.left() == before
