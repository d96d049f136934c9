"""Google's client: how it asks, as whom, and what it makes of what is no answer."""

import inspect
import json

import pytest
from flask import Response
from google_double import JSON, LOOKS, PROMISED, TOKEN, look, refusal
from suite_reports import methods

from preflight.cloud import gcp, gcp_calls, gcp_session
from preflight.seams import CredentialsMissing, Gcp, LookError, Refused, Unreachable

pytest_plugins = ["google_fixtures"]


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
    "account_bindings": (),
    "identity_provider": None,
    "kms_key": None,
    "key_bindings": (),
    "ring_bindings": (),
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
def test_a_perimeter_is_named_as_one_and_no_permission_is_asked_for(google, method):
    words = "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: x1"
    google.answers[LOOKS[method][1]] = refusal(403, words)
    with pytest.raises(Unreachable, match="VPC Service Controls") as caught:
        look(method)
    assert "x1" in caught.value.what
    assert "no role helps" in caught.value.remedy


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

    monkeypatch.setattr(gcp_session, "call", call)
    assert client.publisher_model("p", region, "m") is True
    assert asked == [f"{host}/v1/publishers/google/models/m"]
