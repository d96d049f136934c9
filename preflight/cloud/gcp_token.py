"""A short-lived token of a service account (impersonation), by Google's own client for it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from preflight.cloud import gcp_calls
from preflight.seams.calls import called


def token_of(credentials: Any, host: str, account: str, scopes: Sequence[str]) -> str:
    """A token of the service account, good for an hour.

    Args:
        credentials: those that ask; a token alone.
        host: the address of the IAM Credentials API.
        account: the service account's e-mail.
        scopes: what the token is good for.

    Raises:
        Exception: what Google's libraries raise; ValueError for an answer that cannot be read or
            is without a token.
    """
    # Here, so that start-up stays instant.
    from google.api_core.exceptions import Unauthenticated  # noqa: PLC0415
    from google.auth.exceptions import RefreshError  # noqa: PLC0415
    from google.cloud.iam_credentials_v1 import GenerateAccessTokenRequest  # noqa: PLC0415
    from google.protobuf.json_format import ParseError  # type: ignore[import-untyped]  # noqa: PLC0415

    name = f"projects/-/serviceAccounts/{account}"
    request = GenerateAccessTokenRequest(name=name, scope=scopes)
    with _client(credentials, host) as client:
        try:
            answer = client.generate_access_token(
                request, timeout=gcp_calls.PATIENCE_SECONDS, retry=_patience()
            )
        except ParseError as error:
            raise ValueError(str(error)) from error
        except RefreshError as error:  # a token that is all there is was refused: that is an answer
            raise Unauthenticated("the token was refused") from error  # type: ignore[no-untyped-call]
    if not answer.access_token:
        raise ValueError("there is no token in it")
    return str(answer.access_token)


def _client(credentials: Any, host: str) -> Any:
    """Over HTTP: gRPC would take a connection of its own kind through every proxy."""
    from google.cloud.iam_credentials_v1 import IAMCredentialsClient  # noqa: PLC0415
    from google.cloud.iam_credentials_v1.services.iam_credentials.transports.rest import (  # noqa: PLC0415
        IAMCredentialsRestInterceptor,
    )

    class Counted(IAMCredentialsRestInterceptor):
        def pre_generate_access_token(self, request: Any, metadata: Any) -> tuple[Any, Any]:
            called()
            return request, metadata

    address = urlsplit(host)
    transport = IAMCredentialsClient.get_transport_class("rest")(
        host=address.netloc,
        url_scheme=address.scheme,
        credentials=credentials,
        interceptor=Counted(),
    )
    return IAMCredentialsClient(transport=transport)


def _patience() -> Any:
    """Tries again what another try may change, as long as Cloud Storage's client does."""
    import requests  # noqa: PLC0415
    from google.api_core import exceptions as api  # noqa: PLC0415
    from google.api_core.retry import Retry, if_exception_type  # noqa: PLC0415

    passing = if_exception_type(
        api.TooManyRequests,
        api.InternalServerError,
        api.BadGateway,
        api.ServiceUnavailable,
        api.GatewayTimeout,
        requests.ConnectionError,
    )
    return Retry(predicate=passing, initial=0.2, maximum=1.0, timeout=gcp_calls.AGAIN_SECONDS)
