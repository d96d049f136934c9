"""One-place breakages of a provisioned Google Cloud: each takes away one thing a job needs."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from preflight.contract import VertexAI
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.names import TOKENS_API, VERTEX_API, member_of

_OTHER_ISSUER = "https://issuer.example.com"
_ELSEWHERE = ("us-east1", "europe-west1")


def move_bucket(env: Mapping[str, str], promised: VertexAI) -> None:
    """The bucket is in another region: the same name, settings and policy."""
    operator = Operator(env)
    elsewhere = next(region for region in _ELSEWHERE if region != promised.region)
    path = f"/storage/v1/b/{promised.bucket}"
    before = operator.call("GET", path)
    policy = operator.call("GET", f"{path}/iam?optionsRequestedPolicyVersion=3")
    delete_bucket(env, promised)
    # A customer key is of the region that it was made in.
    kept = {name: value for name, value in before.items() if name != "encryption"}
    home = f"/storage/v1/b?project={before['projectNumber']}"
    operator.call("POST", home, kept | {"location": elsewhere})
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
    _withdraw(env, promised, promised.service_agent, _any_role)


def remove_bucket_agent_grants(env: Mapping[str, str], promised: VertexAI) -> None:
    """The service agent has no role left on the bucket, as when it is another project's."""
    who = member_of(promised.service_agent)
    Operator(env).change_policy(f"b/{promised.bucket}", partial(_remove, who, _any_role))


def allow_public_access(env: Mapping[str, str], promised: VertexAI) -> None:
    """The bucket does not prevent public access any more; nobody is given any by that alone."""
    change = {"iamConfiguration": {"publicAccessPrevention": "inherited"}}
    Operator(env).call("PATCH", f"/storage/v1/b/{promised.bucket}", change)


def stop_access_logs(env: Mapping[str, str], promised: VertexAI) -> None:
    """The bucket's accesses are not logged any more."""
    Operator(env).call("PATCH", f"/storage/v1/b/{promised.bucket}", {"logging": None})


def disable_key(env: Mapping[str, str], promised: VertexAI) -> None:
    """All versions of the customer's key are switched off."""
    operator = Operator(env)
    versions = operator.call("GET", f"/v1/{promised.kms_key}/cryptoKeyVersions")
    for version in versions["cryptoKeyVersions"]:
        path = f"/v1/{version['name']}?updateMask=state"
        operator.call("PATCH", path, {"state": "DISABLED"})


def clear_key(env: Mapping[str, str], promised: VertexAI) -> None:
    """Google's own keys encrypt the bucket from now on."""
    Operator(env).call("PATCH", f"/storage/v1/b/{promised.bucket}", {"encryption": None})


def remove_key_grant(env: Mapping[str, str], promised: VertexAI) -> None:
    """Cloud Storage's service agent may not use the customer's key any more."""
    operator = Operator(env)
    number = operator.call("GET", f"/storage/v1/b/{promised.bucket}")["projectNumber"]
    path = f"/storage/v1/projects/{number}/serviceAccount"
    who = member_of(operator.call("GET", path)["email_address"])
    operator.change_policy(str(promised.kms_key), partial(_remove, who, _any_role))


def remove_federation(env: Mapping[str, str], promised: VertexAI) -> None:
    """The identity pool's member may not act as the gateway's service account any more."""
    account = f"projects/{promised.project}/serviceAccounts/{promised.gateway_service_account}"
    who = str(promised.federation)
    Operator(env).change_policy(account, partial(_remove, who, _any_role))


def disable_provider(env: Mapping[str, str], promised: VertexAI) -> None:
    """The identity pool's providers are switched off."""
    _change_providers(env, promised, "disabled", {"disabled": True})


def change_issuer(env: Mapping[str, str], promised: VertexAI) -> None:
    """The identity pool's providers trust another issuer than the gateway's."""
    _change_providers(env, promised, "oidc", {"oidc": {"issuerUri": _OTHER_ISSUER}})


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
    _disable(env, promised, VERTEX_API)


def disable_tokens_api(env: Mapping[str, str], promised: VertexAI) -> None:
    """The API that exchanges another issuer's tokens is off in the project."""
    _disable(env, promised, TOKENS_API)


def disable_service_account(env: Mapping[str, str], promised: VertexAI) -> None:
    """The gateway's service account is disabled: its tokens stop working, and it gets no others."""
    email = promised.gateway_service_account
    Operator(env).call(
        "POST", f"/v1/projects/{promised.project}/serviceAccounts/{email}:disable", {}
    )


def _disable(env: Mapping[str, str], promised: VertexAI, api: str) -> None:
    path = f"/v1/projects/{promised.project}/services/{api}:disable"
    Operator(env).call("POST", path, {"disableDependentServices": True})


def _change_providers(
    env: Mapping[str, str], promised: VertexAI, mask: str, change: Mapping[str, Any]
) -> None:
    operator = Operator(env)
    pool = str(promised.federation).partition("iam.googleapis.com/")[2].partition("/subject/")[0]
    providers = operator.call("GET", f"/v1/{pool}/providers")["workloadIdentityPoolProviders"]
    for provider in providers:
        operator.call("PATCH", f"/v1/{provider['name']}?updateMask={mask}", change)


def _withdraw(
    env: Mapping[str, str], promised: VertexAI, email: str, concerns: Callable[[str], bool]
) -> None:
    """Take the roles that `concerns` picks from the identity, on the bucket and on the project."""
    operator = Operator(env)
    for resource in (f"b/{promised.bucket}", f"projects/{promised.project}"):
        operator.change_policy(resource, partial(_remove, member_of(email), concerns))


def _remove(member: str, concerns: Callable[[str], bool], policy: dict[str, Any]) -> None:
    for binding in policy.get("bindings", []):
        if concerns(binding["role"]):
            binding["members"] = [one for one in binding["members"] if one != member]


def _any_role(_role: str) -> bool:
    return True
