"""How HTTP is spoken to a cloud: pooled connections, each try counted."""

from typing import Any, Self

from preflight.seams.calls import called

AT_ONCE = 32
"""Connections that are kept to one host: so many questions are asked at once, at the most."""


def google_session(credentials: Any, tries_again: int, statuses: tuple[int, ...]) -> Any:
    """A session of `requests` as google-auth makes it; threads may share it.

    Args:
        credentials: that go on every call, None for none. A refused token is an answer: one that is
            all there is cannot be refreshed.
        tries_again: how often a call is tried again.
        statuses: the answers that another try may change.
    """
    from google.auth.credentials import AnonymousCredentials  # noqa: PLC0415 - instant start-up
    from google.auth.transport.requests import AuthorizedSession  # noqa: PLC0415
    from requests.adapters import HTTPAdapter  # noqa: PLC0415
    from urllib3.util.retry import Retry  # noqa: PLC0415

    class Counted(HTTPAdapter):
        def send(self, *args: Any, **kwargs: Any) -> Any:
            called()
            return super().send(*args, **kwargs)

    class Again(Retry):
        def increment(self, *args: Any, **kwargs: Any) -> Self:
            left = super().increment(*args, **kwargs)
            called()
            return left

    retry = Again(
        tries_again,
        backoff_factor=0.2,
        status_forcelist=statuses,
        allowed_methods=None,
        raise_on_status=False,
        respect_retry_after_header=False,
    )
    session = AuthorizedSession(  # type: ignore[no-untyped-call]
        credentials or AnonymousCredentials(),  # type: ignore[no-untyped-call]
        max_refresh_attempts=0,
    )
    for scheme in ("https://", "http://"):
        session.mount(scheme, Counted(max_retries=retry, pool_maxsize=AT_ONCE))
    return session


def azure_transport(patience_seconds: float) -> Any:
    """The transport of azure-core, for all clients of a subscription together."""
    import requests  # noqa: PLC0415 - start-up stays instant
    from azure.core.pipeline.transport import RequestsTransport  # noqa: PLC0415
    from requests.adapters import HTTPAdapter  # noqa: PLC0415

    class Counted(RequestsTransport):  # type: ignore[misc]
        def send(self, *args: Any, **kwargs: Any) -> Any:
            called()
            return super().send(*args, **kwargs)

    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=AT_ONCE))
    return Counted(
        session=session,
        session_owner=False,
        connection_timeout=patience_seconds,
        read_timeout=patience_seconds,
    )
