"""Workload identity: who may act as the gateway's service account without a key."""

from dataclasses import replace

import pytest
from suite_reports import outcomes
from vertex_world import (
    FEDERATED,
    ISSUER,
    POOL,
    PROMISED,
    PROVIDER,
    SUBJECT,
    WORKLOAD,
    WORKLOAD_USER,
    FakeGcp,
    judged,
    with_provider,
)

from preflight.outcomes import Passed, Unknown
from preflight.permissions import Identity
from preflight.report import Verdict
from preflight.seams import Binding

CHECK = "vertex-gateway-federation"


def outcome(world, promised=FEDERATED):
    return outcomes(judged(world, promised))[CHECK]


def test_a_promised_pool_that_lets_the_workload_in_passes():
    assert judged(FakeGcp(), FEDERATED).verdict is Verdict.READY
    assert WORKLOAD in outcome(FakeGcp()).detail


def test_without_a_promised_pool_nothing_is_asked():
    world = FakeGcp()
    del world.providers, world.on_account
    assert isinstance(outcome(world, PROMISED), Passed)


BREAKAGES = {
    "the provider is gone": (FakeGcp(providers={}), "does not exist"),
    "the provider is off": (with_provider(working=False), "disabled or deleted"),
    "another issuer": (with_provider(issuer="https://other.example.com"), ISSUER),
    "another audience": (with_provider(audiences=("https://other.example.com",)), PROVIDER),
    "no binding": (FakeGcp(on_account=()), "iam.serviceAccounts.getAccessToken"),
    "another subject's binding": (
        FakeGcp(on_account=(replace(WORKLOAD_USER, member=f"{WORKLOAD}-2"),)),
        WORKLOAD,
    ),
}


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_one_breakage_fails_this_check_and_no_other(breakage):
    world, words = BREAKAGES[breakage]
    broken = judged(world, FEDERATED)
    assert broken.failed_ids() == {CHECK}
    failed = outcomes(broken)[CHECK]
    assert words in failed.problem
    assert failed.remedy == "pulumi up --refresh"


@pytest.mark.parametrize(
    "audiences", [(f"https://iam.googleapis.com/{PROVIDER}",), ("x", "gateway")]
)
def test_the_audience_is_the_promised_one_or_the_provider(audiences):
    promised = replace(FEDERATED, federation_audience="gateway" if "x" in audiences else None)
    assert isinstance(outcome(with_provider(audiences=audiences), promised), Passed)


def test_a_promised_audience_that_the_provider_does_not_take_fails():
    promised = replace(FEDERATED, federation_audience="gateway")
    assert "gateway" in outcome(FakeGcp(), promised).problem


@pytest.mark.parametrize("condition", ["", f"assertion.sub == '{SUBJECT}'"])
def test_a_condition_that_pins_the_subject_or_none_passes(condition):
    assert isinstance(outcome(with_provider(condition=condition)), Passed)


@pytest.mark.parametrize(
    "changes", [{"condition": "assertion.aud == 'x'"}, {"subject_from": "assertion.email"}]
)
def test_what_is_not_evaluated_here_is_unknown_and_shown(changes):
    found = outcome(with_provider(**changes))
    assert isinstance(found, Unknown)
    assert next(iter(changes.values())) in found.reason


@pytest.mark.parametrize(
    "given",
    [
        {"on_account": (Binding(WORKLOAD_USER.role, f"principalSet://{POOL}/*"),)},
        {"on_account": (), "on_project": {"sandbox-project": (WORKLOAD_USER,)}},
    ],
)
def test_the_binding_may_be_for_the_whole_pool_or_on_the_project(given):
    assert isinstance(outcome(FakeGcp(**given)), Passed)


def test_a_pool_whose_provider_is_not_promised_passes_and_says_so():
    promised = replace(PROMISED, federation=WORKLOAD)
    passed = outcome(FakeGcp(providers={}), promised)
    assert isinstance(passed, Passed)
    assert "provider" in passed.caveat


def test_the_lack_names_who_and_why():
    problem = outcome(FakeGcp(on_account=())).problem
    assert Identity.WORKLOAD in problem
    assert "acts as the gateway's service account" in problem
