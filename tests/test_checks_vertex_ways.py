"""Who may do what at Google Cloud: asked as the gateway, else about it, else read."""

from dataclasses import replace

import pytest
from suite_reports import outcomes, refusing
from vertex_world import (
    AGENT_MEMBER,
    BUCKET,
    GATEWAY,
    OBJECT_USER,
    FakeGcp,
    judged,
    with_key,
    without,
)

from preflight.checks.vertex_rights import BY
from preflight.checks.vertex_ways import AS_GATEWAY, TROUBLESHOOTER
from preflight.outcomes import Failed, Passed, Unknown
from preflight.permissions import Identity, permissions
from preflight.seams import Access, Binding, Unreachable

BUCKET_CHECK, PROJECT_CHECK = "vertex-gateway-bucket", "vertex-gateway-project"
MEMBER = f"serviceAccount:{GATEWAY}"
USER = "roles/aiplatform.user"
RUNS_JOBS = frozenset(
    row.action for row in permissions("vertex", Identity.GATEWAY) if "aiplatform" in row.action
)
PROJECT = "sandbox-project"


def closed(world, *more):
    """Nobody may act as the gateway."""
    world.roles[USER] = RUNS_JOBS
    for method in ("bucket_grants", "project_grants", *more):
        refusing(world, method)
    return world


def granting(member=MEMBER, condition=""):
    """What the program grants the gateway, in the policies."""
    healthy = FakeGcp()
    return FakeGcp(
        on_bucket=(*healthy.on_bucket, Binding("roles/storage.objectUser", member, condition)),
        on_project={PROJECT: (Binding(USER, member, condition),)},
    )


def answers(world):
    found = outcomes(judged(world))
    return found[BUCKET_CHECK], found[PROJECT_CHECK]


def test_the_gateway_itself_is_asked_first():
    world = granting()
    world.troubleshooter = {}
    assert {one.by for one in answers(world)} == {AS_GATEWAY}
    assert {one.by for one in answers(without("storage.objects.get"))} == {AS_GATEWAY}


def test_the_troubleshooter_is_asked_where_nobody_may_act_as_the_gateway():
    world = closed(FakeGcp(troubleshooter={}))
    for found in answers(world):
        assert isinstance(found, Passed)
        assert (found.by, found.caveat) == (TROUBLESHOOTER, "")
    lost = {"storage.objects.get": Access.NO, "storage.objects.list": Access.UNSEEN}
    found, _ = answers(closed(FakeGcp(troubleshooter=lost)))
    assert isinstance(found, Failed)
    assert "storage.objects.get (downloads the results)" in found.problem
    assert "storage.objects.list" not in found.problem


@pytest.mark.parametrize("doubt", [Access.UNSEEN, Access.CONDITIONAL])
def test_where_the_troubleshooter_cannot_tell_the_policies_are_read(doubt):
    world = granting()
    world.troubleshooter = {"storage.objects.get": doubt}
    found, _ = answers(closed(world))
    assert isinstance(found, Passed)
    assert found.by == BY


def test_the_policies_are_read_where_the_troubleshooter_is_off():
    for found in answers(closed(granting())):
        assert isinstance(found, Passed)
        assert found.by == BY
        assert "were not seen" in found.caveat


@pytest.mark.parametrize("member", ["allUsers", "allAuthenticatedUsers"])
def test_what_everybody_holds_the_gateway_holds(member):
    assert all(isinstance(found, Passed) for found in answers(closed(granting(member))))


def test_what_the_policies_do_not_give_fails():
    for found in answers(closed(FakeGcp())):
        assert isinstance(found, Failed)
        assert found.by == BY


def test_a_condition_is_unknown():
    for found in answers(closed(granting(condition="request.time < timestamp('2030')"))):
        assert isinstance(found, Unknown)
        assert "condition" in found.reason


@pytest.mark.parametrize("member", ["group:ai@example.com", "principalSet://x/y"])
def test_who_is_in_a_group_is_unknown(member):
    for found in answers(closed(granting(member))):
        assert isinstance(found, Unknown)
        assert member in found.reason


def test_a_basic_role_brings_what_a_bucket_gives_to_those_who_hold_it():
    editors = Binding("roles/storage.objectUser", f"projectEditor:{PROJECT}")
    runs = Binding(USER, MEMBER)
    for basic, kind in (("roles/editor", Passed), ("roles/viewer", Failed)):
        world = FakeGcp(on_bucket=(editors,), on_project={PROJECT: (runs, Binding(basic, MEMBER))})
        world.roles |= {basic: frozenset()}
        found, _ = answers(closed(world))
        assert isinstance(found, kind)


def test_the_policy_of_the_buckets_own_project_is_read():
    world = FakeGcp(
        on_project={"7": (Binding("roles/storage.objectUser", MEMBER),)},
        buckets={"batches": replace(BUCKET, project_number="7")},
    )
    found, _ = answers(closed(world))
    assert isinstance(found, Passed)


@pytest.mark.parametrize("lost", ["project_bindings", "bucket_bindings"])
def test_with_all_ways_closed_the_first_and_the_last_permission_are_named(lost):
    world = closed(FakeGcp(), lost, "troubleshoot")
    found, _ = answers(world)
    assert isinstance(found, Unknown)
    assert found.needs == f"see bucket_grants, or see {lost}"


def test_with_the_last_way_broken_the_first_ones_permission_is_named():
    world = closed(FakeGcp())

    def broken(name):
        raise Unreachable(name, "cut off", "try again")

    world.bucket_bindings = broken
    assert answers(world)[0].needs == "see bucket_grants"


# --- service agents -------------------------------------------------------------------------------


def agent(world, check="vertex-agent-bucket"):
    return outcomes(judged(world))[check]


def test_what_an_agents_policies_tell_for_certain_needs_nobody_else():
    world = FakeGcp(troubleshooter=dict.fromkeys(OBJECT_USER, Access.NO))
    assert agent(world).by == BY


@pytest.mark.parametrize(
    ("said", "kind"), [(Access.YES, Passed), (Access.NO, Failed), (Access.CONDITIONAL, Unknown)]
)
def test_a_condition_on_an_agent_is_put_to_the_troubleshooter(said, kind):
    given = tuple(
        Binding(role, AGENT_MEMBER, "request.time < timestamp('2030')")
        for role in ("roles/storage.objectUser", "roles/storage.legacyBucketReader")
    )
    world = FakeGcp(on_bucket=given)
    assert isinstance(agent(world), Unknown)
    world.troubleshooter = {"storage.objects.get": said}
    found = agent(world)
    assert isinstance(found, kind)
    assert found.by == (BY if kind is Unknown else TROUBLESHOOTER)


def test_policies_that_may_not_be_seen_are_put_to_the_troubleshooter():
    world = refusing(FakeGcp(), "bucket_bindings")
    assert agent(world).needs == "see bucket_bindings"
    world.troubleshooter = {}
    assert agent(world).by == TROUBLESHOOTER
    key = refusing(with_key(troubleshooter={}), "key_bindings")
    assert agent(key, "vertex-bucket-key").by == TROUBLESHOOTER
