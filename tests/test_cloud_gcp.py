import inspect
import json
from datetime import date

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask, Response, request
from google.api_core import exceptions as api
from google.auth import exceptions as auth
from suite_reports import methods

from preflight.cloud import gcp, gcp_calls
from preflight.cloud.gcp_forms import expiry
from preflight.contract import VertexAI
from preflight.sandbox.serving import serve
from preflight.seams import (
    Binding,
    CredentialsMissing,
    Gcp,
    GcsBucket,
    LifecycleRule,
    LookError,
    Refused,
    ServiceAccount,
    Unreachable,
)

GATEWAY = "gateway@p.iam.gserviceaccount.com"
PROMISED = VertexAI("vertex-main", "p", "42", "europe-west4", "b", "m", GATEWAY, "agent")
ACCOUNT = f"/v1/projects/p/serviceAccounts/{GATEWAY}"
TOKEN = f"/v1/projects/-/serviceAccounts/{GATEWAY}:generateAccessToken"

LOOKS = {
    "project_number": (("p",), "/v1/projects/p", "resourcemanager.projects.get"),
    "api_enabled": (
        ("p", "aiplatform.googleapis.com"),
        "/v1/projects/p/services/aiplatform.googleapis.com",
        "serviceusage.services.get",
    ),
    "bucket": (("b",), "/storage/v1/b/b", "storage.buckets.get"),
    "bucket_bindings": (("b",), "/storage/v1/b/b/iam", "storage.buckets.getIamPolicy"),
    "project_bindings": (
        ("p",),
        "/v1/projects/p:getIamPolicy",
        "resourcemanager.projects.getIamPolicy",
    ),
    "role_permissions": (("roles/x",), "/v1/roles/x", "iam.roles.get"),
    "service_account": ((GATEWAY,), ACCOUNT, "iam.serviceAccounts.get"),
    "bucket_grants": (("b", ["x"], GATEWAY), TOKEN, "iam.serviceAccounts.getAccessToken"),
    "project_grants": (("p", ["x"], GATEWAY), TOKEN, "iam.serviceAccounts.getAccessToken"),
    "publisher_model": (
        ("p", "europe-west4", "m"),
        "/v1/projects/p/locations/europe-west4/publishers/google/models/m",
        "aiplatform.publishers.get",
    ),
}
"""Each look: its arguments, the path it asks first, and the permission it needs."""


class Google:
    """A double that answers each path as told, and knows what it was asked."""

    def __init__(self):
        self.url = ""
        self.reset()

    def reset(self):
        self.answers = {
            "/token": {"access_token": "own", "expires_in": 3600, "token_type": "Bearer"},
            TOKEN: {"accessToken": "gateways", "expireTime": "2030-01-01T00:00:00Z"},
        }
        self.asked = []

    def app(self):
        app = Flask("google-double")

        @app.route("/<path:path>", methods=["GET", "POST"])
        def answer(path):
            body = None if path == "token" else request.get_json(silent=True)
            self.asked.append((f"/{path}", request.headers.get("Authorization"), body))
            told = self.answers.get(f"/{path}", refusal(404, "Not found."))
            return told if isinstance(told, Response) else Response(json.dumps(told), 200, JSON)

        return app


JSON = {"Content-Type": "application/json"}


def refusal(status, message, reason=""):
    details = (
        [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": reason,
                "domain": "googleapis.com",
                "metadata": {"service": "aiplatform.googleapis.com", "consumer": "projects/42"},
            }
        ]
        if reason
        else []
    )
    error = {"code": status, "message": message, "details": details}
    return Response(json.dumps({"error": error}), status, JSON)


@pytest.fixture(scope="module")
def pem():
    return (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


@pytest.fixture(scope="module")
def served():
    double = Google()
    with serve(double.app()) as double.url:
        yield double


@pytest.fixture
def google(served, tmp_path, monkeypatch, pem):
    served.reset()
    key = {
        "type": "service_account",
        "project_id": "p",
        "client_email": "me@p.iam.gserviceaccount.com",
        "private_key": pem,
        "private_key_id": "1",
        "token_uri": f"{served.url}/token",
    }
    path = tmp_path / "key.json"
    path.write_text(json.dumps(key))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    monkeypatch.setenv(gcp.ENDPOINT_VARIABLE, f"{served.url}/")
    return served


def look(method, client=None):
    arguments, _, _ = LOOKS[method]
    return getattr(client or gcp.connect(PROMISED), method)(*arguments)


def test_it_answers_every_question_of_the_seam():
    client: Gcp = gcp.connect(PROMISED)
    for method in methods(Gcp):
        ours, theirs = getattr(type(client), method), getattr(Gcp, method)
        assert list(inspect.signature(ours).parameters) == list(
            inspect.signature(theirs).parameters
        )
    assert set(LOOKS) == set(methods(Gcp)) - {"caller"}


def test_connecting_asks_nothing(google):
    gcp.connect(PROMISED)
    assert google.asked == []


def test_the_caller_is_the_service_account_of_the_credentials(google):
    caller = gcp.connect(PROMISED).caller()
    assert (caller.account, caller.name) == ("p", "me@p.iam.gserviceaccount.com")


MISSING = {
    "project_number": None,
    "api_enabled": False,
    "bucket": None,
    "bucket_bindings": (),
    "role_permissions": None,
    "service_account": None,
    "bucket_grants": frozenset(),
    "project_grants": frozenset(),
    "publisher_model": False,
}


@pytest.mark.parametrize("method", MISSING)
def test_a_missing_thing_is_an_answer(google, method):
    google.answers.pop(TOKEN)
    assert look(method) == MISSING[method]


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("method", LOOKS)
def test_a_refused_look_names_permission_and_resource(google, method, status):
    _, path, permission = LOOKS[method]
    google.answers[path] = refusal(status, "Permission denied")
    with pytest.raises(LookError) as caught:
        look(method)
    assert isinstance(caught.value, Refused)
    assert caught.value.permission.startswith(permission)
    assert caught.value.where


@pytest.mark.parametrize("method", LOOKS)
def test_an_api_that_is_off_is_named_with_the_command_that_enables_it(google, method):
    _, path, _ = LOOKS[method]
    google.answers[path] = refusal(403, "Vertex AI API has not been used", "SERVICE_DISABLED")
    with pytest.raises(Unreachable) as caught:
        look(method)
    enable = "gcloud services enable aiplatform.googleapis.com --project 42"
    assert caught.value.remedy == enable


@pytest.mark.parametrize(
    "answer",
    [
        Response("<html>sign in</html>", 200, content_type="text/html"),
        Response("<html>no such page</html>", 404, content_type="text/html"),
        Response("bad gateway", 503, content_type="text/html"),
        refusal(500, "Internal error"),
        refusal(400, "Precondition check failed."),
    ],
    ids=["web page", "proxy's 404", "proxy's 503", "500", "400"],
)
@pytest.mark.parametrize("method", ["bucket", "project_number", "publisher_model"])
def test_what_is_no_answer_of_googles_is_unreachable(google, method, answer, monkeypatch):
    monkeypatch.setattr(gcp_calls, "AGAIN_SECONDS", 0.1)
    google.answers[LOOKS[method][1]] = answer
    with pytest.raises(Unreachable):
        look(method)


@pytest.mark.parametrize("method", ["bucket", "project_number"])
def test_nothing_that_listens_is_unreachable(google, method, monkeypatch):
    client = gcp.connect(PROMISED)
    client.caller()
    monkeypatch.setattr(client, "_endpoint", "http://127.0.0.1:1")
    monkeypatch.setattr(gcp_calls, "AGAIN_SECONDS", 0.1)
    with pytest.raises(Unreachable):
        look(method, client)


@pytest.mark.parametrize("written", [None, "{", '{"type": "service_account"}'])
def test_unusable_credentials_are_missing_and_the_remedy_says_how_to_log_in(
    google, tmp_path, monkeypatch, written
):
    path = tmp_path / "other.json"
    if written is not None:
        path.write_text(written)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    with pytest.raises(CredentialsMissing, match="application-default login"):
        gcp.connect(PROMISED).caller()


def test_the_login_of_a_user_is_named_by_its_e_mail_and_warned_of_by_nobody(
    google, tmp_path, monkeypatch
):
    user = {
        "type": "authorized_user",
        "client_id": "x.apps.googleusercontent.com",
        "client_secret": "y",
        "refresh_token": "z",
        "token_uri": f"{google.url}/token",
    }
    path = tmp_path / "user.json"
    path.write_text(json.dumps(user))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    google.answers["/v1/userinfo"] = {"sub": "1", "email": "me@example.com"}
    monkeypatch.setattr(
        "google.oauth2.credentials._GOOGLE_OAUTH2_TOKEN_ENDPOINT", user["token_uri"]
    )
    assert gcp.connect(PROMISED).caller().name == "me@example.com"


def test_a_deleted_key_is_missing_credentials(google):
    answer = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
    google.answers["/token"] = Response(json.dumps(answer), 400, JSON)
    with pytest.raises(CredentialsMissing, match="Invalid JWT Signature"):
        gcp.connect(PROMISED).project_number("p")


def test_a_bucket_is_read_whole(google):
    google.answers["/storage/v1/b/b"] = {
        "name": "b",
        "location": "EUROPE-WEST4",
        "locationType": "region",
        "projectNumber": "42",
        "iamConfiguration": {
            "uniformBucketLevelAccess": {"enabled": True},
            "publicAccessPrevention": "enforced",
        },
        "encryption": {"defaultKmsKeyName": "projects/p/key"},
        "lifecycle": {"rule": [{"action": {"type": "Delete"}, "condition": {"age": 14}}]},
    }
    assert look("bucket") == GcsBucket(
        name="b",
        region="europe-west4",
        location_type="region",
        project_number="42",
        uniform_access=True,
        public_access_prevention="enforced",
        kms_key="projects/p/key",
        expiry=(LifecycleRule(14),),
    )


POLICY = {
    "version": 3,
    "bindings": [
        {"role": "roles/a", "members": ["user:z@x", "serviceAccount:y"]},
        {
            "role": "roles/b",
            "members": ["serviceAccount:y"],
            "condition": {"title": "t", "expression": "request.time < timestamp('2030')"},
        },
    ],
}


@pytest.mark.parametrize("method", ["bucket_bindings", "project_bindings"])
def test_a_policy_is_read_with_its_conditions(google, method):
    google.answers[LOOKS[method][1]] = POLICY
    assert look(method) == (
        Binding("roles/a", "serviceAccount:y"),
        Binding("roles/a", "user:z@x"),
        Binding("roles/b", "serviceAccount:y", "request.time < timestamp('2030')"),
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("bucket_grants", "/storage/v1/b/b/iam/testPermissions"),
        ("project_grants", "/v1/projects/p:testIamPermissions"),
    ],
)
def test_what_the_gateway_may_do_is_asked_as_the_gateway(google, method, path):
    google.answers[path] = {"permissions": ["x"]}
    assert look(method) == {"x"}
    as_whom = {asked: header for asked, header, _ in google.asked}
    assert as_whom[TOKEN] == "Bearer own"
    assert as_whom[path] == "Bearer gateways"


def test_an_empty_permission_list_is_no_permission_at_all(google):
    google.answers["/v1/projects/p:testIamPermissions"] = {}
    google.answers["/storage/v1/b/b/iam/testPermissions"] = {"kind": "storage#testIamPermissions"}
    assert look("project_grants") == frozenset()
    assert look("bucket_grants") == frozenset()


def test_roles_accounts_services_and_models_are_read(google):
    google.answers |= {
        "/v1/roles/x": {"name": "roles/x", "includedPermissions": ["a", "b"]},
        ACCOUNT: {"email": GATEWAY, "disabled": True},
        "/v1/projects/p/services/aiplatform.googleapis.com": {"state": "ENABLED"},
        LOOKS["publisher_model"][1]: {"name": "publishers/google/models/m"},
        "/v1/projects/p": {"projectNumber": "42", "lifecycleState": "ACTIVE"},
    }
    assert look("role_permissions") == {"a", "b"}
    assert look("service_account") == ServiceAccount(GATEWAY, disabled=True)
    assert look("api_enabled") is True
    assert look("publisher_model") is True
    assert look("project_number") == "42"


def test_a_project_that_is_being_deleted_is_none(google):
    path = "/v1/projects/p"
    google.answers[path] = {"projectNumber": "42", "lifecycleState": "DELETE_REQUESTED"}
    assert look("project_number") is None


def test_equal_questions_are_asked_once(google):
    google.answers["/v1/projects/p:testIamPermissions"] = {"permissions": ["x"]}
    client = gcp.connect(PROMISED)
    assert look("project_grants", client) == look("project_grants", client)
    look("bucket", client)
    look("bucket", client)
    paths = [path for path, _, _ in google.asked]
    assert len(paths) == len(set(paths))


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("europe-west4", "https://europe-west4-aiplatform.googleapis.com"),
        ("global", "https://aiplatform.googleapis.com"),
    ],
)
def test_at_google_itself_the_model_is_asked_of_the_regions_own_host(monkeypatch, region, host):
    monkeypatch.delenv(gcp.ENDPOINT_VARIABLE, raising=False)
    client = gcp.connect(PROMISED)
    monkeypatch.setattr(client, "_own", lambda: None)
    asked = []

    def call(_credentials, url, _body):
        asked.append(url)
        return {}

    monkeypatch.setattr(gcp, "call", call)
    assert client.publisher_model("p", region, "m") is True
    assert asked == [f"{host}/v1/publishers/google/models/m"]


TODAY = date(2026, 10, 1)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"age": 14}, [LifecycleRule(14)]),
        ({"age": 0}, [LifecycleRule(0)]),
        (
            {"age": 3, "matchesPrefix": ["a/", "b/"]},
            [LifecycleRule(3, "a/"), LifecycleRule(3, "b/")],
        ),
        ({"age": 3, "isLive": True}, [LifecycleRule(3)]),
        ({"age": 3, "isLive": False}, []),
        ({"numNewerVersions": 1}, []),
        ({"daysSinceNoncurrentTime": 1}, []),
        ({"daysSinceCustomTime": 1}, []),
        ({"createdBefore": "2020-01-01"}, []),
        ({"createdBefore": "2026-10-04"}, [LifecycleRule(3)]),
    ],
)
def test_a_rule_counts_where_it_would_delete_what_is_written_today(condition, found):
    rule = {"action": {"type": "Delete"}, "condition": condition}
    assert list(expiry([rule], TODAY)) == found


def test_a_rule_that_deletes_nothing_does_not_count():
    archive = {"action": {"type": "SetStorageClass"}, "condition": {"age": 1}}
    abort = {"action": {"type": "AbortIncompleteMultipartUpload"}, "condition": {"age": 1}}
    assert list(expiry([archive, abort], TODAY)) == []


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
