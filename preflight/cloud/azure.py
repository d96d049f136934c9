"""Azure, read-only: `seams.Azure` answered by Azure's own management clients.

Asks as whatever `DefaultAzureCredential` finds. PREFLIGHT_ARM_ENDPOINT stands for
https://management.azure.com.
"""

import logging
import os
from collections.abc import Callable, Mapping
from functools import partial
from itertools import chain
from typing import Any, TypeVar
from urllib.parse import urlsplit

from preflight.cloud.azure_forms import (
    account,
    deny_assignments,
    deployment,
    names,
    role_definitions,
)
from preflight.cloud.one_moment import Moment, once
from preflight.cloud.readable import UNREADABLE
from preflight.cloud.wire import azure_transport
from preflight.contract import AzureOpenAI
from preflight.grants import azure_account_id
from preflight.seams import (
    AzureAccount,
    Caller,
    CredentialsMissing,
    DenyAssignment,
    Deployment,
    LookError,
    Refused,
    RoleDefinition,
    Unreachable,
    Usage,
)
from preflight.seams.together import together

ENDPOINT_VARIABLE = "PREFLIGHT_ARM_ENDPOINT"
_PUBLIC = "https://management.azure.com"
_SCOPE = f"{_PUBLIC}/.default"
_LOGIN = "az login, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET"
_AGAIN = "check the network between here and Azure, then try again"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PATIENCE_SECONDS = 8
_LONGEST_WORDS = 300
_MANAGEMENT_GROUPS = "/providers/microsoft.management/managementgroups/"
_MISSING = 404
_NOT_AUTHENTICATED = 401
_REFUSED = (_NOT_AUTHENTICATED, 403)
_CLOCK = "az login again; or set this machine's clock by the network's time"
_OF_TIME = ("lifetime validation failed", "not yet valid", "has expired", "ExpiredAuthentication")
"""How Azure says that a token is of another time."""


T = TypeVar("T")

# What fails arrives as an error; without a handler Python would print the SDK's own words as well.
logging.getLogger("azure").addHandler(logging.NullHandler())


def connect(promised: AzureOpenAI) -> "AzureCloud":
    """A client for the promised subscription. Credentials are looked for at the first question."""
    endpoint = os.environ.get(ENDPOINT_VARIABLE, "").rstrip("/") or _PUBLIC
    return AzureCloud(promised.subscription_id, endpoint)


class AzureCloud:
    """`seams.Azure` over the network. Threads may share it; it asks each question once."""

    def __init__(self, subscription: str, endpoint: str = _PUBLIC) -> None:
        """Keep the subscription's id and the address of Azure Resource Manager."""
        self._subscription = subscription
        self._endpoint = endpoint
        self.moment = Moment()
        parts = urlsplit(endpoint)
        # A token goes over plain http to this machine only: that is the sandbox.
        plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
        self._how: dict[str, Any] = {"enforce_https": False} if plain else {}

    @once
    def caller(self) -> Caller:
        """See `seams.Azure`."""
        token = told(
            lambda: self._credential().get_token(_SCOPE).token, "Azure credentials", "a valid login"
        )
        return names(token or "")

    @once
    def account(self, promised: AzureOpenAI) -> AzureAccount | None:
        """See `seams.Azure`."""
        found = told(
            lambda: self._openai().accounts.get(
                promised.resource_group, promised.account, **self._how
            ),
            f"account {promised.account}",
            "Microsoft.CognitiveServices/accounts/read",
        )
        return None if found is None else account(found)

    @once
    def deleted(self, promised: AzureOpenAI) -> bool:
        """See `seams.Azure`."""
        found = told(
            lambda: self._openai().deleted_accounts.get(
                promised.region, promised.resource_group, promised.account, **self._how
            ),
            f"deleted account {promised.account}",
            "Microsoft.CognitiveServices/locations/resourceGroups/deletedAccounts/read",
        )
        return found is not None

    @once
    def deployment(self, promised: AzureOpenAI) -> Deployment | None:
        """See `seams.Azure`."""
        found = told(
            lambda: self._openai().deployments.get(
                promised.resource_group, promised.account, promised.deployment, **self._how
            ),
            f"deployment {promised.deployment} of account {promised.account}",
            "Microsoft.CognitiveServices/accounts/deployments/read",
        )
        return None if found is None else deployment(found)

    @once
    def roles_of(self, promised: AzureOpenAI, principal_id: str) -> tuple[RoleDefinition, ...]:
        """See `seams.Azure`. An account that does not exist has no roles on it."""
        # Roles are read at the account too: who looks need not see all of the subscription.
        scope = azure_account_id(promised)
        where = f"roles on account {promised.account}"

        def assigned() -> list[tuple[str, str]]:
            client = self._authorization()
            found = client.role_assignments.list_for_scope(
                scope, filter=f"assignedTo('{principal_id}')", **self._how
            )
            held = (
                (one.role_definition_id, one.condition or "")
                for one in found
                if _reaches(one.scope, scope)
            )
            return list(dict.fromkeys(held))

        held = told(assigned, where, "Microsoft.Authorization/roleAssignments/read") or []
        roles = together([partial(self._role, scope, *one, where) for one in held])
        return tuple(chain.from_iterable(roles))

    @once
    def denials_of(self, promised: AzureOpenAI) -> tuple[DenyAssignment, ...]:
        """See `seams.Azure`. Nothing is denied on an account that does not exist."""
        scope = azure_account_id(promised)

        def denied() -> list[DenyAssignment]:
            found = self._authorization().deny_assignments.list_for_scope(
                scope, filter="atScope()", **self._how
            )
            return [
                denial
                for one in found
                if _reaches(one.scope, scope)
                and not (one.do_not_apply_to_child_scopes and not _same(one.scope, scope))
                for denial in deny_assignments(one)
            ]

        where = f"deny assignments on account {promised.account}"
        return tuple(told(denied, where, "Microsoft.Authorization/denyAssignments/read") or ())

    @once
    def usages(self, promised: AzureOpenAI) -> Mapping[str, Usage]:
        """See `seams.Azure`."""
        found = told(
            lambda: list(self._openai().usages.list(promised.region, **self._how)),
            f"quotas of subscription {promised.subscription_id} in {promised.region}",
            "Microsoft.CognitiveServices/locations/usages/read",
        )
        return {
            item.name.value: Usage(float(item.current_value or 0), float(item.limit or 0))
            for item in found or ()
            if item.name and item.name.value
        }

    @once
    def _role(
        self, scope: str, role_id: str, condition: str, where: str
    ) -> tuple[RoleDefinition, ...]:
        found = told(
            lambda: self._authorization().role_definitions.get(
                scope, role_id.rpartition("/")[2], **self._how
            ),
            where,
            "Microsoft.Authorization/roleDefinitions/read",
        )
        return () if found is None else tuple(role_definitions(found, condition))

    # --- how it is asked ----------------------------------------------------------------------

    @once
    def _credential(self) -> Any:
        from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - instant start-up

        return DefaultAzureCredential(transport=self._transport())

    @once
    def _transport(self) -> Any:
        return azure_transport(_PATIENCE_SECONDS)

    @once
    def _openai(self) -> Any:
        from azure.mgmt.cognitiveservices import (  # noqa: PLC0415 - instant start-up
            CognitiveServicesManagementClient,
        )

        return self._client(CognitiveServicesManagementClient)

    @once
    def _authorization(self) -> Any:
        from azure.mgmt.authorization import (  # noqa: PLC0415 - instant start-up
            AuthorizationManagementClient,
        )

        return self._client(AuthorizationManagementClient)

    def _client(self, kind: Callable[..., Any]) -> Any:
        return kind(
            self._credential(),
            self._subscription,
            base_url=self._endpoint,
            credential_scopes=[_SCOPE],
            transport=self._transport(),
            retry_total=2,
            retry_backoff_factor=0.2,
            timeout=2 * _PATIENCE_SECONDS,
        )


def _reaches(at: str | None, scope: str) -> bool:
    """Whether an assignment made at `at` holds on the scope; lists also have those below it."""
    high = (at or "").rstrip("/").lower()
    # The list names only management groups that the subscription is in.
    return high.startswith(_MANAGEMENT_GROUPS) or f"{scope.lower()}/".startswith(f"{high}/")


def _same(at: str | None, scope: str) -> bool:
    return (at or "").rstrip("/").lower() == scope.lower()


def told(look: Callable[[], T], where: str, permission: str) -> T | None:
    """What the look answers; None where there is no such thing. Raises only LookError."""
    import azure.core.exceptions as core  # noqa: PLC0415 - instant start-up

    try:
        found = look()
        if found is None:
            raise ValueError("it says nothing")
    except core.DecodeError as error:
        raise _silent(error, where) from error
    except core.HttpResponseError as error:
        if error.status_code == _MISSING and _is_azures(error):
            return None
        raise _spoken(error, where, permission) from error
    except (core.AzureError, OSError, *UNREADABLE) as error:
        raise _silent(error, where) from error
    return found


def _spoken(error: Any, where: str, permission: str) -> LookError:
    """Azure answered otherwise; an error without a status means that nobody could be asked as."""
    if error.status_code is None:
        what = f"there are no usable Azure credentials ({_short(error)})"
        return CredentialsMissing(where, what, _LOGIN)
    if error.status_code == _NOT_AUTHENTICATED and any(word in str(error) for word in _OF_TIME):
        what = f"Azure does not take the token for now ({_short(error)})"
        return CredentialsMissing(where, what, _CLOCK)
    if error.status_code in _REFUSED:
        return Refused(where, permission)
    if "MissingSubscriptionRegistration" in str(error):
        return Unreachable(
            where,
            "the subscription is not registered for Cognitive Services",
            "az provider register --namespace Microsoft.CognitiveServices",
        )
    return Unreachable(where, f"Azure answered {error.status_code}: {_short(error)}", _AGAIN)


def _silent(error: Exception, where: str) -> Unreachable:
    return Unreachable(where, f"Azure did not answer ({_short(error)})", _AGAIN)


def _is_azures(error: Any) -> bool:
    """Azure says "not found" in JSON; a proxy in between says it in HTML, which is no answer."""
    kind = error.response.headers.get("content-type", "") if error.response is not None else ""
    return "json" in kind


def _short(error: Any) -> str:
    words = " ".join(str(getattr(error, "message", error)).split())
    return f"{type(error).__name__}: {words[:_LONGEST_WORDS]}"
