"""The edges of what Google's policies say of the gateway and of the service agent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from suite_reports import refusing
from vertex_world import (
    AGENT,
    GATEWAY,
    KEY,
    KEY_USER,
    WITH_KEY,
    FakeGcp,
    ask,
    with_bucket,
    with_key,
)

from preflight.outcomes import Failed, Passed, Unknown
from preflight.permissions import Identity, On, permissions
from preflight.seams import Access, Binding, GcpKey

AGENT_MEMBER = f"serviceAccount:{AGENT}"
OBJECTS = "roles/storage.objectUser"
READER = "roles/storage.legacyBucketReader"


def agent_holds(*on_bucket, on_project=()):
    world = FakeGcp(on_bucket=on_bucket, on_project={"sandbox-project": tuple(on_project)})
    world.roles["roles/owner"] = frozenset()
    return ask("vertex-agent-bucket", world)


@pytest.mark.parametrize(
    ("holder", "role", "condition", "kind"),
    [
        (AGENT_MEMBER, "roles/owner", "", Passed),
        (AGENT_MEMBER, "roles/owner", "true", Failed),
        (AGENT_MEMBER, "roles/viewer", "", Failed),
        (f"serviceAccount:{GATEWAY}", "roles/owner", "", Failed),
    ],
)
def test_a_convenience_member_is_who_holds_that_basic_role_himself(holder, role, condition, kind):
    stands_for = "projectOwner:sandbox-project"
    answer = agent_holds(
        Binding(OBJECTS, stands_for),
        Binding(READER, stands_for),
        on_project=[Binding(role, holder, condition)],
    )
    assert isinstance(answer, kind)


def test_the_condition_that_is_shown_is_the_one_in_question():
    answer = agent_holds(Binding(OBJECTS, AGENT_MEMBER, "x < 1"), Binding(READER, AGENT_MEMBER))
    assert isinstance(answer, Unknown)
    assert answer.needs.endswith("a look at the condition: x < 1")


def test_to_list_objects_is_asked_of_the_bucket():
    world = FakeGcp(
        on_bucket=(
            Binding(OBJECTS, AGENT_MEMBER, 'resource.type == "storage.googleapis.com/Object"'),
            Binding("roles/sees", AGENT_MEMBER),
        )
    )
    world.roles["roles/sees"] = frozenset({"storage.buckets.get"})
    answer = ask("vertex-agent-bucket", world)
    assert isinstance(answer, Failed)
    assert "lacks on gs://batches: storage.objects.list (finds the requests);" in answer.problem


@pytest.mark.parametrize(("hours", "kind"), [(-1, Failed), (95, Unknown), (97, Passed)])
def test_a_grant_for_a_time_must_last_to_the_end_of_the_longest_job(hours, kind):
    ends = datetime.now(UTC) + timedelta(hours=hours)
    while_it_lasts = f"request.time < timestamp('{ends:%Y-%m-%dT%H:%M:%SZ}')"
    rest = Binding(READER, AGENT_MEMBER)
    assert isinstance(agent_holds(Binding(OBJECTS, AGENT_MEMBER, while_it_lasts), rest), kind)
    world = with_key(on_key=(replace(KEY_USER, condition=while_it_lasts),))
    assert isinstance(ask("vertex-bucket-key", world, WITH_KEY), kind)


def test_a_condition_and_a_group_may_hold_together_what_neither_does_alone():
    group = Binding(READER, "group:agents@example.com")
    answer = agent_holds(Binding(OBJECTS, AGENT_MEMBER, "x < 1"), group)
    assert isinstance(answer, Unknown)
    assert "group:agents@example.com" in answer.reason
    assert isinstance(agent_holds(group), Failed)


def test_a_bucket_that_names_no_project_is_taken_to_be_of_the_promised_one():
    given = (Binding(OBJECTS, AGENT_MEMBER), Binding(READER, AGENT_MEMBER))
    world = with_bucket(project_number="")
    world.on_bucket, world.on_project = (), {"sandbox-project": given}
    assert isinstance(ask("vertex-agent-bucket", world), Passed)


def test_the_gateways_rights_on_a_bucket_that_is_gone_are_read_without_a_crash():
    world = refusing(FakeGcp(buckets={}, on_bucket=()), "bucket_grants")
    assert isinstance(ask("vertex-gateway-bucket", world), Failed)


def test_the_troubleshooter_is_asked_of_every_right_by_the_buckets_full_name():
    asked = []
    world = refusing(FakeGcp(), "bucket_grants")

    def troubleshoot(principal, resource, permission):
        asked.append((principal, resource, permission))
        return Access.YES

    world.troubleshoot = troubleshoot
    assert isinstance(ask("vertex-gateway-bucket", world), Passed)
    rows = permissions("vertex", Identity.GATEWAY, On.BUCKET, On.OBJECTS)
    place = "//storage.googleapis.com/projects/_/buckets/batches"
    assert sorted(asked) == sorted((GATEWAY, place, row.action) for row in rows)


@pytest.mark.parametrize("ring", ["batches", "cryptoKeys"])
def test_the_rings_policy_is_asked_of_the_keys_own_ring(ring):
    place = f"{KEY.partition('/keyRings/')[0]}/keyRings/{ring}"
    key = f"{place}/cryptoKeys/batches"
    world = with_bucket(kms_key=key)
    world.keys, world.on_key = {key: GcpKey(key, "ENABLED")}, ()
    given = {place: FakeGcp().on_key}
    world.ring_bindings = lambda name: given.get(name, ())
    assert isinstance(ask("vertex-bucket-key", world, replace(WITH_KEY, kms_key=key)), Passed)
