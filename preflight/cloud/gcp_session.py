"""How Google Cloud is asked: as the application default credentials, or as the gateway.

What the gateway may do is asked *as* the gateway's service account, by a short-lived token
(impersonation). PREFLIGHT_GOOGLE_ENDPOINT names one address that stands for all Google hosts.
"""

import functools
import logging
import warnings
from collections.abc import Mapping
from typing import Any

from preflight.cloud.gcp_calls import (
    LOGIN,
    PATIENCE_SECONDS,
    bearer,
    call,
    speaking,
    told,
)
from preflight.cloud.gcp_token import token_of
from preflight.cloud.one_moment import Moment, once
from preflight.seams import CredentialsMissing, Unreachable

ACCOUNT_DOMAIN = ".iam.gserviceaccount.com"
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"

# What fails arrives as an error; without a handler Python would print the SDK's own words as well.
logging.getLogger("google").addHandler(logging.NullHandler())


class GoogleSession:
    """Credentials, hosts, and one call. Threads may share it; it asks each question once."""

    def __init__(self, project: str, endpoint: str = "") -> None:
        """Keep the project, and the address that stands for all hosts ("" = Google's own)."""
        self._project = project
        self._endpoint = endpoint
        self.moment = Moment()

    @once
    def _source(self) -> tuple[Any, str]:
        """The default credentials, refreshed once so that dead ones show here; their project."""
        import google.auth  # noqa: PLC0415 - start-up stays instant
        from google.auth.transport.requests import Request  # noqa: PLC0415

        # A user's login is a fair way to look; google-auth would rather see a service account.
        warnings.filterwarnings("ignore", "Your application has authenticated using end user")

        def look() -> tuple[Any, str]:
            source, project = google.auth.default(scopes=[_SCOPE])
            request = functools.partial(Request(speaking(None)), timeout=PATIENCE_SECONDS)
            source.refresh(request)  # type: ignore[no-untyped-call]
            return source, project or ""

        found = told(look, "Google credentials", "a valid login")
        if found is None:
            raise CredentialsMissing("Google credentials", "there are none", LOGIN)
        return found

    @once
    def _own(self) -> Any:
        # Their token alone: with their key in hand, google-auth also asks Google which regions they
        # may use, in a thread of its own and whatever the endpoint is.
        source, _ = self._source()
        return bearer(source.token, getattr(source, "quota_project_id", None))

    @once
    def _gateway(self, identity: str) -> Any:
        """Credentials of that service account; None where there is no such account."""
        found = told(
            functools.partial(
                token_of,
                self._own(),
                self._host("iamcredentials"),
                identity,
                [_SCOPE],
            ),
            f"service account {identity}",
            "iam.serviceAccounts.getAccessToken on it (roles/iam.serviceAccountTokenCreator)",
        )
        return None if found is None else bearer(found)

    @once
    def _session(self, credentials: Any) -> Any:
        """The connections of these credentials."""
        return speaking(credentials)

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
        session = self._session(credentials or self._own())
        return told(functools.partial(call, session, url, body), where, permission, who=who)
