"""What a running cloud holds is kept, and put back as often as it is asked for."""

from types import SimpleNamespace

from preflight.sandbox.memory import remember


def test_what_was_changed_deleted_and_added_is_put_back_twice():
    cloud = SimpleNamespace(buckets={"a": {"rules": [1]}, "b": {}}, key="old", not_kept=1)
    held = cloud.buckets
    restore = remember([(cloud, ("buckets", "key"))])
    for _ in range(2):
        cloud.buckets["a"]["rules"].append(2)
        del cloud.buckets["b"]
        cloud.buckets["c"] = {}
        cloud.key, cloud.not_kept = "new", 2
        restore()
        assert cloud.buckets == {"a": {"rules": [1]}, "b": {}}
        assert (cloud.key, cloud.not_kept) == ("old", 2)
        assert cloud.buckets is held


def test_what_two_attributes_share_is_shared_again():
    ring = SimpleNamespace(members=["x"])
    world = SimpleNamespace(rings={"r": ring}, keys={"k": SimpleNamespace(ring=ring)})
    restore = remember([(world, ("rings", "keys"))])
    ring.members.clear()
    restore()
    assert world.keys["k"].ring is world.rings["r"]
    assert world.rings["r"].members == ["x"]
