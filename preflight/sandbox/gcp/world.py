"""What exists in the sandbox's Google Cloud projects, and who may do what there."""

import threading
from dataclasses import dataclass, field

from preflight.sandbox.gcp.conditions import Target, holds
from preflight.sandbox.gcp.errors import (
    denied,
    outside_the_perimeter,
    service_disabled,
    storage_denied,
)
from preflight.sandbox.gcp.keys import Key, Ring
from preflight.sandbox.gcp.names import (
    CREDENTIALS_API,
    IAM_API,
    KEYS_API,
    NUMBERS,
    OPERATOR,
    OTHER_PROJECT,
    PRINCIPAL,
    PRINCIPALS,
    PROJECT,
    PROJECTS_API,
    SERVICES_API,
    STORAGE_API,
    TOKENS_API,
    TROUBLESHOOTER_API,
    VERTEX_AGENT,
    VERTEX_API,
    member_of,
    storage_agent,
)
from preflight.sandbox.gcp.policy import Policy
from preflight.sandbox.gcp.pools import Pool
from preflight.sandbox.gcp.roles import BASIC_ROLES, ROLES

API_TITLES = {
    VERTEX_API: "Vertex AI API",
    STORAGE_API: "Cloud Storage API",
    IAM_API: "Identity and Access Management (IAM) API",
    CREDENTIALS_API: "IAM Service Account Credentials API",
    PROJECTS_API: "Cloud Resource Manager API",
    SERVICES_API: "Service Usage API",
    TOKENS_API: "Security Token Service API",
    KEYS_API: "Cloud Key Management Service (KMS) API",
    TROUBLESHOOTER_API: "Policy Troubleshooter API",
    "bigquery.googleapis.com": "BigQuery API",
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
    """The projects' state. Whoever changes or reads several parts of it holds `lock`.

    Service accounts, roles, APIs, identity pools and jobs are those of the first project; the
    second one has buckets and keys, and every API on.
    """

    lock: threading.RLock = field(default_factory=threading.RLock)
    policies: dict[str, Policy] = field(
        default_factory=lambda: {project: Policy("project") for project in NUMBERS}
    )
    bucket_policies: dict[str, Policy] = field(default_factory=dict)
    bucket_projects: dict[str, str] = field(default_factory=dict)
    rings: dict[str, Ring] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)
    pools: dict[str, Pool] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    custom_roles: dict[str, CustomRole] = field(default_factory=dict)
    service_agents: set[str] = field(default_factory=set)
    perimeter: frozenset[str] | None = None
    # A project starts with what its own set-up needs; Vertex AI is for the program to enable.
    services: set[str] = field(
        default_factory=lambda: (
            set(API_TITLES) & {STORAGE_API, IAM_API, CREDENTIALS_API, PROJECTS_API, SERVICES_API}
        )
    )

    @property
    def policy(self) -> Policy:
        """The policy of the project that the jobs run in."""
        return self.policies[PROJECT]

    def known_identities(self) -> frozenset[str]:
        """What may stand in a policy: e-mail addresses of service accounts, names of pools."""
        pools = {pool.name for pool in self.pools.values() if not pool.deleted}
        return frozenset(self.accounts) | self.service_agents | pools

    def known_roles(self) -> frozenset[str]:
        """The project's own roles that may stand in a policy."""
        return frozenset(name for name, role in self.custom_roles.items() if not role.deleted)

    def need_inside(self, who: str) -> None:
        """Raise ApiError 403 where the perimeter keeps the identity out, whatever its roles."""
        if self.perimeter is not None and who not in self.perimeter:
            raise outside_the_perimeter()

    def need_api(self, service: str, project: str = PROJECT) -> None:
        """Raise ApiError 403 SERVICE_DISABLED where the API is off in the project."""
        if project == PROJECT and service not in self.services:
            raise service_disabled(service, API_TITLES[service])

    def add_service_agent(self, *, with_role: bool) -> None:
        """Make Vertex AI's service agent exist.

        Google grants it its role when the first use makes it, and not when its making was asked for
        (IAM docs, "Create and grant roles to service agents").
        """
        self.service_agents.add(VERTEX_AGENT)
        if with_role:
            self.policy.grant("roles/aiplatform.serviceAgent", member_of(VERTEX_AGENT))

    def delete_service_agent(self) -> None:
        """Vertex AI's service agent is gone; its first use makes another."""
        self.service_agents.discard(VERTEX_AGENT)
        for policy in (*self.policies.values(), *self.bucket_policies.values()):
            policy.disown(member_of(VERTEX_AGENT), "112233445566778899001")

    def may_on_project(self, who: str, permission: str, project: str = PROJECT) -> bool:
        """Whether the identity holds the permission on the project."""
        target = Target(PROJECTS_API, f"{PROJECTS_API}/Project", f"projects/{NUMBERS[project]}")
        return self._holds(who, permission, target, project, [])

    def may_on_account(self, who: str, permission: str, account: Account) -> bool:
        """Whether the identity holds the permission on the service account."""
        name = f"projects/{PROJECT}/serviceAccounts/{account.email}"
        target = Target(IAM_API, f"{IAM_API}/ServiceAccount", name)
        return self._holds(who, permission, target, PROJECT, [account.policy])

    def may_on_bucket(self, who: str, permission: str, bucket: str, key: str = "") -> bool:
        """Whether the identity holds the permission on the bucket, or on one object in it."""
        name = f"projects/_/buckets/{bucket}" + (f"/objects/{key}" if key else "")
        target = Target(STORAGE_API, f"{STORAGE_API}/{'Object' if key else 'Bucket'}", name)
        own = [self.bucket_policies[bucket]] if bucket in self.bucket_policies else []
        project = self.bucket_projects.get(bucket, PROJECT)
        return self._holds(who, permission, target, project, own)

    def may_on_ring(self, who: str, permission: str, ring: Ring) -> bool:
        """Whether the identity holds the permission on the key ring."""
        target = Target(KEYS_API, f"{KEYS_API}/KeyRing", ring.name)
        return self._holds(who, permission, target, ring.name.split("/")[1], [ring.policy])

    def may_on_key(self, who: str, permission: str, key: Key) -> bool:
        """Whether the identity holds the permission on the key."""
        target = Target(KEYS_API, f"{KEYS_API}/CryptoKey", key.name)
        own = [key.ring.policy, key.policy]
        return self._holds(who, permission, target, key.project, own)

    def need_on_project(self, who: str, permission: str, project: str = PROJECT) -> None:
        """Raise ApiError 403 where the identity lacks the permission on the project."""
        if not self.may_on_project(who, permission, project):
            raise denied(permission, f"//{PROJECTS_API}/projects/{project}")

    def need_on_bucket(self, who: str, permission: str, bucket: str, key: str = "") -> None:
        """Raise ApiError 403 (401 for nobody) where the identity lacks the permission."""
        if not self.may_on_bucket(who, permission, bucket, key):
            raise storage_denied(who, permission)

    def _holds(
        self, who: str, permission: str, target: Target, project: str, own: list[Policy]
    ) -> bool:
        """Whether one of the project's policy and the target's `own` gives the permission."""
        members = _members(who)
        above = self.policies[project]
        basic = {given.role for given in above.grants() if given.member in members}
        members |= {f"{word}:{project}" for word, role in BASIC_ROLES.items() if role in basic}
        return any(
            permission in self._held_by(given.role)
            and given.member in members
            and (not given.condition or holds(given.condition, target))
            for policy in (above, *own)
            for given in policy.grants()
        )

    def _held_by(self, role: str) -> frozenset[str]:
        if role in ROLES:
            return ROLES[role]
        own = self.custom_roles[role]
        return frozenset() if own.deleted else own.permissions


def _members(who: str) -> set[str]:
    """All that stands for the identity in a policy; "" is nobody."""
    if not who:
        return {"allUsers"}
    if who.startswith(PRINCIPAL):
        # Google's "all authenticated users" are those that Google itself knows.
        pool = who.removeprefix(PRINCIPAL).partition("/subject/")[0]
        return {"allUsers", who, f"{PRINCIPALS}{pool}/*"}
    return {"allUsers", "allAuthenticatedUsers", member_of(who)}


def new_world() -> World:
    """The projects as their owner finds them: one operator, no bucket, Vertex AI off."""
    world = World()
    world.accounts[OPERATOR] = Account(OPERATOR, "100000000000000000001", "Operator")
    for policy in world.policies.values():
        policy.grant("roles/owner", member_of(OPERATOR))
    # An owner may not impersonate: Google keeps that right out of the basic roles.
    world.policy.grant("roles/iam.serviceAccountTokenCreator", member_of(OPERATOR))
    # Somebody works in the other project already.
    world.service_agents.add(storage_agent(OTHER_PROJECT))
    return world
