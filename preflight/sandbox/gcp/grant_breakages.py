"""Grants of Google Cloud made a little wrong, and a bucket that forgets."""

from collections.abc import Callable, Mapping
from typing import Any

from preflight.contract import VertexAI
from preflight.sandbox.gcp.breakages import remove_agent_grants, remove_upload_right
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.names import OPERATOR, STORAGE_API, member_of

Break = Callable[[Mapping[str, str], VertexAI], None]


def agent_has(*roles: str, condition: str = "") -> Break:
    """The service agent has these roles on the bucket, and nothing else."""

    def apply(env: Mapping[str, str], promised: VertexAI) -> None:
        remove_agent_grants(env, promised)
        grant(env, f"b/{promised.bucket}", promised.service_agent, roles, condition)

    return apply


def gateway_has(*roles: str, condition: str = "") -> Break:
    """The gateway has these roles on the bucket, and none elsewhere that concerns objects."""

    def apply(env: Mapping[str, str], promised: VertexAI) -> None:
        remove_upload_right(env, promised)
        who = promised.gateway_service_account
        grant(env, f"b/{promised.bucket}", who, roles, condition)

    return apply


def grant(
    env: Mapping[str, str], resource: str, email: str, roles: tuple[str, ...], condition: str = ""
) -> None:
    """Give the identity roles on a bucket (`b/NAME`) or a project (`projects/ID`)."""

    def change(policy: dict[str, Any]) -> None:
        where = {"title": "made by hand", "expression": condition}
        for role in roles:
            binding: dict[str, Any] = {"role": role, "members": [member_of(email)]}
            policy["bindings"].append(binding | ({"condition": where} if condition else {}))

    Operator(env).change_policy(resource, change)


def delete_service_account(env: Mapping[str, str], promised: VertexAI) -> None:
    """The gateway's service account is gone."""
    email = promised.gateway_service_account
    Operator(env).call("DELETE", f"/v1/projects/{promised.project}/serviceAccounts/{email}")


def disable_storage_api(env: Mapping[str, str], promised: VertexAI) -> None:
    """The Cloud Storage API is off in the project."""
    path = f"/v1/projects/{promised.project}/services/{STORAGE_API}:disable"
    Operator(env).call("POST", path, {"disableDependentServices": True})


def delete_agent(env: Mapping[str, str], promised: VertexAI) -> None:
    """Vertex AI's service agent was deleted; its grants stay, and are nobody's."""
    del promised
    Operator(env).call("DELETE", "/sandbox/agent")


def perimeter(env: Mapping[str, str], promised: VertexAI) -> None:
    """A perimeter around Vertex AI lets the operator in, and not the gateway."""
    del promised
    Operator(env).call("POST", "/sandbox/perimeter", {"inside": [OPERATOR]})


def expire_after(days: int) -> Break:
    """The bucket deletes all objects after so many days."""

    def apply(env: Mapping[str, str], promised: VertexAI) -> None:
        rule = {"action": {"type": "Delete"}, "condition": {"age": days}}
        Operator(env).call(
            "PATCH", f"/storage/v1/b/{promised.bucket}", {"lifecycle": {"rule": [rule]}}
        )

    return apply
