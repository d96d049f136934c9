"""No exception of Google's libraries crosses the seam."""

import pytest
import requests
from google.api_core import exceptions as api
from google.auth import exceptions as auth

from preflight.cloud import gcp_calls
from preflight.seams import LookError, Refused


def subclasses(kind):
    return {kind}.union(*(subclasses(below) for below in kind.__subclasses__()))


def made(kind):
    if issubclass(kind, api.RetryError):
        return kind("x", api.ServiceUnavailable("y"))
    if issubclass(kind, requests.exceptions.JSONDecodeError):
        return kind("x", "y", 0)
    return kind("x")


SDK_ERRORS = sorted(
    subclasses(api.GoogleAPIError)
    | subclasses(auth.GoogleAuthError)
    | subclasses(requests.RequestException),
    key=lambda kind: f"{kind.__module__}.{kind.__name__}",
)


@pytest.mark.parametrize("kind", SDK_ERRORS, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_no_exception_of_the_sdk_comes_through(kind):
    error = made(kind)

    def ask():
        raise error

    if getattr(error, "code", None) == 404:
        assert gcp_calls.told(ask, "here", "a.permission") is None
        return
    with pytest.raises(LookError) as caught:
        gcp_calls.told(ask, "here", "a.permission")
    assert caught.value.__cause__ is error
    assert caught.value.remedy


def test_the_reason_behind_an_exhausted_retry_is_told():
    def ask():
        raise api.RetryError("gave up", api.Forbidden("no"))

    with pytest.raises(Refused, match=r"a\.permission"):
        gcp_calls.told(ask, "here", "a.permission")
