"""The edges of Vertex AI's workload identity: which token of whom is taken for the gateway."""

from dataclasses import replace

import pytest
from vertex_world import (
    AGENT,
    FEDERATED,
    GATEWAY,
    POOL,
    PROVIDER,
    SUBJECT,
    WORKLOAD_USER,
    FakeGcp,
    ask,
    with_provider,
)

from preflight.outcomes import Failed, Passed, Unknown
from preflight.seams import Binding


def federated(world, **promised):
    return ask("vertex-gateway-federation", world, replace(FEDERATED, **promised))


OWN = f"https://iam.googleapis.com/{PROVIDER}"


@pytest.mark.parametrize(
    ("takes", "promised", "kind"),
    [
        ((), None, Passed),
        ((), OWN, Passed),
        ((), f"//iam.googleapis.com/{PROVIDER}", Passed),
        ((), "gateway", Failed),
        ((OWN,), None, Passed),
        (("gateway",), None, Failed),
        (("gateway",), "gateway", Passed),
        (("gateway", "other"), "other", Passed),
        (("gateway",), OWN, Failed),
    ],
)
def test_an_audience_is_one_that_the_provider_takes(takes, promised, kind):
    answer = federated(with_provider(audiences=takes), federation_audience=promised)
    assert isinstance(answer, kind)
    if kind is Failed:
        assert f"takes tokens for {' or '.join(takes) or OWN}, but" in answer.problem


def test_an_issuer_that_is_not_promised_is_not_compared():
    other = with_provider(issuer="https://other.example.com")
    assert isinstance(federated(other, federation_issuer=None), Passed)
    failed = federated(other)
    assert "takes tokens of https://other.example.com, but" in failed.problem
    none = federated(with_provider(issuer=""))
    assert "takes tokens of no issuer, but" in none.problem


@pytest.mark.parametrize(
    ("condition", "kind"),
    [
        ("", Passed),
        (f"assertion.sub == '{SUBJECT}'", Passed),
        (f'assertion.sub == "{SUBJECT}"', Passed),
        (f"assertion.sub == '{SUBJECT}-2'", Unknown),
        (f"assertion.sub != '{SUBJECT}'", Unknown),
        ("false", Unknown),
    ],
)
def test_only_a_condition_that_pins_the_gateways_own_subject_is_known_to_hold(condition, kind):
    assert isinstance(federated(with_provider(condition=condition)), kind)


def test_a_promised_provider_leaves_no_doubt():
    assert not federated(FakeGcp()).caveat
    assert federated(FakeGcp(), federation_provider=None).caveat
    lacking = federated(FakeGcp(on_account=()), federation_provider=None)
    assert isinstance(lacking, Failed)


def test_the_gateways_account_may_be_of_another_project_and_that_ones_policy_counts():
    email = "gateway@their-project.iam.gserviceaccount.com"
    given = FakeGcp().on_account
    world = FakeGcp(on_account=(), on_project={"their-project": given})
    assert isinstance(federated(world, gateway_service_account=email), Passed)
    world = FakeGcp(on_account=(), on_project={"sandbox-project": given})
    assert isinstance(federated(world, gateway_service_account=email), Failed)


def test_googles_own_service_accounts_are_of_the_promised_project():
    email = "123456789-compute@developer.gserviceaccount.com"
    world = FakeGcp(on_account=(), on_project={"sandbox-project": FakeGcp().on_account})
    assert isinstance(federated(world, gateway_service_account=email), Passed)


def test_a_subject_may_hold_what_stands_before_subjects():
    member = f"principal://{POOL}/subject/a/subject/b"
    whole_pool = Binding(WORKLOAD_USER.role, f"principalSet://{POOL}/*")
    world = with_provider(condition="assertion.sub == 'a/subject/b'")
    world.on_account = (whole_pool,)
    assert isinstance(federated(world, federation=member), Passed)


@pytest.mark.parametrize("member", [f"serviceAccount:{GATEWAY}", f"serviceAccount:{AGENT}"])
def test_another_members_binding_helps_no_workload(member):
    role = FakeGcp().on_account[0].role
    assert isinstance(federated(FakeGcp(on_account=(Binding(role, member),))), Failed)


def test_a_pool_that_the_workload_is_of_for_certain_is_no_group_in_doubt():
    pool = Binding("roles/almost", f"principalSet://{POOL}/*")
    group = Binding(WORKLOAD_USER.role, "group:workloads@example.com")
    world = FakeGcp(on_account=(pool, group))
    world.roles["roles/almost"] = frozenset()
    unknown = federated(world)
    assert isinstance(unknown, Unknown)
    assert "as one of group:workloads@example.com: " in unknown.reason
