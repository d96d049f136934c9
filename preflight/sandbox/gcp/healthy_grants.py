"""Grants of Google Cloud made in other ways than the program makes them, each as good."""

from collections.abc import Callable, Mapping

from preflight.contract import VertexAI
from preflight.sandbox.gcp.breakages import remove_agent_grants, remove_job_right
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.grant_breakages import grant

Change = Callable[[Mapping[str, str], VertexAI], None]


def agent_on_project(*roles: str) -> Change:
    """The service agent's roles are on the project alone."""

    def apply(env: Mapping[str, str], promised: VertexAI) -> None:
        remove_agent_grants(env, promised)
        grant(env, f"projects/{promised.project}", promised.service_agent, roles)

    return apply


def gateway_on_project(*roles: str) -> Change:
    """The gateway's roles on the project are these instead of the predefined one for jobs."""

    def apply(env: Mapping[str, str], promised: VertexAI) -> None:
        remove_job_right(env, promised)
        who = promised.gateway_service_account
        grant(env, f"projects/{promised.project}", who, roles)

    return apply


def custom_role(*permissions: str) -> Change:
    """The gateway's right to run jobs comes by a role that the project made."""

    def apply(env: Mapping[str, str], promised: VertexAI) -> None:
        path = f"/v1/projects/{promised.project}/roles"
        asked = {"title": "Runs batches", "includedPermissions": list(permissions)}
        made = Operator(env).call("POST", path, {"roleId": "batchRunner", "role": asked})
        gateway_on_project(made["name"])(env, promised)

    return apply


def agent_condition(expression: str) -> Change:
    """The service agent's roles on the bucket are under this condition; `{bucket}` is its name."""

    def apply(env: Mapping[str, str], promised: VertexAI) -> None:
        remove_agent_grants(env, promised)
        roles = ("roles/storage.objectAdmin", "roles/storage.legacyBucketReader")
        text = expression.replace("{bucket}", promised.bucket)
        grant(env, f"b/{promised.bucket}", promised.service_agent, roles, text)

    return apply
