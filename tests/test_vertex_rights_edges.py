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
from preflight.seams import Access, Binding, GcpKey, Refused

AGENT_MEMBER = f"serviceAccount:{AGENT}"
OBJECTS = "roles/storage.objectUser"
READER = "roles/storage.legacyBucketReader"


def agent_holds(*on_bucket, on_project=()):
    world = FakeGcp(on_bucket=on_bucket, on_project={"sandbox-project": tuple(on_project)})
    world.roles["roles/owner"] = frozenset()
    return ask("vertex-agent-bucket", world)


def seeing(on_bucket, on_project=None):
    """A project of which one role may not be looked at."""
    world = FakeGcp(on_bucket=on_bucket, on_project=on_project or {})

    def role_permissions(role):
        if role == "roles/hidden":
            raise Refused(role, "iam.roles.get")
        return world.roles[role]

    world.role_permissions = role_permissions
    return world


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


def test_a_condition_that_excludes_what_is_lacking_leaves_no_doubt_about_it():
    on_the_bucket = 'resource.type == "storage.googleapis.com/Bucket"'
    soon = datetime.now(UTC) + timedelta(hours=1)
    doubtful = f"{on_the_bucket} && request.time < timestamp('{soon:%Y-%m-%dT%H:%M:%SZ}')"
    answer = agent_holds(Binding(OBJECTS, AGENT_MEMBER, doubtful), Binding(READER, AGENT_MEMBER))
    assert isinstance(answer, Failed)
    assert "storage.objects.get (reads the requests)" in answer.problem


def test_where_nothing_is_lacking_no_role_under_a_condition_is_looked_at():
    given = (Binding(OBJECTS, AGENT_MEMBER), Binding(READER, AGENT_MEMBER))
    hidden = Binding("roles/hidden", AGENT_MEMBER, "true")
    assert isinstance(ask("vertex-agent-bucket", seeing((*given, hidden))), Passed)


def test_a_role_whose_condition_is_never_met_is_not_looked_at():
    given = (Binding(READER, AGENT_MEMBER), Binding("roles/hidden", AGENT_MEMBER, "false"))
    on_project = {"sandbox-project": (Binding(OBJECTS, AGENT_MEMBER),)}
    assert isinstance(ask("vertex-agent-bucket", seeing(given, on_project)), Passed)


def test_an_agent_that_a_policy_calls_deleted_is_found_among_the_others_of_it():
    gone = Binding(OBJECTS, f"deleted:{AGENT_MEMBER}?uid=1122334455")
    answer = agent_holds(Binding(READER, "user:ann@example.com"), gone)
    assert answer.problem.endswith(
        "was deleted: what was granted to it on gs://batches is nobody's"
    )


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
