"""One call to AWS: how long it may take, how often it is tried, what its errors mean."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from preflight.cloud.readable import UNREADABLE
from preflight.seams import CredentialsMissing, LookError, Refused, Unreachable

CONNECT_SECONDS = 3
READ_SECONDS = 8
TRIES = 3

LOGIN = "aws sso login, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
CLOCK = "set this machine's clock by the network's time (timedatectl set-ntp true)"
_AGAIN = "check the network between here and AWS, then try again"
_LONGEST_WORDS = 300

_REFUSED = frozenset(
    {
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "AllAccessDisabled",
        "AuthorizationError",
        "AuthorizationErrorException",
        "Forbidden",
        "ForbiddenException",
        "NotAuthorized",
        "NotAuthorizedException",
        "UnauthorizedAccess",
        "UnauthorizedException",
        "UnauthorizedOperation",
    }
)
_NOBODY = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSecurity",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "NotSignedUp",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
        "UnrecognizedClientException",
    }
)
_SKEWED = frozenset({"RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"})
_OF_TIME = ("Signature not yet current", "Signature expired")
"""How services that have no code for it say that the clocks differ."""

_NOBODY_HERE = (
    "NoCredentialsError",
    "NoAuthTokenError",
    "PartialCredentialsError",
    "CredentialRetrievalError",
    "TokenRetrievalError",
    "UnknownTokenProviderError",
    "UnknownCredentialError",
    "ProfileNotFound",
    "ConfigParseError",
    "ConfigNotFound",
    "InvalidConfigError",
    "SSOError",
    "LoginError",
)
"""botocore's exceptions that say there is nobody to ask as, with all that inherit from them."""

_FORBIDDEN = 403

T = TypeVar("T")


def told(
    look: Callable[[], T],
    where: str,
    permission: str,
    *missing: str,
    who: str = "the identity running preflight",
) -> T | None:
    """What the look answers; None for the `missing` error codes. Raises only LookError.

    Args:
        look: asks and reads the answer; raises what boto3 raises, KeyError or ValueError.
        where: the resource that is looked at.
        permission: what the look needs, as IAM spells it.
        missing: the error codes that say there is no such thing.
        who: the identity that asks, where it is known.
    """
    import botocore.exceptions as aws  # noqa: PLC0415 - instant start-up
    from boto3.exceptions import Boto3Error  # noqa: PLC0415
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    try:
        return look()
    except aws.ClientError as error:
        if error_code(error.response) in missing:
            return None
        raise _spoken(error.response, where, permission, who) from error
    except tuple(getattr(aws, name) for name in _NOBODY_HERE) as error:
        raise CredentialsMissing(where, _words(error), LOGIN) from error
    except aws.ParamValidationError as error:
        raise Unreachable(
            where, f"AWS knows no such name ({_words(error)})", "correct it in the stack"
        ) from error
    except UNREADABLE as error:
        raise Unreachable(
            where, f"the answer to {permission} cannot be read ({_words(error)})", _AGAIN
        ) from error
    # Some of botocore's own inherit from Exception alone.
    except (
        aws.BotoCoreError,
        aws.EventStreamError,
        aws.UndefinedModelAttributeError,
        aws.MissingServiceIdError,
        Boto3Error,
        ResponseParserError,
        OSError,
    ) as error:
        raise Unreachable(where, f"{permission} got no answer ({_words(error)})", _AGAIN) from error


def error_code(response: Mapping[str, Any]) -> str:
    """AWS's own name of an error; for a HEAD, which has no body, the HTTP status."""
    return str(response.get("Error", {}).get("Code", ""))


def headers(response: Mapping[str, Any]) -> Mapping[str, str]:
    """The HTTP headers of an answer, good or bad, with lower-case names."""
    found: Mapping[str, str] = response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return found


def _spoken(response: Mapping[str, Any], where: str, permission: str, who: str) -> LookError:
    """The meaning of an error that AWS answered."""
    code = error_code(response)
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    message = str(response.get("Error", {}).get("Message", ""))
    if code in _SKEWED or (code in _NOBODY and any(word in message for word in _OF_TIME)):
        return CredentialsMissing(
            where, f"AWS finds that this machine's clock differs from its own ({code})", CLOCK
        )
    if code in _NOBODY:
        # The message of a wrong signature repeats what was signed: the code is enough.
        return CredentialsMissing(where, f"AWS does not accept the credentials ({code})", LOGIN)
    if code in _REFUSED or (status == _FORBIDDEN and not _is_throttling(code)):
        return Refused(where, permission, who)
    said = f"{permission} got no answer ({code}: {message[:_LONGEST_WORDS]})"
    return Unreachable(where, said, _AGAIN)


def _is_throttling(code: str) -> bool:
    return "throttl" in code.lower() or code in {"SlowDown", "RequestLimitExceeded"}


def _words(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:_LONGEST_WORDS]
