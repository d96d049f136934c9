"""The operator's hands in the sandbox's Azure: plain calls to Resource Manager."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import httpx2

from preflight.contract import AzureOpenAI
from preflight.sandbox.azure.names import MANAGEMENT, account_id, subscription_id
from preflight.sandbox.loopback import asking

RESOURCES = "2021-04-01"
COGNITIVE = "2025-09-01"
AUTHORIZATION = "2022-04-01"
"""API versions, by resource provider."""

_PATIENCE_SECONDS = 30


class ArmRefused(RuntimeError):
    """Resource Manager said no; the text is its code and message, `status` that of HTTP."""

    def __init__(self, status: int, text: str) -> None:
        """Keep the status beside the text."""
        super().__init__(text)
        self.status = status


class Arm:
    """Calls as the operator that the environment variables make one. Safe to share by threads."""

    def __init__(self, env: Mapping[str, str]) -> None:
        """Get a token. Raises KeyError where a variable is missing."""
        self._endpoint = env["PREFLIGHT_ARM_ENDPOINT"].rstrip("/")
        # No connection is kept, so there is nothing to close.
        self._http = asking(
            timeout=_PATIENCE_SECONDS,
            limits=httpx2.Limits(max_keepalive_connections=0),
        )
        answer = self._http.get(
            env["IDENTITY_ENDPOINT"],
            params={"api-version": "2019-08-01", "resource": MANAGEMENT},
            headers={"X-IDENTITY-HEADER": env["IDENTITY_HEADER"]},
        )
        self.token = str(answer.raise_for_status().json()["access_token"])

    def put(self, path: str, version: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Create or replace a resource. Raises ArmRefused."""
        return self._call("PUT", path, {"api-version": version}, body).json()  # type: ignore[no-any-return]

    def get(self, path: str, version: str) -> dict[str, Any]:
        """Read a resource. Raises ArmRefused, also where it is not there."""
        return self._call("GET", path, {"api-version": version}).json()  # type: ignore[no-any-return]

    def find(self, path: str, version: str) -> dict[str, Any] | None:
        """Read a resource; None where it, or what it is in, is not there. Raises ArmRefused."""
        try:
            return self.get(path, version)
        except ArmRefused as refused:
            if refused.status != HTTPStatus.NOT_FOUND:
                raise
            return None

    def listed(self, path: str, version: str, query: str = "") -> list[dict[str, Any]]:
        """List resources, with an OData filter. Raises ArmRefused."""
        params = {"api-version": version} | ({"$filter": query} if query else {})
        return self._call("GET", path, params).json()["value"]  # type: ignore[no-any-return]

    def delete(self, path: str, version: str) -> None:
        """Delete a resource. Raises ArmRefused."""
        self._call("DELETE", path, {"api-version": version})

    def _call(
        self, method: str, path: str, params: dict[str, str], body: Any = None
    ) -> httpx2.Response:
        answer = self._http.request(
            method,
            f"{self._endpoint}{path}",
            params=params,
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
        )
        if answer.is_error:
            error = answer.json()["error"]
            raise ArmRefused(answer.status_code, f"{error['code']}: {error['message']}")
        return answer


def account_path(promised: AzureOpenAI) -> str:
    """The ARM id of the promised account."""
    return account_id(promised.subscription_id, promised.resource_group, promised.account)


def deleted_path(promised: AzureOpenAI) -> str:
    """The ARM id of the promised account once it is deleted."""
    services = f"{subscription_id(promised.subscription_id)}/providers/Microsoft.CognitiveServices"
    place = f"{services}/locations/{promised.region}/resourceGroups/{promised.resource_group}"
    return f"{place}/deletedAccounts/{promised.account}"


def deployment_path(promised: AzureOpenAI) -> str:
    """The ARM id of the promised deployment."""
    return f"{account_path(promised)}/deployments/{promised.deployment}"
