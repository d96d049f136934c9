"""Azure's client: who asks, what a refusal is, and that no exception comes through."""

import inspect

import pytest
from azure.core import exceptions as core
from azure.identity import CredentialUnavailableError
from azure_double import (
    ACCOUNT,
    ASSIGNMENTS,
    JSON,
    LOOKS,
    PROMISED,
    ROLE,
    assignment,
    jwt,
    look,
    refusal,
)
from flask import Response
from suite_reports import methods

from preflight.cloud import azure
from preflight.cloud.azure_calls import told
from preflight.cloud.azure_forms import names
from preflight.seams import (
    Azure,
    CredentialsMissing,
    LookError,
    Refused,
    Unreachable,
)

pytest_plugins = ["azure_fixtures"]


def test_it_answers_every_question_of_the_seam():
    client: Azure = azure.connect(PROMISED)
    for method in methods(Azure):
        ours, theirs = getattr(type(client), method), getattr(Azure, method)
        assert list(inspect.signature(ours).parameters) == list(
            inspect.signature(theirs).parameters
        )
    assert set(LOOKS) == set(methods(Azure)) - {"caller"}


def test_connecting_asks_nothing(arm_double):
    azure.connect(PROMISED)
    assert arm_double.asked == []


@pytest.mark.parametrize(
    ("token", "account", "name"),
    [
        (jwt(oid="object", tid="tenant"), "tenant", "object"),
        (jwt(appid="application", tid="tenant"), "tenant", "application"),
        (jwt(tid="tenant"), "", "an identity whose token names nobody"),
        ("opaque", "", "an identity whose token names nobody"),
        ("a.%%%.c", "", "an identity whose token names nobody"),
    ],
)
def test_the_caller_is_named_by_the_token(token, account, name):
    assert (names(token).account, names(token).name) == (account, name)


def test_the_caller_is_whoever_the_credentials_are(arm_double):
    caller = azure.connect(PROMISED).caller()
    assert (caller.account, caller.name) == ("tenant", "me")


@pytest.mark.parametrize(
    ("method", "nothing"),
    [
        ("account", None),
        ("deleted", False),
        ("deployment", None),
        ("offers", ()),
        ("roles_of", ()),
        ("denials_of", ()),
        ("usages", {}),
    ],
)
def test_a_missing_thing_is_an_answer(arm_double, method, nothing):
    assert look(method) == nothing


@pytest.mark.parametrize(("status", "code"), [(403, "AuthorizationFailed"), (401, "InvalidToken")])
@pytest.mark.parametrize("method", LOOKS)
def test_a_refused_look_names_permission_and_resource(arm_double, method, status, code):
    path, permission = LOOKS[method]
    arm_double.answers[path] = refusal(status, code)
    with pytest.raises(Refused) as caught:
        look(method)
    assert caught.value.permission == permission
    assert caught.value.where


def test_a_role_that_may_not_be_read_names_its_own_permission(arm_double):
    arm_double.answers[ASSIGNMENTS] = {"value": [assignment(ACCOUNT)]}
    arm_double.answers[ROLE] = refusal(403, "AuthorizationFailed")
    with pytest.raises(Refused, match="roleDefinitions/read"):
        look("roles_of")


@pytest.mark.parametrize(
    "answer",
    [
        Response("<html>sign in</html>", 200, content_type="text/html"),
        Response("<html>no such page</html>", 404, content_type="text/html"),
        Response("bad gateway", 503, content_type="text/html"),
        Response("{", 200, JSON),
        refusal(500, "InternalServerError"),
        refusal(400, "BadRequest"),
        refusal(429, "TooManyRequests"),
    ],
    ids=["web page", "proxy's 404", "proxy's 503", "half JSON", "500", "400", "429"],
)
@pytest.mark.parametrize("method", ["account", "roles_of"])
def test_what_is_no_answer_of_azures_is_unreachable(arm_double, method, answer):
    arm_double.answers[LOOKS[method][0]] = answer
    with pytest.raises(Unreachable):
        look(method)


def test_a_provider_that_is_not_registered_is_named_with_the_command(arm_double):
    arm_double.answers[ACCOUNT] = refusal(409, "MissingSubscriptionRegistration")
    with pytest.raises(Unreachable, match="az provider register"):
        look("account")


def test_nothing_that_listens_is_unreachable(arm_double, monkeypatch):
    monkeypatch.setenv(azure.ENDPOINT_VARIABLE, "http://127.0.0.1:1")
    with pytest.raises(Unreachable, match="did not answer"):
        look("account")


@pytest.mark.parametrize("method", ["caller", "account"])
def test_nobody_to_ask_as_is_missing_credentials(monkeypatch, method):
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
    for variable in ("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID"):
        monkeypatch.delenv(variable, raising=False)
    client = azure.connect(PROMISED)
    with pytest.raises(CredentialsMissing, match="az login"):
        client.caller() if method == "caller" else client.account(PROMISED)


def test_a_token_goes_over_plain_http_to_this_machine_only(arm_double, monkeypatch):
    monkeypatch.setenv(azure.ENDPOINT_VARIABLE, "http://arm_double.invalid")
    with pytest.raises(Unreachable, match="non-TLS"):
        look("account")


def subclasses(kind):
    return {kind}.union(*(subclasses(below) for below in kind.__subclasses__()))


def made(kind):
    if issubclass(kind, core.ODataV4Error):
        return kind(Answer())
    if issubclass(kind, core.TooManyRedirectsError):
        return kind([])
    if issubclass(kind, (core.StreamConsumedError, core.StreamClosedError)):
        return kind(Answer())
    if issubclass(kind, core.ResponseNotReadError):
        return kind(Answer())
    return kind("x")


class Answer:
    status_code = 418
    reason = "x"
    request = None

    def __init__(self):
        self.headers = {}

    def text(self):
        return "{}"


SDK_ERRORS = sorted(
    subclasses(core.AzureError)
    | subclasses(CredentialUnavailableError)
    | {core.SerializationError, core.DeserializationError},
    key=lambda kind: f"{kind.__module__}.{kind.__name__}",
)


@pytest.mark.parametrize("kind", SDK_ERRORS, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_no_exception_of_the_sdk_comes_through(kind):
    error = made(kind)

    def ask():
        raise error

    with pytest.raises(LookError) as caught:
        told(ask, "here", "a.permission")
    assert caught.value.__cause__ is error
    assert caught.value.remedy
