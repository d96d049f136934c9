"""A token by impersonation: Google's client asks, is asked for in time, and is counted."""

import json

import pytest
from flask import Flask, Response, request
from google.api_core.exceptions import Unauthenticated

from preflight.cloud.gcp_calls import bearer
from preflight.cloud.gcp_token import token_of
from preflight.sandbox.serving import serve

ACCOUNT = "gateway@p.iam.gserviceaccount.com"
TOKEN = {"accessToken": "short-lived", "expireTime": "2026-09-01T00:00:00Z"}


def asked(*answers):
    """(what comes of asking once, the requests that arrive) where these are the answers in turn."""
    requests, left = [], list(answers)

    app = Flask("iamcredentials")

    @app.post("/<path:path>")
    def answer(path):
        requests.append((request.method, request.path, request.get_json()))
        assert request.headers["Authorization"] == "Bearer mine"
        status, body = left.pop(0)
        return Response(body, status, mimetype="application/json")

    with serve(app) as url:
        try:
            return token_of(bearer("mine"), url, ACCOUNT, ["a-scope"]), requests
        except Exception as error:  # noqa: BLE001 - what is raised is what came of it
            return error, requests


def test_the_token_is_asked_for_in_one_call_that_names_the_account_and_the_scope():
    token, requests = asked((200, json.dumps(TOKEN)))
    assert token == "short-lived"
    path = f"/v1/projects/-/serviceAccounts/{ACCOUNT}:generateAccessToken"
    assert requests == [("POST", path, {"scope": ["a-scope"]})]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_passes_is_asked_again(status):
    token, requests = asked((status, "{}"), (200, json.dumps(TOKEN)))
    assert (token, len(requests)) == ("short-lived", 2)


def test_a_refused_token_is_an_answer_and_is_not_renewed():
    error, requests = asked((401, "{}"))
    assert isinstance(error, Unauthenticated)
    assert len(requests) == 1


@pytest.mark.parametrize("body", ["<html>", "[]", "{}", '{"accessToken": 5}'])
def test_an_answer_without_a_token_is_a_value_error(body):
    error, _ = asked((200, body))
    assert isinstance(error, ValueError)


def test_every_try_is_counted(monkeypatch):
    counted = []
    monkeypatch.setattr("preflight.cloud.gcp_token.called", lambda: counted.append(1))
    asked((503, "{}"), (200, json.dumps(TOKEN)))
    assert len(counted) == 2
