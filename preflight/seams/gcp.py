"""Questions about one Google Cloud project, and their answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from preflight.seams.plain import Caller, LifecycleRule


@dataclass(frozen=True, slots=True)
class GcsBucket:
    """A Cloud Storage bucket.

    `region` is lower-cased (us-central1, us, nam4); `location_type` region, multi-region...;
    `log_bucket` is where its accesses are logged, None where they are not.
    """

    name: str
    region: str
    location_type: str
    project_number: str
    uniform_access: bool
    public_access_prevention: str
    kms_key: str | None = None
    expiry: tuple[LifecycleRule, ...] = ()
    log_bucket: str | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """One role given to one member; `condition` is the CEL expression, "" for none."""

    role: str
    member: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A service account."""

    email: str
    disabled: bool


@dataclass(frozen=True, slots=True)
class GcpKey:
    """A key of Cloud KMS; `state` is its primary version's, "" where it has none."""

    name: str
    state: str


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """An OIDC provider of a workload identity pool.

    `working` is false where it, or its pool, is switched off or deleted; `audiences` are those that
    a token may be for, none where it must be for the provider itself; `subject_from` is the
    expression that says who the bearer is, `condition` the one that must hold, "" for none.
    """

    name: str
    working: bool
    issuer: str
    audiences: tuple[str, ...]
    subject_from: str
    condition: str


class Access(StrEnum):
    """What Google's Policy Troubleshooter says of one permission, in its own words."""

    YES = "CAN_ACCESS"
    NO = "CANNOT_ACCESS"
    CONDITIONAL = "UNKNOWN_CONDITIONAL"
    UNSEEN = "UNKNOWN_INFO"


class Gcp(Protocol):
    """Read-only questions about one Google Cloud project.

    All raise LookError where they get no answer.
    """

    def caller(self) -> Caller:
        """Who is asking: the e-mail of the credentials in use."""

    def project_number(self, project: str) -> str | None:
        """The project's number; None where there is no such project.

        Looked up by resourcemanager.projects.get.
        """

    def api_enabled(self, project: str, service: str) -> bool:
        """Whether the API (`aiplatform.googleapis.com`) is on (serviceusage.services.get)."""

    def bucket(self, name: str) -> GcsBucket | None:
        """The bucket; None where it does not exist (storage.buckets.get)."""

    def bucket_bindings(self, name: str) -> tuple[Binding, ...]:
        """The bucket's own IAM policy (storage.buckets.getIamPolicy)."""

    def project_bindings(self, project: str) -> tuple[Binding, ...]:
        """The project's IAM policy (resourcemanager.projects.getIamPolicy)."""

    def role_permissions(self, role: str) -> frozenset[str] | None:
        """What the role holds; None where there is no such role (iam.roles.get)."""

    def service_account(self, email: str) -> ServiceAccount | None:
        """The service account; None where it does not exist (iam.serviceAccounts.get)."""

    def account_bindings(self, email: str) -> tuple[Binding, ...]:
        """The service account's own IAM policy (iam.serviceAccounts.getIamPolicy)."""

    def identity_provider(self, name: str) -> IdentityProvider | None:
        """The provider of a workload identity pool, by its full name; None where there is none.

        Looked up by iam.googleapis.com/workloadIdentityPoolProviders.get, and its pool by
        iam.googleapis.com/workloadIdentityPools.get.
        """

    def kms_key(self, name: str) -> GcpKey | None:
        """The key of that name; None where there is none (cloudkms.cryptoKeys.get)."""

    def key_bindings(self, name: str) -> tuple[Binding, ...]:
        """The key's own IAM policy (cloudkms.cryptoKeys.getIamPolicy)."""

    def ring_bindings(self, name: str) -> tuple[Binding, ...]:
        """The IAM policy of the key's ring (cloudkms.keyRings.getIamPolicy)."""

    def bucket_grants(self, name: str, permissions: Sequence[str], identity: str) -> frozenset[str]:
        """Those of the permissions that the service account holds on the bucket, asked *as* it.

        Asked by impersonation.

        Needs iam.serviceAccounts.getAccessToken on the service account; Refused names that.
        """

    def project_grants(
        self, project: str, permissions: Sequence[str], identity: str
    ) -> frozenset[str]:
        """Those of the permissions that the service account holds on the project, asked *as* it.

        Asked by impersonation.
        """

    def troubleshoot(self, principal: str, resource: str, permission: str) -> Access:
        """What Google's own engine says of another principal: its Policy Troubleshooter.

        The principal is an e-mail address, the resource a full resource name. Inherited policies
        and denials are in it, as far as whoever asks may see them (roles/iam.securityReviewer).
        """

    def locations(self, project: str) -> frozenset[str]:
        """The locations that Vertex AI serves the project in (aiplatform.locations.list)."""

    def publisher_model(self, project: str, region: str, model: str) -> bool:
        """Whether Google publishes the model in that region (aiplatform.publishers.get)."""
