"""One-place breakages of a provisioned Google Cloud: each takes away one thing a job needs."""

from collections.abc import Callable, Mapping
from typing import Any

from preflight.contract import VertexAI
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.names import VERTEX_API, member_of

_ELSEWHERE = ("us-east1", "europe-west1")


def move_bucket(env: Mapping[str, str], promised: VertexAI) -> None:
    """The bucket is in another region: the same name, settings and policy."""
    operator = Operator(env)
    elsewhere = next(region for region in _ELSEWHERE if region != promised.region)
    path = f"/storage/v1/b/{promised.bucket}"
    before = operator.call("GET", path)
    policy = operator.call("GET", f"{path}/iam?optionsRequestedPolicyVersion=3")
    delete_bucket(env, promised)
    operator.call(
        "POST", f"/storage/v1/b?project={promised.project}", before | {"location": elsewhere}
    )
    fresh = operator.call("GET", f"{path}/iam")["etag"]
    operator.call("PUT", f"{path}/iam", {**policy, "version": 3, "etag": fresh})


def delete_bucket(env: Mapping[str, str], promised: VertexAI) -> None:
    """The bucket is gone, with all that was in it."""
    with Operator(env).storage() as client:
        bucket = client.bucket(promised.bucket)
        for blob in client.list_blobs(bucket):
            blob.delete()
        bucket.delete()


def remove_agent_grants(env: Mapping[str, str], promised: VertexAI) -> None:
    """The service agent has no role left, neither on the bucket nor on the project."""
    _withdraw(env, promised, promised.service_agent, lambda _role: True)


def remove_upload_right(env: Mapping[str, str], promised: VertexAI) -> None:
    """The gateway's service account has no role on objects left."""
    email = promised.gateway_service_account
    _withdraw(env, promised, email, lambda role: role.startswith("roles/storage.object"))


def remove_job_right(env: Mapping[str, str], promised: VertexAI) -> None:
    """The gateway's service account may not create jobs any more."""
    email = promised.gateway_service_account
    _withdraw(env, promised, email, lambda role: role.startswith("roles/aiplatform."))


def disable_api(env: Mapping[str, str], promised: VertexAI) -> None:
    """The Vertex AI API is off in the project."""
    path = f"/v1/projects/{promised.project}/services/{VERTEX_API}:disable"
    Operator(env).call("POST", path, {"disableDependentServices": True})


def disable_service_account(env: Mapping[str, str], promised: VertexAI) -> None:
    """The gateway's service account is disabled: its tokens stop working, and it gets no others."""
    email = promised.gateway_service_account
    Operator(env).call(
        "POST", f"/v1/projects/{promised.project}/serviceAccounts/{email}:disable", {}
    )


def _withdraw(
    env: Mapping[str, str], promised: VertexAI, email: str, concerns: Callable[[str], bool]
) -> None:
    """Take the roles that `concerns` picks from the identity, on the bucket and on the project."""

    def withdraw(policy: dict[str, Any]) -> None:
        for binding in policy.get("bindings", []):
            if concerns(binding["role"]):
                members = binding["members"]
                binding["members"] = [one for one in members if one != member_of(email)]

    operator = Operator(env)
    for resource in (f"b/{promised.bucket}", f"projects/{promised.project}"):
        operator.change_policy(resource, withdraw)
