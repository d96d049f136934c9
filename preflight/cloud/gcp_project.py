"""What Google Cloud says about a project: its number, its APIs, its policy, its models."""

from collections.abc import Sequence
from urllib.parse import quote

from preflight.cloud.gcp_forms import bindings
from preflight.cloud.gcp_session import GoogleSession
from preflight.cloud.one_moment import once
from preflight.seams import Binding

_PAGES = 10


class Projects(GoogleSession):
    """The questions of `seams.Gcp` about a project."""

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
        return found is not None and found["state"] == "ENABLED"

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
    def locations(self, project: str) -> frozenset[str]:
        """See `seams.Gcp`. Asked of the endpoint without a region: a wrong one has no address."""
        url = f"{self._host('aiplatform')}/v1/projects/{project}/locations?pageSize=1000"
        found: set[str] = set()
        token = ""
        for _ in range(_PAGES):
            page = self._get(
                f"{url}{token and f'&pageToken={quote(token)}'}",
                f"locations of Vertex AI in project {project}",
                "aiplatform.locations.list",
            )
            found |= {str(one["locationId"]) for one in page.get("locations", ())}
            token = str(page.get("nextPageToken") or "")
            if not token:
                return frozenset(found)
        raise ValueError("a list of locations without an end")

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
