"""One call to Azure Resource Manager: what its errors mean."""

from collections.abc import Callable
from typing import Any, TypeVar

from preflight.cloud.readable import UNREADABLE
from preflight.seams import CredentialsMissing, LookError, Refused, Unreachable

_LOGIN = "az login, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET"
_AGAIN = "check the network between here and Azure, then try again"
_LONGEST_WORDS = 300
_MISSING = 404
_NOT_AUTHENTICATED = 401
_REFUSED = (_NOT_AUTHENTICATED, 403)
_CLOCK = "az login again; or set this machine's clock by the network's time"
_OF_TIME = ("lifetime validation failed", "not yet valid", "has expired", "ExpiredAuthentication")
"""How Azure says that a token is of another time."""

T = TypeVar("T")


def told(look: Callable[[], T], where: str, permission: str) -> T | None:
    """What the look answers; None where there is no such thing. Raises only LookError."""
    import azure.core.exceptions as core  # noqa: PLC0415 - instant start-up

    try:
        found = look()
        if found is None:
            raise ValueError("it says nothing")
    except core.DecodeError as error:
        raise _silent(error, where) from error
    except core.HttpResponseError as error:
        if error.status_code == _MISSING and _is_azures(error):
            return None
        raise _spoken(error, where, permission) from error
    except (core.AzureError, OSError, *UNREADABLE) as error:
        raise _silent(error, where) from error
    return found


def _spoken(error: Any, where: str, permission: str) -> LookError:
    """Azure answered otherwise; an error without a status means that nobody could be asked as."""
    if error.status_code is None:
        what = f"there are no usable Azure credentials ({_short(error)})"
        return CredentialsMissing(where, what, _LOGIN)
    if error.status_code == _NOT_AUTHENTICATED and any(word in str(error) for word in _OF_TIME):
        what = f"Azure does not take the token for now ({_short(error)})"
        return CredentialsMissing(where, what, _CLOCK)
    if error.status_code in _REFUSED:
        return Refused(where, permission)
    if "MissingSubscriptionRegistration" in str(error):
        return Unreachable(
            where,
            "the subscription is not registered for Cognitive Services",
            "az provider register --namespace Microsoft.CognitiveServices",
        )
    return Unreachable(where, f"Azure answered {error.status_code}: {_short(error)}", _AGAIN)


def _silent(error: Exception, where: str) -> Unreachable:
    return Unreachable(where, f"Azure did not answer ({_short(error)})", _AGAIN)


def _is_azures(error: Any) -> bool:
    """Azure says "not found" in JSON; a proxy in between says it in HTML, which is no answer."""
    kind = error.response.headers.get("content-type", "") if error.response is not None else ""
    return "json" in kind


def _short(error: Any) -> str:
    words = " ".join(str(getattr(error, "message", error)).split())
    return f"{type(error).__name__}: {words[:_LONGEST_WORDS]}"
