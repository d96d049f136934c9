"""Custom roles in the sandbox's Google Cloud, through the handlers that the Pulumi program uses."""

import pytest
from google.api_core.exceptions import BadRequest, Conflict, Forbidden

from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.cloud import GcpCloud
from preflight.sandbox.handlers.gcp import handlers

PROJECT = "projects/sandbox-project"
ROLE = f"{PROJECT}/roles/looks"
INPUTS = {
    "project": "sandbox-project",
    "roleId": "looks",
    "title": "Looks",
    "permissions": ["serviceusage.services.list", "iam.serviceAccounts.list"],
}


@pytest.fixture
def cloud(tmp_path):
    with GcpCloud(tmp_path) as running:
        yield running


@pytest.fixture
def roles(cloud):
    return handlers(cloud.env)["gcp:projects/iAMCustomRole:IAMCustomRole"]


@pytest.fixture
def somebody(cloud):
    """An account of the project that holds nothing."""
    path = f"/v1/{PROJECT}/serviceAccounts"
    return Operator(cloud.env).call("POST", path, {"accountId": "somebody"})["email"]


def granted(cloud, email):
    inputs = {"project": "sandbox-project", "role": ROLE, "member": f"serviceAccount:{email}"}
    return handlers(cloud.env)["gcp:projects/iAMMember:IAMMember"].create("grant", inputs)


def lists_accounts(cloud, email):
    try:
        Operator(cloud.env_of(email)).call("GET", f"/v1/{PROJECT}/serviceAccounts")
    except Forbidden:
        return False
    return True


def test_a_custom_role_gives_what_it_holds_for_as_long_as_it_is_there(cloud, roles, somebody):
    made, state = roles.create("looks", INPUTS)
    assert (made, state["name"]) == (ROLE, ROLE)
    granted(cloud, somebody)
    assert lists_accounts(cloud, somebody)
    fewer = {**INPUTS, "permissions": ["serviceusage.services.list"]}
    assert roles.update(made, state, fewer)["permissions"] == fewer["permissions"]
    assert not lists_accounts(cloud, somebody)
    state = roles.update(made, state, INPUTS)
    roles.delete(made, state)
    assert not lists_accounts(cloud, somebody)
    assert roles.read(made, state) is None
    roles.delete(made, state)


def test_a_deleted_role_keeps_its_id_and_the_provider_brings_it_back(cloud, roles, somebody):
    made, state = roles.create("looks", INPUTS)
    with pytest.raises(Conflict, match="already exists"):
        roles.create("looks", INPUTS)
    roles.delete(made, state)
    with pytest.raises(BadRequest, match="in a deleted state"):
        Operator(cloud.env).call("POST", f"/v1/{PROJECT}/roles", {"roleId": "looks", "role": {}})
    with pytest.raises(BadRequest, match="not supported"):
        granted(cloud, somebody)
    assert roles.create("looks", {**INPUTS, "title": "Again"})[1]["title"] == "Again"


def test_what_is_changed_by_hand_is_seen_and_the_order_of_permissions_is_no_change(cloud, roles):
    made, state = roles.create("looks", INPUTS)
    assert roles.read(made, state) == state
    more = {"includedPermissions": ["iam.roles.get"]}
    Operator(cloud.env).call("PATCH", f"/v1/{ROLE}", more)
    assert roles.read(made, state)["permissions"] == ["iam.roles.get"]


def test_only_who_may_make_roles_makes_them(cloud, somebody):
    with pytest.raises(Forbidden, match=r"iam\.roles\.create"):
        Operator(cloud.env_of(somebody)).call("POST", f"/v1/{PROJECT}/roles", {"roleId": "looks"})


def test_a_role_on_a_service_account_is_added_found_and_taken_away(cloud, somebody):
    members = handlers(cloud.env)["gcp:serviceaccount/iAMMember:IAMMember"]
    account = f"{PROJECT}/serviceAccounts/{somebody}"
    role = "roles/iam.serviceAccountTokenCreator"
    inputs = {"serviceAccountId": account, "role": role, "member": f"serviceAccount:{somebody}"}
    made, state = members.create("grant", inputs)
    assert members.read(made, state) == state
    members.delete(made, state)
    assert members.read(made, state) is None
    Operator(cloud.env).call("DELETE", f"/v1/{account}")
    members.delete(made, state)
