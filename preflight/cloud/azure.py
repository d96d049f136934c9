"""Azure, read-only: `seams.Azure` answered by Azure's own management clients.

Asks as whatever `DefaultAzureCredential` finds. PREFLIGHT_ARM_ENDPOINT stands for
https://management.azure.com.
"""

import logging
import os
from collections.abc import Callable, Mapping
from functools import partial
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from preflight.cloud.azure_calls import told
from preflight.cloud.azure_forms import (
    account,
    deny_assignments,
    deployment,
    names,
    offers,
    role_definitions,
)
from preflight.cloud.one_moment import Moment, once
from preflight.cloud.wire import azure_transport
from preflight.contract import AzureOpenAI
from preflight.grants import azure_account_id
from preflight.seams import (
    AzureAccount,
    Caller,
    DenyAssignment,
    Deployment,
    Offer,
    RoleDefinition,
    Usage,
)
from preflight.seams.together import together

ENDPOINT_VARIABLE = "PREFLIGHT_ARM_ENDPOINT"
_PUBLIC = "https://management.azure.com"
_SCOPE = f"{_PUBLIC}/.default"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PATIENCE_SECONDS = 8
_MANAGEMENT_GROUPS = "/providers/microsoft.management/managementgroups/"


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
    def offers(self, promised: AzureOpenAI) -> tuple[Offer, ...]:
        """See `seams.Azure`. The account's own list is of its region, and needs no wider right."""
        found = told(
            lambda: offers(
                self._openai().accounts.list_models(
                    promised.resource_group, promised.account, **self._how
                )
            ),
            f"models of account {promised.account}",
            "Microsoft.CognitiveServices/accounts/models/read",
        )
        return found or ()

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
