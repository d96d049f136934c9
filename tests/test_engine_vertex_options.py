"""Vertex AI's options and the real engine: up, nothing to do, changed by hand, put back, off."""

import pytest
from engine.running import at_hand, running, verdict
from engine.stack import NEEDS_ENGINE

from preflight.sandbox.gcp import breakages, existing
from preflight.sandbox.gcp.client import Operator

pytestmark = NEEDS_ENGINE

CHANGES = (
    {
        breakages.remove_key_grant: "vertex-bucket-key",
        breakages.allow_public_access: "vertex-bucket-guards",
        breakages.remove_federation: "vertex-gateway-federation",
    },
    {
        breakages.clear_key: "vertex-bucket-key",
        breakages.stop_access_logs: "vertex-bucket-guards",
        breakages.disable_provider: "vertex-gateway-federation",
    },
    {breakages.change_issuer: "vertex-gateway-federation"},
)
"""Behind Pulumi's back, some at once, and the check that says `pulumi up --refresh` for each."""


def test_options_are_made_noticed_when_changed_by_hand_put_back_and_switched_off(
    tmp_path, monkeypatch, preflight
):
    with running(tmp_path, ("vertex",)) as world, at_hand(world, monkeypatch) as stack:
        options = existing.service_account(world.clouds) | existing.issuer(world.clouds)
        world.stack.set(vertexCustomerKey=True, accessLogs=True, tags=["team=platform"], **options)
        first = world.stack.up()
        assert first.code == 0, first.said
        sandbox = world.register()
        (promised,) = sandbox.promises.vertex
        assert verdict(preflight, world, stack, "vertex") == (0, set(), {})
        for changes in CHANGES:
            for change in changes:
                change(sandbox.env, promised)
            code, failed, _ = verdict(preflight, world, stack, "vertex")
            assert (code, failed) == (1, set(changes.values()))
            repaired = world.stack.up("--refresh")
            assert repaired.code == 0, repaired.said
            assert verdict(preflight, world, stack, "vertex") == (0, set(), {}), changes
        again = world.stack.up("--refresh", "--expect-no-changes")
        assert again.code == 0, again.said

        world.stack.set(vertexCustomerKey=False, accessLogs=False)
        off = world.stack.up()
        assert off.code == 0, off.said
        assert verdict(preflight, world, stack, "vertex") == (0, set(), {})
        key = Operator(world.env).call("GET", f"/v1/{promised.kms_key}")
        assert key["primary"]["state"] == "ENABLED"  # what it encrypted can still be read
        assert Operator(world.env).policy(promised.kms_key)["bindings"]


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"vertexBuckets": ["not-there"]}, "vertexBuckets names not-there, but no such bucket"),
        (
            {"gatewayGcpServiceAccount": "x@sandbox-project.iam.gserviceaccount.com"},
            "gatewayGcpServiceAccount names x@sandbox-project.iam.gserviceaccount.com, but no such",
        ),
    ],
    ids=["bucket", "account"],
)
def test_what_is_not_there_is_told_by_the_preview(setting, sentence, tmp_path):
    with running(tmp_path, ("vertex",)) as world:
        world.stack.set(**setting)
        refused = world.stack.preview()
        assert refused.code != 0
        assert sentence in refused.said
        assert "Traceback" not in refused.said
        assert world.left() == set()


def test_a_bucket_of_another_region_is_told_by_the_preview(tmp_path):
    with running(tmp_path, ("vertex",)) as world:
        world.stack.set(vertexRegions=["us-central1"], **existing.bucket(world.clouds))
        refused = world.stack.preview()
        assert refused.code != 0
        assert "for us-central1, but that bucket is in europe-west4" in refused.said
        assert "Traceback" not in refused.said
