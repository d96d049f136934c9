"""One call to Google Cloud: how long it may take, how often it is tried, what its errors mean."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from preflight.cloud.readable import UNREADABLE
from preflight.cloud.wire import google_session
from preflight.seams import CredentialsMissing, LookError, Refused, Unreachable

PATIENCE_SECONDS = 8.0
"""For one try of one call."""

AGAIN_SECONDS = 2.0
"""How long Cloud Storage's client goes on trying."""

TRIES_AGAIN = 2
"""Of every other call."""

LOGIN = "gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS"
CLOCK = "set this machine's clock by the network's time (timedatectl set-ntp true)"
_OF_TIME = ("reasonable timeframe", "used too early", "used too late", "clock")
"""How Google says that the clocks differ: its tokens are good for a time of its own."""

_AGAIN = "check the network between here and Google Cloud, then try again"

_PASSING = (429, 500, 502, 503, 504)
"""Answers that another try may change."""

_REFUSED = (401, 403)
_PERIMETER = "vpcServiceControlsUniqueIdentifier"
_MISSING = 404
_LONGEST_WORDS = 300

T = TypeVar("T")


def bearer(token: str, quota_project: str | None = None) -> Any:
    """Credentials that are one token, good for an hour or less."""
    from google.oauth2.credentials import Credentials  # noqa: PLC0415 - instant start-up

    return Credentials(token, quota_project_id=quota_project)  # type: ignore[no-untyped-call]


def speaking(credentials: Any) -> Any:
    """A session that asks with these credentials; threads may share it."""
    return google_session(credentials, TRIES_AGAIN, _PASSING)


def call(session: Any, url: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
    """The JSON at the address; a body makes it a POST. Raises what Google's libraries raise."""
    from google.api_core.exceptions import from_http_response  # noqa: PLC0415 - instant start-up

    method = "GET" if body is None else "POST"
    response = session.request(method, url, json=body, timeout=PATIENCE_SECONDS)
    if not response.ok:
        raise from_http_response(response)  # type: ignore[no-untyped-call]
    answer = response.json()
    if not isinstance(answer, dict):
        raise ValueError("JSON that is no object")  # noqa: TRY004 - what told() expects
    return answer


def storage_patience() -> dict[str, Any]:
    """The same patience for Cloud Storage's own client, whose tries follow its own rules."""
    from google.cloud.storage.retry import DEFAULT_RETRY  # noqa: PLC0415 - instant start-up

    retry = DEFAULT_RETRY.with_delay(initial=0.2, maximum=1.0).with_timeout(AGAIN_SECONDS)
    return {"timeout": PATIENCE_SECONDS, "retry": retry}


def told(look: Callable[[], T], where: str, permission: str, who: str = "") -> T | None:
    """What the look answers; None where there is no such thing. Raises only LookError.

    Args:
        look: asks, and raises what Google's libraries raise.
        where: the resource that is looked at.
        permission: what the look needs, as Google spells it.
        who: the identity that asks, where it is another than the one running preflight.
    """
    import requests  # noqa: PLC0415 - instant start-up
    from google.api_core import exceptions as api  # noqa: PLC0415
    from google.auth import exceptions as auth  # noqa: PLC0415

    try:
        return look()
    except api.RetryError as error:
        if isinstance(error.cause, api.GoogleAPICallError):
            raise _spoken(error.cause, where, permission, who) from error
        raise _silent(error, where) from error
    except api.GoogleAPICallError as error:
        if error.code == _MISSING and _is_googles(error.response):
            return None
        raise _spoken(error, where, permission, who) from error
    except (auth.TransportError, auth.TimeoutError) as error:
        raise _silent(error, where) from error
    except (auth.GoogleAuthError, api.DuplicateCredentialArgs) as error:
        remedy = CLOCK if any(word in str(error) for word in _OF_TIME) else LOGIN
        what = f"there are no usable Google credentials ({_short(error)})"
        raise CredentialsMissing(where, what, remedy) from error
    except (api.GoogleAPIError, requests.RequestException, OSError, *UNREADABLE) as error:
        raise _silent(error, where) from error


def _spoken(error: Any, where: str, permission: str, who: str) -> LookError:
    """Google answered, and not with what was asked for."""
    if error.reason == "SERVICE_DISABLED":
        metadata = error.metadata or {}
        service = metadata.get("service", "the API")
        project = str(metadata.get("consumer", "projects/PROJECT")).removeprefix("projects/")
        return Unreachable(
            where,
            f"{service} is not enabled in project {project}",
            f"gcloud services enable {service} --project {project}",
        )
    if error.code in _REFUSED and _PERIMETER in str(error):
        return Unreachable(
            where,
            "a perimeter of VPC Service Controls keeps this machine, or who asks, out "
            f"({_short(error)})",
            "an access level or an ingress rule, by whoever keeps the organization's perimeters: "
            "no role helps; or a check from inside",
        )
    if error.code in _REFUSED:
        return Refused(where, permission, who) if who else Refused(where, permission)
    return Unreachable(where, f"Google Cloud answered {error.code}: {_short(error)}", _AGAIN)


def _silent(error: Exception, where: str) -> Unreachable:
    return Unreachable(where, f"Google Cloud did not answer ({_short(error)})", _AGAIN)


def _is_googles(response: Any) -> bool:
    """Google says "not found" in JSON; a proxy in between says it in HTML, which is no answer."""
    return response is None or "json" in response.headers.get("content-type", "")


def _short(error: Any) -> str:
    words = " ".join(str(getattr(error, "message", error)).split())
    return f"{type(error).__name__}: {words[:_LONGEST_WORDS]}"
