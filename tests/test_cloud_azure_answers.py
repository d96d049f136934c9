"""What Azure answers, read into the plain answers of the seam."""

from datetime import date

import pytest
from azure_double import (
    ACCOUNT,
    ASSIGNMENTS,
    DELETED,
    DENIALS,
    DEPLOYMENT,
    GROUP,
    LOOKS,
    OFFERS,
    PRINCIPAL,
    PROMISED,
    ROLE,
    ROOT,
    USAGES,
    assignment,
    look,
)

from preflight.cloud import azure
from preflight.seams import (
    AzureAccount,
    DenyAssignment,
    Deployment,
    Offer,
    RoleDefinition,
    Unreachable,
    Usage,
)
from preflight.seams.azure import EVERYONE

pytest_plugins = ["azure_fixtures"]


def test_an_account_is_read_whole(arm_double):
    arm_double.answers[ACCOUNT] = {
        "id": ACCOUNT,
        "location": "Sweden Central",
        "kind": "OpenAI",
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "customSubDomainName": "sub",
            "provisioningState": "Succeeded",
            "publicNetworkAccess": "Enabled",
        },
    }
    found = AzureAccount("swedencentral", "OpenAI", "sub", "SystemAssigned", "Succeeded", "Enabled")
    assert look("account") == found


def test_a_bare_account_is_read_without_a_guess(arm_double):
    arm_double.answers[ACCOUNT] = {"id": ACCOUNT, "location": "westus", "properties": {}}
    assert look("account") == AzureAccount("westus", "", "", "None", "", "")


def test_offers_are_read_with_their_kinds_and_days_and_other_makers_models_are_left_out(arm_double):
    mini = {
        "format": "OpenAI",
        "name": "gpt-4o-mini",
        "version": "2024-07-18",
        "deprecation": {"inference": "2027-03-31T00:00:00Z"},
        "skus": [
            {"name": "GlobalBatch", "deprecationDate": "2027-02-28T00:00:00Z"},
            {"name": "Standard"},
        ],
    }
    bare = {"format": "OpenAI", "name": "gpt-4.1", "version": "2025-04-14"}
    other = {"format": "Meta", "name": "Llama", "version": "1"}
    arm_double.answers[OFFERS] = {"value": [mini, bare, other]}
    assert look("offers") == (
        Offer(
            "gpt-4o-mini",
            "2024-07-18",
            {"GlobalBatch": date(2027, 2, 28), "Standard": None},
            date(2027, 3, 31),
        ),
        Offer("gpt-4.1", "2025-04-14"),
    )


@pytest.mark.parametrize("day", ["soon", "2027-13-01", "31.12.2027"])
def test_a_day_that_is_none_is_no_answer(arm_double, day):
    offer = {"format": "OpenAI", "name": "m", "version": "1", "deprecation": {"inference": day}}
    arm_double.answers[OFFERS] = {"value": [offer]}
    with pytest.raises(Unreachable):
        look("offers")


def test_a_deployment_is_read_whole(arm_double):
    arm_double.answers[DEPLOYMENT] = {
        "id": DEPLOYMENT,
        "name": "batch",
        "sku": {"name": "GlobalBatch", "capacity": 50},
        "properties": {
            "model": {"format": "OpenAI", "name": "gpt-4o-mini", "version": "2024-07-18"},
            "provisioningState": "Succeeded",
        },
    }
    found = Deployment("batch", "GlobalBatch", 50, "gpt-4o-mini", "2024-07-18", "Succeeded")
    assert look("deployment") == found


def test_a_deleted_account_that_azure_keeps_is_seen(arm_double):
    arm_double.answers[DELETED] = {"id": DELETED, "location": "swedencentral", "properties": {}}
    assert look("deleted") is True


def test_roles_are_those_that_hold_on_the_account_block_by_block(arm_double):
    arm_double.answers[ASSIGNMENTS] = {
        "value": [
            assignment(ROOT.upper().replace("SUBSCRIPTIONS", "subscriptions")),
            assignment(f"{ACCOUNT}-other", f"{ROLE}-neighbour"),
            assignment(DEPLOYMENT, f"{ROLE}-below"),
            assignment("/", f"{ROLE}-gone"),
        ]
    }
    arm_double.answers[ROLE] = {
        "id": ROLE,
        "properties": {
            "roleName": "Two blocks",
            "permissions": [
                {"dataActions": ["a/*"], "notDataActions": ["a/b"]},
                {"actions": ["*/read"]},
            ],
        },
    }
    assert look("roles_of") == (
        RoleDefinition("Two blocks", ("a/*",), ("a/b",)),
        RoleDefinition("Two blocks", (), ()),
    )
    asked = {path for path, _, _ in arm_double.asked}
    assert asked == {ASSIGNMENTS, ROLE, f"{ROLE}-gone"}


def test_a_role_held_on_a_management_group_holds_on_the_account(arm_double):
    group = "/providers/Microsoft.Management/managementGroups/all"
    arm_double.answers[ASSIGNMENTS] = {"value": [assignment(group)]}
    block = {"dataActions": ["x"]}
    arm_double.answers[ROLE] = {"properties": {"roleName": "r", "permissions": [block]}}
    assert look("roles_of") == (RoleDefinition("r", ("x",)),)


def test_a_role_is_held_under_its_assignments_condition(arm_double):
    held = assignment(ACCOUNT)
    held["properties"]["condition"] = "@Resource[x] StringEquals 'y'"
    arm_double.answers[ASSIGNMENTS] = {"value": [held, assignment(GROUP)]}
    block = {"dataActions": ["x"]}
    arm_double.answers[ROLE] = {"properties": {"roleName": "r", "permissions": [block]}}
    assert look("roles_of") == (
        RoleDefinition("r", ("x",), condition="@Resource[x] StringEquals 'y'"),
        RoleDefinition("r", ("x",)),
    )


def denial(scope, **properties):
    block = {"dataActions": ["x/*"], "notDataActions": ["x/y"]}
    made = {"denyAssignmentName": "no", "scope": scope, "permissions": [block]}
    return {"id": scope, "name": "guid", "properties": made | properties}


def test_deny_assignments_are_those_that_hold_on_the_account(arm_double):
    everyone = {"id": EVERYONE, "type": "SystemDefined"}
    arm_double.answers[DENIALS] = {
        "value": [
            denial(GROUP, principals=[everyone], excludePrincipals=[{"id": "A", "type": "Group"}]),
            denial(ACCOUNT, doNotApplyToChildScopes=True, condition="c"),
            denial(GROUP, doNotApplyToChildScopes=True),
            denial(DEPLOYMENT),
        ]
    }
    assert look("denials_of") == (
        DenyAssignment("no", ("x/*",), ("x/y",), {EVERYONE: "SystemDefined"}, {"a": "Group"}),
        DenyAssignment("no", ("x/*",), ("x/y",), condition="c"),
    )
    ((_, query, _),) = arm_double.asked
    assert query["$filter"] == "atScope()"


def test_assignments_through_groups_are_asked_for(arm_double):
    look("roles_of")
    ((_, query, headers),) = arm_double.asked
    assert query["$filter"] == f"assignedTo('{PRINCIPAL}')"
    assert headers["Authorization"] == f"Bearer {arm_double.token}"


def test_every_page_of_assignments_is_read(arm_double):
    arm_double.answers[ASSIGNMENTS] = {
        "value": [assignment(ACCOUNT)],
        "nextLink": f"{arm_double.url}/second?$skiptoken=x",
    }
    arm_double.answers["/second"] = {"value": [assignment(GROUP, f"{ROLE}-2")]}
    for role in (ROLE, f"{ROLE}-2"):
        block = {"dataActions": [role]}
        arm_double.answers[role] = {"properties": {"roleName": role, "permissions": [block]}}
    assert [role.name for role in look("roles_of")] == [ROLE, f"{ROLE}-2"]


def test_quotas_are_read_by_name(arm_double):
    arm_double.answers[USAGES] = {
        "value": [
            {"name": {"value": "OpenAI.GlobalBatch.m"}, "currentValue": 50.0, "limit": 1000.0},
            {"name": {"value": "OpenAI.Standard.m"}},
        ]
    }
    found = {"OpenAI.GlobalBatch.m": Usage(50, 1000), "OpenAI.Standard.m": Usage(0, 0)}
    assert look("usages") == found


def test_equal_questions_are_asked_once(arm_double):
    client = azure.connect(PROMISED)
    for _ in range(2):
        for method in LOOKS:
            look(method, client)
    paths = [path for path, _, _ in arm_double.asked]
    assert sorted(paths) == sorted(path for path, _ in LOOKS.values())
