"""Questions about one Azure subscription, and their answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from preflight.contract import AzureOpenAI
from preflight.seams.plain import Caller


@dataclass(frozen=True, slots=True)
class AzureAccount:
    """An Azure OpenAI (Cognitive Services) account.

    `region` is lower-case without blanks (swedencentral).
    """

    region: str
    kind: str
    custom_subdomain: str
    identity_type: str
    provisioning_state: str
    public_network_access: str


@dataclass(frozen=True, slots=True)
class Deployment:
    """A model deployment. `capacity` counts thousands of enqueued tokens for the batch kinds."""

    name: str
    sku: str
    capacity: int
    model: str
    model_version: str
    provisioning_state: str


@dataclass(frozen=True, slots=True)
class RoleDefinition:
    """What one Azure role holds on the data plane.

    `condition` is that of its assignment, "" for none.
    """

    name: str
    data_actions: tuple[str, ...]
    not_data_actions: tuple[str, ...] = ()
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """One version of a model that an account may deploy.

    `kinds` are the types of deployment it may have there, each with the day that type ends; `ends`
    is the day the version itself does. None: Azure names no day.
    """

    model: str
    version: str
    kinds: Mapping[str, date | None] = field(default_factory=dict)
    ends: date | None = None


EVERYONE = "00000000-0000-0000-0000-000000000000"
"""The principal that stands for all in a deny assignment."""


@dataclass(frozen=True, slots=True)
class DenyAssignment:
    """What is denied on the data plane, whatever roles say.

    To whom, and who is left out: object id -> type (User, Group, ServicePrincipal, SystemDefined).
    """

    name: str
    data_actions: tuple[str, ...]
    not_data_actions: tuple[str, ...] = ()
    principals: Mapping[str, str] = field(default_factory=dict)
    excluded: Mapping[str, str] = field(default_factory=dict)
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """A quota: what is taken and what there is, in the quota's own unit."""

    current: float
    limit: float


class Azure(Protocol):
    """Read-only questions about one Azure subscription.

    All raise LookError where they get no answer.
    """

    def caller(self) -> Caller:
        """Who is asking: the tenant and the object id (or application id) in the token."""

    def account(self, promised: AzureOpenAI) -> AzureAccount | None:
        """The account; None where it does not exist (Microsoft.CognitiveServices/accounts/read)."""

    def deleted(self, promised: AzureOpenAI) -> bool:
        """Whether the account was deleted, and Azure still keeps it and its name.

        Looked up by Microsoft.CognitiveServices/locations/resourceGroups/deletedAccounts/read.
        """

    def deployment(self, promised: AzureOpenAI) -> Deployment | None:
        """The deployment; None where it does not exist.

        Looked up by Microsoft.CognitiveServices/accounts/deployments/read.
        """

    def offers(self, promised: AzureOpenAI) -> tuple[Offer, ...]:
        """The models that the account may deploy in its region; none where it does not exist.

        Looked up by Microsoft.CognitiveServices/accounts/models/read.
        """

    def roles_of(self, promised: AzureOpenAI, principal_id: str) -> tuple[RoleDefinition, ...]:
        """The roles the principal holds on the account or above it.

        Looked up by Microsoft.Authorization/roleAssignments/read.

        Assignments through groups are followed where the service does (`assignedTo`).
        """

    def denials_of(self, promised: AzureOpenAI) -> tuple[DenyAssignment, ...]:
        """The deny assignments that hold on the account, whomever they are about.

        Looked up by Microsoft.Authorization/denyAssignments/read.
        """

    def usages(self, promised: AzureOpenAI) -> Mapping[str, Usage]:
        """Quota name (`OpenAI.GlobalBatch.gpt-4.1`) -> usage.

        Looked up by Microsoft.CognitiveServices/locations/usages/read.
        """
