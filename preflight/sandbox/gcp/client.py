"""The operator's own calls to the sandbox, through Google's real client libraries."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"

Policy = dict[str, Any]


class Operator:
    """Whoever the environment's key file is, asking the environment's endpoint. Thread-safe."""

    def __init__(self, env: Mapping[str, str]) -> None:
        """Take GOOGLE_APPLICATION_CREDENTIALS and PREFLIGHT_GOOGLE_ENDPOINT from `env`."""
        self._env = env
        self._lock = threading.Lock()
        self._token = ""
        self._project = ""

    @property
    def project(self) -> str:
        """The project of the key file."""
        self._sign_in()
        return self._project

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """One REST call. Raises google.api_core's GoogleAPICallError when it is refused."""
        from google.api_core.exceptions import from_http_response  # noqa: PLC0415

        session = self._session()
        try:
            url = f"{self._env['PREFLIGHT_GOOGLE_ENDPOINT']}{path}"
            answer = session.request(method, url, json=body)
        finally:
            session.close()
        if not answer.ok:
            raise from_http_response(answer)  # type: ignore[no-untyped-call]
        told: dict[str, Any] = answer.json() if answer.content else {}
        return told

    def find(self, path: str) -> dict[str, Any] | None:
        """What is at the path; None where nothing is. Raises GoogleAPICallError otherwise."""
        from google.api_core.exceptions import NotFound  # noqa: PLC0415

        try:
            return self.call("GET", path)
        except NotFound:
            return None

    def storage(self) -> Any:
        """A google-cloud-storage client; close it, or use it as a context manager."""
        from google.cloud.storage import Client  # noqa: PLC0415

        session = self._session()
        return Client(
            project=self._project,
            credentials=session.credentials,
            _http=session,
            client_options={"api_endpoint": self._env["PREFLIGHT_GOOGLE_ENDPOINT"]},
        )

    def policy(self, resource: str) -> Policy | None:
        """The policy of a resource as `change_policy` takes it; None where the bucket is gone."""
        if resource.startswith("b/"):
            return self.find(f"/storage/v1/{resource}/iam?optionsRequestedPolicyVersion=3")
        if "/keyRings/" in resource:
            # Cloud KMS's own method for the same question.
            return self.find(f"/v1/{resource}:getIamPolicy?options.requestedPolicyVersion=3")
        version = {"options": {"requestedPolicyVersion": 3}}
        return self.call("POST", f"/v1/{resource}:getIamPolicy", version)

    def change_policy(self, resource: str, change: Callable[[Policy], None]) -> str:
        """Read, change and write back a policy. Returns its new etag.

        Args:
            resource: `b/NAME` for a bucket, else the name of a project, account or key.
            change: changes the policy in place.

        Raises:
            GoogleAPICallError: it is refused, or there is no such bucket.
        """
        # Of two threads that both read before either writes, one would be refused for its etag;
        # waiting is simpler than trying again.
        with self._lock:
            policy = self.policy(resource) or {}
            change(policy)
            after = {**policy, "version": 3}
            if resource.startswith("b/"):
                return str(self.call("PUT", f"/storage/v1/{resource}/iam", after)["etag"])
            path = f"/v1/{resource}:setIamPolicy"
            return str(self.call("POST", path, {"policy": after})["etag"])

    def _session(self) -> Any:
        from google.auth.transport.requests import AuthorizedSession  # noqa: PLC0415
        from google.oauth2.credentials import Credentials  # noqa: PLC0415

        self._sign_in()
        session = AuthorizedSession(Credentials(token=self._token))  # type: ignore[no-untyped-call]
        # A proxy in the environment has nothing to do with loopback.
        session.trust_env = False
        return session

    def _sign_in(self) -> None:
        """Exchange the key for a token, once.

        Credentials that hold the key would ask Google itself which regions the account may use, in
        a thread of their own, at the first call; credentials that hold only a token do not.
        """
        from google.auth.transport.requests import Request  # noqa: PLC0415
        from google.oauth2.service_account import Credentials  # noqa: PLC0415
        from requests import Session  # noqa: PLC0415

        if self._token:
            return
        file = self._env["GOOGLE_APPLICATION_CREDENTIALS"]
        credentials = Credentials.from_service_account_file(  # type: ignore[no-untyped-call]
            file, scopes=[_SCOPE]
        )
        with Session() as session:
            session.trust_env = False
            credentials.refresh(Request(session))
        self._project = credentials.project_id
        self._token = credentials.token
