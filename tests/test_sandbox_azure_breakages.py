"""What is broken in the sandbox's Azure: the job is forced through as the gateway."""

import pytest
from azure_stack import THREE, jsonl, line, rows, run, verdict
from openai import NotFoundError, PermissionDeniedError

from preflight.sandbox.azure import breakages
from preflight.sandbox.azure.names import GATEWAY
from preflight.sandbox.azure.operator import account_path, deployment_path

pytest_plugins = ["azure_fixtures"]


def test_standard_deployment_breaks_the_job_late(azure_cloud, promised, gateway, arm):
    breakages.standard_deployment(azure_cloud.env, promised)
    error = verdict(gateway, THREE)
    assert error.code == "invalid_request"
    assert "schema of the input line is invalid or the deployment SKU is invalid" in error.message
    now = arm.get(deployment_path(promised), "2025-09-01")
    assert now["sku"] == {"name": "Standard", "capacity": 50}
    assert now["properties"]["model"]["name"] == "gpt-4o-mini"


def test_remove_role_breaks_the_upload(azure_cloud, promised, gateway):
    breakages.remove_role(azure_cloud.env, promised)
    with pytest.raises(
        PermissionDeniedError, match=f"The principal `{GATEWAY}` lacks .*files/write"
    ):
        run(gateway, THREE)


def test_read_only_role_breaks_the_upload_and_leaves_the_reading(azure_cloud, promised, gateway):
    breakages.read_only_role(azure_cloud.env, promised)
    assert gateway.batches.list().data == []
    assert gateway.files.list().data == []
    with pytest.raises(PermissionDeniedError, match="files/write"):
        run(gateway, THREE)


def test_delete_deployment_breaks_the_job_late(azure_cloud, promised, gateway):
    breakages.delete_deployment(azure_cloud.env, promised)
    assert verdict(gateway, THREE).code == "model_not_found"


def test_remove_subdomain_leaves_no_data_plane_and_all_else(azure_cloud, promised, gateway, arm):
    breakages.remove_subdomain(azure_cloud.env, promised)
    with pytest.raises(NotFoundError, match="Resource not found"):
        run(gateway, THREE)
    account = arm.get(account_path(promised), "2025-09-01")
    assert account["properties"]["customSubDomainName"] is None
    assert account["properties"]["disableLocalAuth"] is True
    assert arm.get(deployment_path(promised), "2025-09-01")["sku"]["capacity"] == 50
    roles = f"{account_path(promised)}/providers/Microsoft.Authorization/roleAssignments"
    query = f"principalId eq '{GATEWAY}'"
    assert len(arm.listed(roles, "2022-04-01", query)) == 1


def test_shrink_capacity_breaks_a_job_of_many_tokens(azure_cloud, promised, gateway):
    breakages.shrink_capacity(azure_cloud.env, promised)
    error = verdict(gateway, jsonl(*(line(f"r{number}") for number in range(600))))
    assert error.code == "token_limit_exceeded"
    assert "configured limit of 1K for the deployment 'batch'" in error.message


def test_other_model_breaks_no_job_but_another_model_answers(azure_cloud, promised, gateway):
    breakages.other_model(azure_cloud.env, promised)
    batch = run(gateway, THREE)
    assert batch.status == "completed"
    came = rows(gateway, batch.output_file_id)
    assert {row["response"]["body"]["model"] for row in came} == {"gpt-4.1-mini-2025-04-14"}
