"""What exists in the sandbox's Google Cloud project, and who may do what there."""

import threading
from dataclasses import dataclass, field

from preflight.sandbox.gcp.conditions import Target, holds
from preflight.sandbox.gcp.errors import denied, service_disabled, storage_denied
from preflight.sandbox.gcp.names import (
    CREDENTIALS_API,
    IAM_API,
    NUMBER,
    OPERATOR,
    PROJECT,
    PROJECTS_API,
    SERVICES_API,
    STORAGE_API,
    VERTEX_AGENT,
    VERTEX_API,
    member_of,
)
from preflight.sandbox.gcp.policy import Policy
from preflight.sandbox.gcp.roles import BASIC_ROLES, ROLES

API_TITLES = {
    VERTEX_API: "Vertex AI API",
    STORAGE_API: "Cloud Storage API",
    IAM_API: "Identity and Access Management (IAM) API",
    CREDENTIALS_API: "IAM Service Account Credentials API",
    PROJECTS_API: "Cloud Resource Manager API",
    SERVICES_API: "Service Usage API",
    "bigquery.googleapis.com": "BigQuery API",
    "cloudkms.googleapis.com": "Cloud Key Management Service (KMS) API",
    "compute.googleapis.com": "Compute Engine API",
    "logging.googleapis.com": "Cloud Logging API",
    "monitoring.googleapis.com": "Cloud Monitoring API",
    "secretmanager.googleapis.com": "Secret Manager API",
}
"""The APIs that can be enabled, with the names Google gives them."""


@dataclass(slots=True)
class Account:
    """A service account of the project."""

    email: str
    unique_id: str
    display_name: str = ""
    description: str = ""
    disabled: bool = False
    policy: Policy = field(default_factory=lambda: Policy("serviceAccount"))


@dataclass(slots=True)
class CustomRole:
    """A role that the project made. Deleted, it keeps its name and gives nothing."""

    title: str = ""
    permissions: frozenset[str] = frozenset()
    deleted: bool = False


@dataclass(slots=True)
class World:
    """One project's state. Whoever changes or reads several parts of it holds `lock`."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    policy: Policy = field(default_factory=lambda: Policy("project"))
    bucket_policies: dict[str, Policy] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    custom_roles: dict[str, CustomRole] = field(default_factory=dict)
    service_agents: set[str] = field(default_factory=set)
    # A project starts with what its own set-up needs; Vertex AI is for the program to enable.
    services: set[str] = field(
        default_factory=lambda: (
            set(API_TITLES) & {STORAGE_API, IAM_API, CREDENTIALS_API, PROJECTS_API, SERVICES_API}
        )
    )

    def known_identities(self) -> frozenset[str]:
        """The e-mail addresses that may stand as service accounts in a policy."""
        return frozenset(self.accounts) | self.service_agents

    def known_roles(self) -> frozenset[str]:
        """The project's own roles that may stand in a policy."""
        return frozenset(name for name, role in self.custom_roles.items() if not role.deleted)

    def need_api(self, service: str) -> None:
        """Raise ApiError 403 SERVICE_DISABLED where the API is off."""
        if service not in self.services:
            raise service_disabled(service, API_TITLES[service])

    def add_service_agent(self, *, with_role: bool) -> None:
        """Make Vertex AI's service agent exist.

        Google grants it its role when the first use makes it, and not when its making was asked for
        (IAM docs, "Create and grant roles to service agents").
        """
        self.service_agents.add(VERTEX_AGENT)
        if with_role:
            self.policy.grant("roles/aiplatform.serviceAgent", member_of(VERTEX_AGENT))

    def may_on_project(self, email: str, permission: str) -> bool:
        """Whether the identity holds the permission on the project."""
        target = Target(PROJECTS_API, f"{PROJECTS_API}/Project", f"projects/{NUMBER}")
        return self._holds(email, permission, target, [self.policy])

    def may_on_account(self, email: str, permission: str, account: Account) -> bool:
        """Whether the identity holds the permission on the service account."""
        name = f"projects/{PROJECT}/serviceAccounts/{account.email}"
        target = Target(IAM_API, f"{IAM_API}/ServiceAccount", name)
        return self._holds(email, permission, target, [self.policy, account.policy])

    def may_on_bucket(self, email: str, permission: str, bucket: str, key: str = "") -> bool:
        """Whether the identity holds the permission on the bucket, or on one object in it."""
        name = f"projects/_/buckets/{bucket}" + (f"/objects/{key}" if key else "")
        target = Target(STORAGE_API, f"{STORAGE_API}/{'Object' if key else 'Bucket'}", name)
        policies = [self.policy]
        if bucket in self.bucket_policies:
            policies.append(self.bucket_policies[bucket])
        return self._holds(email, permission, target, policies)

    def need_on_project(self, email: str, permission: str) -> None:
        """Raise ApiError 403 where the identity lacks the permission on the project."""
        if not self.may_on_project(email, permission):
            raise denied(permission, f"//{PROJECTS_API}/projects/{PROJECT}")

    def need_on_bucket(self, email: str, permission: str, bucket: str, key: str = "") -> None:
        """Raise ApiError 403 (401 for nobody) where the identity lacks the permission."""
        if not self.may_on_bucket(email, permission, bucket, key):
            raise storage_denied(email, permission)

    def _holds(self, email: str, permission: str, target: Target, policies: list[Policy]) -> bool:
        members = {member_of(email), "allAuthenticatedUsers"} if email else set()
        members.add("allUsers")
        basic = {given.role for given in self.policy.grants() if given.member in members}
        members |= {f"{word}:{PROJECT}" for word, role in BASIC_ROLES.items() if role in basic}
        return any(
            permission in self._held_by(given.role)
            and given.member in members
            and (not given.condition or holds(given.condition, target))
            for policy in policies
            for given in policy.grants()
        )

    def _held_by(self, role: str) -> frozenset[str]:
        if role in ROLES:
            return ROLES[role]
        own = self.custom_roles[role]
        return frozenset() if own.deleted else own.permissions


def new_world() -> World:
    """A project as its owner finds it: one operator, no bucket, Vertex AI off."""
    world = World()
    world.accounts[OPERATOR] = Account(OPERATOR, "100000000000000000001", "Operator")
    world.policy.grant("roles/owner", member_of(OPERATOR))
    # An owner may not impersonate: Google keeps that right out of the basic roles.
    world.policy.grant("roles/iam.serviceAccountTokenCreator", member_of(OPERATOR))
    return world
