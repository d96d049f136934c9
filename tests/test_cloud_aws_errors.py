"""What each error of the SDK means in the words of the seam."""

import inspect

import boto3
import boto3.exceptions
import botocore.exceptions
import botocore.parsers
import pytest
from aws_client import (
    client_error,
    raised,
)

from preflight.seams import (
    CredentialsMissing,
    LookError,
    Refused,
    Unreachable,
)

pytest_plugins = ["aws_client_fixtures"]


def exceptions():
    found = {
        botocore.parsers.ResponseParserError,
        TimeoutError,
        ConnectionError,
        KeyError,
        ValueError,
    }
    for module in (botocore.exceptions, boto3.exceptions):
        for kind in vars(module).values():
            if not inspect.isclass(kind) or issubclass(kind, Warning):
                continue
            if issubclass(kind, Exception):
                found.add(kind)
    return sorted(found, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", exceptions(), ids=lambda kind: kind.__name__)
def test_no_exception_of_the_sdk_comes_through(kind):
    made = kind.__new__(kind)
    if isinstance(made, (botocore.exceptions.ClientError, botocore.exceptions.EventStreamError)):
        made.response = {}
    with pytest.raises(LookError) as caught:
        raised(made)
    assert caught.value.__cause__ is made


@pytest.mark.parametrize(
    "code",
    [
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "AuthorizationError",
        "Forbidden",
        "403",
    ],
)
def test_every_spelling_of_no_is_a_refusal_that_names_permission_and_resource(code):
    with pytest.raises(Refused) as caught:
        raised(client_error(code))
    assert caught.value.permission == "s3:ListBucket"
    assert caught.value.where == "the bucket"


def test_any_other_403_is_a_refusal_too():
    with pytest.raises(Refused):
        raised(client_error("NeverHeardOf", 403))


@pytest.mark.parametrize(
    "code",
    [
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "InvalidAccessKeyId",
        "RequestTimeTooSkewed",
    ],
)
def test_credentials_that_aws_does_not_take_are_missing(code):
    with pytest.raises(CredentialsMissing) as caught:
        raised(client_error(code, 403, message="string to sign: s3cr3t"))
    assert code in caught.value.what
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "status"),
    [("ThrottlingException", 400), ("Throttling", 403), ("SlowDown", 503), ("InternalError", 500)],
)
def test_a_busy_service_gave_no_answer(code, status):
    with pytest.raises(Unreachable, match=code):
        raised(client_error(code, status))


def test_what_is_missing_is_an_answer():
    assert raised(client_error("NoSuchBucket", 404), "404", "NoSuchBucket") is None
