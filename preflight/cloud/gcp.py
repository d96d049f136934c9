"""Google Cloud, read-only: `seams.Gcp` answered by Google's own clients.

Asks as the application default credentials; what the gateway may do is asked *as* the gateway's
service account, by a short-lived token (impersonation). PREFLIGHT_GOOGLE_ENDPOINT names one
address that stands for all Google hosts.
"""

import functools
import logging
import os
import warnings
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from preflight.cloud.gcp_calls import (
    LOGIN,
    PATIENCE_SECONDS,
    bearer,
    call,
    storage_patience,
    token_of,
    told,
)
from preflight.cloud.gcp_forms import bindings, gcs_bucket
from preflight.cloud.one_moment import Moment, once
from preflight.contract import VertexAI
from preflight.seams import (
    Binding,
    Caller,
    CredentialsMissing,
    GcsBucket,
    ServiceAccount,
    Unreachable,
)

ENDPOINT_VARIABLE = "PREFLIGHT_GOOGLE_ENDPOINT"

_ACCOUNT_DOMAIN = ".iam.gserviceaccount.com"
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"

# What fails arrives as an error; without a handler Python would print the SDK's own words as well.
logging.getLogger("google").addHandler(logging.NullHandler())


def connect(promised: VertexAI) -> "GoogleCloud":
    """A client for the promised project. Credentials are looked for at the first question."""
    return GoogleCloud(promised.project, os.environ.get(ENDPOINT_VARIABLE, "").rstrip("/"))


class GoogleCloud:
    """`seams.Gcp` over the network. Threads may share it; it asks each question once."""

    def __init__(self, project: str, endpoint: str = "") -> None:
        """Keep the project, and the address that stands for all hosts ("" = Google's own)."""
        self._project = project
        self._endpoint = endpoint
        self.moment = Moment()

    # --- who asks -----------------------------------------------------------------------------

    @once
    def caller(self) -> Caller:
        """See `seams.Gcp`. A user's e-mail is asked of Google; a workload may have none."""
        source, project = self._source()
        name = getattr(source, "service_account_email", "") or ""
        if not name:
            url = f"{self._host('openidconnect')}/v1/userinfo"
            name = self._get(url, "the credentials in use", "openid email").get("email", "")
        return Caller(project, name or "application default credentials without an e-mail")

    @once
    def _source(self) -> tuple[Any, str]:
        """The default credentials, refreshed once so that dead ones show here; their project."""
        import google.auth  # noqa: PLC0415 - start-up stays instant
        from google.auth.transport.requests import Request  # noqa: PLC0415

        # A user's login is a fair way to look; google-auth would rather see a service account.
        warnings.filterwarnings("ignore", "Your application has authenticated using end user")

        def look() -> tuple[Any, str]:
            source, project = google.auth.default(scopes=[_SCOPE])
            request = functools.partial(Request(), timeout=PATIENCE_SECONDS)
            source.refresh(request)  # type: ignore[no-untyped-call]
            return source, project or ""

        found = told(look, "Google credentials", "a valid login")
        if found is None:
            raise CredentialsMissing("Google credentials", "there are none", LOGIN)
        return found

    def _own(self) -> Any:
        # Their token alone: with their key in hand, google-auth also asks Google which regions they
        # may use, in a thread of its own and whatever the endpoint is.
        source, _ = self._source()
        return bearer(source.token, getattr(source, "quota_project_id", None))

    @once
    def _gateway(self, identity: str) -> Any:
        """Credentials of that service account; None where there is no such account."""
        found = told(
            functools.partial(token_of, self._own(), self._endpoint, identity, [_SCOPE]),
            f"service account {identity}",
            "iam.serviceAccounts.getAccessToken on it (roles/iam.serviceAccountTokenCreator)",
        )
        return None if found is None else bearer(found)

    # --- Cloud Storage -------------------------------------------------------------------

    @once
    def bucket(self, name: str) -> GcsBucket | None:
        """See `seams.Gcp`."""
        look = functools.partial(self._storage().get_bucket, name, **storage_patience())
        found = told(look, f"gs://{name}", "storage.buckets.get")
        return None if found is None else gcs_bucket(found, datetime.now(UTC).date())

    @once
    def bucket_bindings(self, name: str) -> tuple[Binding, ...]:
        """See `seams.Gcp`. A bucket that does not exist has no bindings."""
        bucket = self._storage().bucket(name)
        look = functools.partial(
            bucket.get_iam_policy, requested_policy_version=3, **storage_patience()
        )
        policy = told(look, f"gs://{name}", "storage.buckets.getIamPolicy")
        return tuple(bindings([] if policy is None else policy.bindings))

    @once
    def bucket_grants(self, name: str, permissions: Sequence[str], identity: str) -> frozenset[str]:
        """See `seams.Gcp`. Nobody holds anything on a bucket that does not exist."""
        credentials = self._gateway(identity)
        if credentials is None:
            return frozenset()
        bucket = self._storage(credentials).bucket(name)
        look = functools.partial(
            bucket.test_iam_permissions, list(permissions), **storage_patience()
        )
        granted = told(look, f"gs://{name}", "storage.buckets.get", who=identity)
        return frozenset(granted or ())

    def _storage(self, credentials: Any = None) -> Any:
        from google.cloud.storage import Client  # noqa: PLC0415 - start-up stays instant

        return Client(
            project=self._project,
            credentials=credentials or self._own(),
            client_options=self._options(),
        )

    # --- project, roles, service accounts, models ----------------------------------------

    @once
    def project_number(self, project: str) -> str | None:
        """See `seams.Gcp`. A project that is being deleted is none."""
        url = f"{self._host('cloudresourcemanager')}/v1/projects/{project}"
        found = self._find(url, f"project {project}", "resourcemanager.projects.get")
        if found is None or found.get("lifecycleState", "ACTIVE") != "ACTIVE":
            return None
        return str(found["projectNumber"])

    @once
    def api_enabled(self, project: str, service: str) -> bool:
        """See `seams.Gcp`."""
        url = f"{self._host('serviceusage')}/v1/projects/{project}/services/{service}"
        found = self._find(url, f"{service} in project {project}", "serviceusage.services.get")
        return found is not None and found.get("state") == "ENABLED"

    @once
    def project_bindings(self, project: str) -> tuple[Binding, ...]:
        """See `seams.Gcp`."""
        url = f"{self._host('cloudresourcemanager')}/v1/projects/{project}:getIamPolicy"
        policy = self._get(
            url,
            f"project {project}",
            "resourcemanager.projects.getIamPolicy",
            body={"options": {"requestedPolicyVersion": 3}},
        )
        return tuple(bindings(policy.get("bindings", [])))

    @once
    def role_permissions(self, role: str) -> frozenset[str] | None:
        """See `seams.Gcp`."""
        found = self._find(f"{self._host('iam')}/v1/{role}", role, "iam.roles.get")
        return None if found is None else frozenset(found.get("includedPermissions", ()))

    @once
    def service_account(self, email: str) -> ServiceAccount | None:
        """See `seams.Gcp`."""
        # Asked for under "-", a missing account would be a 403; its own project says 404.
        domain = email.partition("@")[2]
        home = domain.removesuffix(_ACCOUNT_DOMAIN) if domain.endswith(_ACCOUNT_DOMAIN) else "-"
        url = f"{self._host('iam')}/v1/projects/{home}/serviceAccounts/{email}"
        found = self._find(url, f"service account {email}", "iam.serviceAccounts.get")
        if found is None:
            return None
        return ServiceAccount(found["email"], bool(found.get("disabled", False)))

    @once
    def project_grants(
        self, project: str, permissions: Sequence[str], identity: str
    ) -> frozenset[str]:
        """See `seams.Gcp`. Nobody holds anything on a project that does not exist."""
        credentials = self._gateway(identity)
        if credentials is None:
            return frozenset()
        url = f"{self._host('cloudresourcemanager')}/v1/projects/{project}:testIamPermissions"
        found = self._find(
            url,
            f"project {project}",
            "resourcemanager.projects.get",
            body={"permissions": list(permissions)},
            credentials=credentials,
            who=identity,
        )
        return frozenset((found or {}).get("permissions", ()))

    @once
    def publisher_model(self, project: str, region: str, model: str) -> bool:
        """See `seams.Gcp`. The region is the host's; one host for all takes it in the path."""
        place = "" if region == "global" else f"{region}-"
        name = f"publishers/google/models/{model}"
        url = (
            f"{self._endpoint}/v1/projects/{project}/locations/{region}/{name}"
            if self._endpoint
            else f"https://{place}aiplatform.googleapis.com/v1/{name}"
        )
        where = f"model {model} in {region}"
        return self._find(url, where, "aiplatform.publishers.get") is not None

    # --- how it is asked -----------------------------------------------------------------

    def _host(self, service: str) -> str:
        return self._endpoint or f"https://{service}.googleapis.com"

    def _options(self) -> dict[str, str] | None:
        return {"api_endpoint": self._endpoint} if self._endpoint else None

    def _get(self, url: str, where: str, permission: str, **how: Any) -> dict[str, Any]:
        found = self._find(url, where, permission, **how)
        if found is None:
            raise Unreachable(where, "Google Cloud finds nothing there", "check its name")
        return found

    def _find(
        self,
        url: str,
        where: str,
        permission: str,
        *,
        body: Mapping[str, Any] | None = None,
        credentials: Any = None,
        who: str = "",
    ) -> dict[str, Any] | None:
        """One JSON call; None where the thing asked for does not exist. A body makes it a POST."""
        source = credentials or self._own()
        return told(functools.partial(call, source, url, body), where, permission, who=who)
