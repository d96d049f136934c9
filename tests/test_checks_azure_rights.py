"""What roles give and deny assignments take, put together as Azure does."""

from dataclasses import replace

import pytest
from azure_subscription import CONTRIBUTOR, OPENAI, PRINCIPAL, FakeAzure, judged, with_roles
from suite_reports import outcomes

from preflight.checks.azure_rights import BY
from preflight.outcomes import Failed, Passed, Unknown
from preflight.seams import DenyAssignment
from preflight.seams.azure import EVERYONE

ME = {PRINCIPAL: "ServicePrincipal"}
ALL = {EVERYONE: "SystemDefined"}
GROUP = {"00000000-0000-0000-0000-000000000077": "Group"}
OTHER = {"00000000-0000-0000-0000-000000000088": "User"}
EVERYTHING = ("Microsoft.CognitiveServices/*",)
CONDITION = "@Resource[name] StringEquals 'x'"


def answer(world):
    return outcomes(judged(world))["azure-gateway-role"]


def denied(**changes):
    return FakeAzure(denials=(replace(DenyAssignment("Locked", EVERYTHING), **changes),))


def test_the_answer_says_what_it_is_made_of():
    assert {answer(world).by for world in (FakeAzure(), with_roles())} == {BY}


@pytest.mark.parametrize(
    "changes",
    [
        {"principals": ME},
        {"principals": ALL},
        {"principals": ALL, "excluded": OTHER},
        {"principals": ME | GROUP},
        {"principals": ME, "data_actions": (f"{OPENAI}/FILES/write",)},
    ],
)
def test_a_deny_assignment_that_means_the_gateway_fails_it(changes):
    found = answer(denied(**changes))
    assert isinstance(found, Failed)
    assert "deny assignment Locked" in found.problem
    assert f"{OPENAI}/files/write (uploads the requests)" in found.problem


@pytest.mark.parametrize(
    "changes",
    [
        {"principals": OTHER},
        {"principals": ALL, "excluded": ME},
        {"principals": GROUP, "excluded": ME},
        {"principals": ALL, "data_actions": ("Microsoft.Storage/*",)},
        {"principals": ALL, "not_data_actions": (f"{OPENAI}/*",)},
        {"principals": ALL, "data_actions": ()},
    ],
)
def test_a_deny_assignment_that_means_others_or_other_things_is_none(changes):
    assert isinstance(answer(denied(**changes)), Passed)


@pytest.mark.parametrize(
    "changes",
    [
        {"principals": GROUP},
        {"principals": {"x": ""}},
        {"principals": ALL, "excluded": GROUP},
        {"principals": ALL, "condition": CONDITION},
    ],
)
def test_who_is_in_a_group_and_what_a_condition_says_is_unknown(changes):
    found = answer(denied(**changes))
    assert isinstance(found, Unknown)
    assert "Locked" in found.reason


def test_a_role_held_under_a_condition_only_is_unknown():
    conditional = replace(CONTRIBUTOR, condition=CONDITION)
    found = answer(with_roles(conditional))
    assert isinstance(found, Unknown)
    assert CONDITION in found.reason
    assert isinstance(answer(with_roles(conditional, CONTRIBUTOR)), Passed)


def test_what_no_role_holds_fails_though_others_are_held_under_a_condition():
    only_files = replace(CONTRIBUTOR, data_actions=(f"{OPENAI}/files/*",), condition=CONDITION)
    assert isinstance(answer(with_roles(only_files)), Failed)


@pytest.mark.parametrize("pattern", [f"{OPENAI}/[bf]*", f"{OPENAI}/?*", f"{OPENAI}/*.*"])
def test_no_character_but_the_star_stands_for_another(pattern):
    assert isinstance(answer(with_roles(replace(CONTRIBUTOR, data_actions=(pattern,)))), Failed)


def test_many_stars_cost_no_time():
    slow = replace(CONTRIBUTOR, data_actions=("*" * 5000 + "x",))
    assert isinstance(answer(with_roles(slow)), Failed)
