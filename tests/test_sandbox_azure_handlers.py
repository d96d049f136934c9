"""What the Pulumi program is told by the sandbox's Azure, and what its resources come out as."""

from concurrent.futures import ThreadPoolExecutor

from azure_stack import (
    definition,
)

from preflight.sandbox.azure.names import GATEWAY, OPERATOR, SUBSCRIPTION, TENANT
from preflight.sandbox.azure.operator import account_path
from preflight.sandbox.handlers import azure

pytest_plugins = ["azure_fixtures"]


def test_the_program_is_told_who_and_where_it_is(azure_cloud):
    answer = azure.invokes(azure_cloud.env)["azure-native:authorization:getClientConfig"]({})
    assert answer == {
        "clientId": OPERATOR,
        "objectId": OPERATOR,
        "subscriptionId": SUBSCRIPTION,
        "tenantId": TENANT,
    }


def test_what_is_given_no_name_gets_one_of_its_own(azure_cloud):
    create = azure.handlers(azure_cloud.env)["azure-native:resources:ResourceGroup"].create
    made = {create("batch", {"location": "swedencentral"})[0] for _ in range(2)}
    assert len(made) == 2
    assert all("/resourceGroups/batch-" in one for one in made)


def test_a_role_assignments_outputs_are_at_the_top(azure_cloud, promised, arm):
    create = azure.handlers(azure_cloud.env)["azure-native:authorization:RoleAssignment"].create
    reader = definition("acdd72a7-3385-48ef-bd42-f606fba81ae7")
    made, outputs = create(
        "more",
        {"scope": account_path(promised), "principalId": GATEWAY, "roleDefinitionId": reader},
    )
    assert made.endswith(outputs["name"])
    assert outputs["principalType"] == "ServicePrincipal"
    assert outputs["roleDefinitionId"] == reader


def test_the_handlers_may_be_used_by_several_threads_at_once(azure_cloud, arm):
    create = azure.handlers(azure_cloud.env)["azure-native:resources:ResourceGroup"].create
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: create("g", {"location": "eastus"})[0], range(16)))
    groups = arm.listed(f"/subscriptions/{SUBSCRIPTION}/resourceGroups", "2021-04-01")
    assert {one["id"] for one in groups} == set(made)
    assert len(groups) == 16
