"""A refusal in Google's shape and wording, raised anywhere and rendered once."""

from collections.abc import Sequence
from typing import Any

from preflight.sandbox.gcp.names import NUMBER

_REASONS = {
    400: "invalid",
    401: "authError",
    403: "forbidden",
    404: "notFound",
    409: "conflict",
    412: "conditionNotMet",
}
_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION",
    501: "UNIMPLEMENTED",
}
_ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"


class ApiError(Exception):
    """An API call that is answered with an error.

    Args:
        code: the HTTP status.
        message: Google's sentence.
        status: the canonical name, where it is not the usual one for the code.
        details: `google.rpc` detail messages.
    """

    def __init__(
        self, code: int, message: str, status: str = "", details: Sequence[dict[str, Any]] = ()
    ) -> None:
        """Keep the parts for rendering."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or _STATUSES.get(code, "UNKNOWN")
        self.details = tuple(details)

    def body(self) -> dict[str, Any]:
        """The JSON body of all Google APIs but Cloud Storage."""
        error: dict[str, Any] = {"code": self.code, "message": self.message, "status": self.status}
        if self.details:
            error["details"] = list(self.details)
        return {"error": error}

    def storage_body(self) -> dict[str, Any]:
        """The JSON body of Cloud Storage, whose API is older than the common shape."""
        reason = _REASONS.get(self.code, "backendError")
        item = {"message": self.message, "domain": "global", "reason": reason}
        return {"error": {"code": self.code, "message": self.message, "errors": [item]}}


def denied(permission: str, resource: str) -> ApiError:
    """The caller lacks a permission; `resource` is a full resource name (`//service/...`)."""
    info = {
        "@type": _ERROR_INFO,
        "reason": "IAM_PERMISSION_DENIED",
        "domain": resource.removeprefix("//").partition("/")[0],
        "metadata": {"permission": permission, "resource": resource.split("/", 3)[-1]},
    }
    message = f"Permission '{permission}' denied on resource '{resource}' (or it may not exist)."
    return ApiError(403, message, details=[info])


def outside_the_perimeter() -> ApiError:
    """A perimeter of VPC Service Controls keeps the caller out, whatever it holds."""
    unique = "mG5Iq0nXbU3kP1z"
    violation = {
        "@type": "type.googleapis.com/google.rpc.PreconditionFailure",
        "violations": [{"type": "VPC_SERVICE_CONTROLS", "description": unique}],
    }
    message = (
        "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: "
        f"{unique}"
    )
    return ApiError(403, message, details=[violation])


def storage_denied(email: str, permission: str) -> ApiError:
    """Cloud Storage's own wording for a missing permission; no e-mail is an anonymous caller."""
    what = "object" if permission.startswith("storage.objects.") else "bucket"
    return ApiError(
        403 if email else 401,
        f"{email or 'Anonymous caller'} does not have {permission} access to the Google Cloud "
        f"Storage {what}. Permission '{permission}' denied on resource (or it may not exist).",
    )


def no_project() -> ApiError:
    """Google does not say whether a project that one may not see exists."""
    return ApiError(403, "The caller does not have permission")


def unauthenticated() -> ApiError:
    """No credentials that Google can read."""
    return ApiError(
        401,
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
        "cookie or other valid authentication credential. See "
        "https://developers.google.com/identity/sign-in/web/devconsole-project.",
    )


def account_disabled(email: str) -> ApiError:
    """The credentials are those of a disabled or deleted service account."""
    error = unauthenticated()
    info = {
        "@type": _ERROR_INFO,
        "reason": "ACCOUNT_STATE_INVALID",
        "domain": "googleapis.com",
        "metadata": {"email": email},
    }
    return ApiError(error.code, error.message, details=[info])


def service_disabled(service: str, title: str) -> ApiError:
    """The API is off in the project."""
    url = f"https://console.developers.google.com/apis/api/{service}/overview?project={NUMBER}"
    info = {
        "@type": _ERROR_INFO,
        "reason": "SERVICE_DISABLED",
        "domain": "googleapis.com",
        "metadata": {"service": service, "consumer": f"projects/{NUMBER}"},
    }
    return ApiError(
        403,
        f"{title} has not been used in project {NUMBER} before or it is disabled. Enable it by "
        f"visiting {url} then retry. If you enabled this API recently, wait a few minutes for the "
        "action to propagate to our systems and retry.",
        details=[info],
    )
