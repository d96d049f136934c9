import base64
import inspect
import json
import time

import pytest
from azure.core import exceptions as core
from azure.identity import CredentialUnavailableError
from flask import Flask, Response, request
from suite_reports import methods

from preflight.cloud import azure
from preflight.cloud.azure_forms import names
from preflight.contract import AzureOpenAI
from preflight.sandbox.serving import serve
from preflight.seams import (
    Azure,
    AzureAccount,
    CredentialsMissing,
    Deployment,
    LookError,
    Refused,
    RoleDefinition,
    Unreachable,
    Usage,
)

SUBSCRIPTION = "00000000-0000-0000-0000-00000000a2e0"
PRINCIPAL = "00000000-0000-0000-0000-00000000ca7e"
PROMISED = AzureOpenAI(
    "azure-main",
    SUBSCRIPTION,
    "group",
    "account",
    "swedencentral",
    "batch",
    "gpt-4o-mini",
    "GlobalBatch",
    "2024-10-21",
    PRINCIPAL,
)
ROOT = f"/subscriptions/{SUBSCRIPTION}"
GROUP = f"{ROOT}/resourceGroups/group"
ACCOUNT = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/account"
DEPLOYMENT = f"{ACCOUNT}/deployments/batch"
ASSIGNMENTS = f"{ACCOUNT}/providers/Microsoft.Authorization/roleAssignments"
USAGES = f"{ROOT}/providers/Microsoft.CognitiveServices/locations/swedencentral/usages"
ROLE = f"{ACCOUNT}/providers/Microsoft.Authorization/roleDefinitions/role"

LOOKS = {
    "account": (ACCOUNT, "Microsoft.CognitiveServices/accounts/read"),
    "deployment": (DEPLOYMENT, "Microsoft.CognitiveServices/accounts/deployments/read"),
    "roles_of": (ASSIGNMENTS, "Microsoft.Authorization/roleAssignments/read"),
    "usages": (USAGES, "Microsoft.CognitiveServices/locations/usages/read"),
}
"""Each look: the path it asks, and the permission it needs."""

JSON = {"Content-Type": "application/json"}


def jwt(**claims):
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"head.{body}.signature"


def refusal(status, code):
    body = {"error": {"code": code, "message": f"{code}: the message"}}
    return Response(json.dumps(body), status, JSON)


class Arm:
    """A double of Azure Resource Manager and of the managed identity beside it."""

    def __init__(self):
        self.url = ""
        self.reset()

    def reset(self):
        self.answers = {}
        self.asked = []
        self.token = jwt(oid="me", tid="tenant")

    def app(self):
        app = Flask("arm-double")

        @app.get("/token")
        def token():
            good_until = str(int(time.time()) + 3600)
            return {"access_token": self.token, "expires_on": good_until, "token_type": "Bearer"}

        @app.get("/<path:path>")
        def answer(path):
            self.asked.append((f"/{path}", request.args.to_dict(), dict(request.headers)))
            told = self.answers.get(f"/{path}", refusal(404, "ResourceNotFound"))
            return told if isinstance(told, Response) else Response(json.dumps(told), 200, JSON)

        return app


@pytest.fixture(scope="module")
def served():
    double = Arm()
    with serve(double.app()) as double.url:
        yield double


@pytest.fixture
def arm(served, monkeypatch):
    served.reset()
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{served.url}/token")
    monkeypatch.setenv("IDENTITY_HEADER", "header")
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
    monkeypatch.setenv(azure.ENDPOINT_VARIABLE, f"{served.url}/")
    return served


def look(method, client=None):
    arguments = (PROMISED, PRINCIPAL) if method == "roles_of" else (PROMISED,)
    return getattr(client or azure.connect(PROMISED), method)(*arguments)


def test_it_answers_every_question_of_the_seam():
    client: Azure = azure.connect(PROMISED)
    for method in methods(Azure):
        ours, theirs = getattr(type(client), method), getattr(Azure, method)
        assert list(inspect.signature(ours).parameters) == list(
            inspect.signature(theirs).parameters
        )
    assert set(LOOKS) == set(methods(Azure)) - {"caller"}


def test_connecting_asks_nothing(arm):
    azure.connect(PROMISED)
    assert arm.asked == []


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


def test_the_caller_is_whoever_the_credentials_are(arm):
    caller = azure.connect(PROMISED).caller()
    assert (caller.account, caller.name) == ("tenant", "me")


@pytest.mark.parametrize(
    ("method", "nothing"),
    [("account", None), ("deployment", None), ("roles_of", ()), ("usages", {})],
)
def test_a_missing_thing_is_an_answer(arm, method, nothing):
    assert look(method) == nothing


@pytest.mark.parametrize(("status", "code"), [(403, "AuthorizationFailed"), (401, "InvalidToken")])
@pytest.mark.parametrize("method", LOOKS)
def test_a_refused_look_names_permission_and_resource(arm, method, status, code):
    path, permission = LOOKS[method]
    arm.answers[path] = refusal(status, code)
    with pytest.raises(Refused) as caught:
        look(method)
    assert caught.value.permission == permission
    assert caught.value.where


def test_a_role_that_may_not_be_read_names_its_own_permission(arm):
    arm.answers[ASSIGNMENTS] = {"value": [assignment(ACCOUNT)]}
    arm.answers[ROLE] = refusal(403, "AuthorizationFailed")
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
def test_what_is_no_answer_of_azures_is_unreachable(arm, method, answer):
    arm.answers[LOOKS[method][0]] = answer
    with pytest.raises(Unreachable):
        look(method)


def test_a_provider_that_is_not_registered_is_named_with_the_command(arm):
    arm.answers[ACCOUNT] = refusal(409, "MissingSubscriptionRegistration")
    with pytest.raises(Unreachable, match="az provider register"):
        look("account")


def test_nothing_that_listens_is_unreachable(arm, monkeypatch):
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


def test_a_token_goes_over_plain_http_to_this_machine_only(arm, monkeypatch):
    monkeypatch.setenv(azure.ENDPOINT_VARIABLE, "http://arm.invalid")
    with pytest.raises(Unreachable, match="non-TLS"):
        look("account")


def test_an_account_is_read_whole(arm):
    arm.answers[ACCOUNT] = {
        "id": ACCOUNT,
        "location": "Sweden Central",
        "kind": "OpenAI",
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "customSubDomainName": "sub",
            "provisioningState": "Succeeded",
            "publicNetworkAccess": "Enabled",
        },
    }
    found = AzureAccount("swedencentral", "OpenAI", "sub", "SystemAssigned", "Succeeded", "Enabled")
    assert look("account") == found


def test_a_bare_account_is_read_without_a_guess(arm):
    arm.answers[ACCOUNT] = {"id": ACCOUNT, "location": "westus", "properties": {}}
    assert look("account") == AzureAccount("westus", "", "", "None", "", "")


def test_a_deployment_is_read_whole(arm):
    arm.answers[DEPLOYMENT] = {
        "id": DEPLOYMENT,
        "name": "batch",
        "sku": {"name": "GlobalBatch", "capacity": 50},
        "properties": {
            "model": {"format": "OpenAI", "name": "gpt-4o-mini", "version": "2024-07-18"},
            "provisioningState": "Succeeded",
        },
    }
    found = Deployment("batch", "GlobalBatch", 50, "gpt-4o-mini", "2024-07-18", "Succeeded")
    assert look("deployment") == found


def assignment(scope, role=ROLE):
    return {
        "id": f"{scope}/providers/Microsoft.Authorization/roleAssignments/{scope}",
        # Azure names a role where it was made, and answers for it at any scope below.
        "properties": {
            "scope": scope,
            "roleDefinitionId": role.replace(ACCOUNT, ROOT),
            "principalId": PRINCIPAL,
        },
    }


def test_roles_are_those_that_hold_on_the_account_block_by_block(arm):
    arm.answers[ASSIGNMENTS] = {
        "value": [
            assignment(ROOT.upper().replace("SUBSCRIPTIONS", "subscriptions")),
            assignment(f"{ACCOUNT}-other", f"{ROLE}-neighbour"),
            assignment(DEPLOYMENT, f"{ROLE}-below"),
            assignment("/", f"{ROLE}-gone"),
        ]
    }
    arm.answers[ROLE] = {
        "id": ROLE,
        "properties": {
            "roleName": "Two blocks",
            "permissions": [
                {"dataActions": ["a/*"], "notDataActions": ["a/b"]},
                {"actions": ["*/read"]},
            ],
        },
    }
    assert look("roles_of") == (
        RoleDefinition("Two blocks", ("a/*",), ("a/b",)),
        RoleDefinition("Two blocks", (), ()),
    )
    asked = {path for path, _, _ in arm.asked}
    assert asked == {ASSIGNMENTS, ROLE, f"{ROLE}-gone"}


def test_a_role_held_on_a_management_group_holds_on_the_account(arm):
    group = "/providers/Microsoft.Management/managementGroups/all"
    arm.answers[ASSIGNMENTS] = {"value": [assignment(group)]}
    block = {"dataActions": ["x"]}
    arm.answers[ROLE] = {"properties": {"roleName": "r", "permissions": [block]}}
    assert look("roles_of") == (RoleDefinition("r", ("x",)),)


def test_assignments_through_groups_are_asked_for(arm):
    look("roles_of")
    ((_, query, headers),) = arm.asked
    assert query["$filter"] == f"assignedTo('{PRINCIPAL}')"
    assert headers["Authorization"] == f"Bearer {arm.token}"


def test_every_page_of_assignments_is_read(arm):
    arm.answers[ASSIGNMENTS] = {
        "value": [assignment(ACCOUNT)],
        "nextLink": f"{arm.url}/second?$skiptoken=x",
    }
    arm.answers["/second"] = {"value": [assignment(GROUP, f"{ROLE}-2")]}
    for role in (ROLE, f"{ROLE}-2"):
        block = {"dataActions": [role]}
        arm.answers[role] = {"properties": {"roleName": role, "permissions": [block]}}
    assert [role.name for role in look("roles_of")] == [ROLE, f"{ROLE}-2"]


def test_quotas_are_read_by_name(arm):
    arm.answers[USAGES] = {
        "value": [
            {"name": {"value": "OpenAI.GlobalBatch.m"}, "currentValue": 50.0, "limit": 1000.0},
            {"name": {"value": "OpenAI.Standard.m"}},
        ]
    }
    found = {"OpenAI.GlobalBatch.m": Usage(50, 1000), "OpenAI.Standard.m": Usage(0, 0)}
    assert look("usages") == found


def test_equal_questions_are_asked_once(arm):
    client = azure.connect(PROMISED)
    for _ in range(2):
        for method in LOOKS:
            look(method, client)
    paths = [path for path, _, _ in arm.asked]
    assert sorted(paths) == sorted(path for path, _ in LOOKS.values())


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
        azure.told(ask, "here", "a.permission")
    assert caught.value.__cause__ is error
    assert caught.value.remedy
