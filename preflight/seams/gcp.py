"""Questions about one Google Cloud project, and their answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from preflight.seams.plain import Caller, LifecycleRule


@dataclass(frozen=True, slots=True)
class GcsBucket:
    """A Cloud Storage bucket.

    `region` is lower-cased (us-central1, us, nam4); `location_type` region, multi-region...
    """

    name: str
    region: str
    location_type: str
    project_number: str
    uniform_access: bool
    public_access_prevention: str
    kms_key: str | None = None
    expiry: tuple[LifecycleRule, ...] = ()


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

    def publisher_model(self, project: str, region: str, model: str) -> bool:
        """Whether Google publishes the model in that region (aiplatform.publishers.get)."""
