"""Whatever comes over the wire ends as an answer or as no answer, in time, and as nothing else."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import aws_client
import azure_double
import google_double
import pytest
from bad_wire import ANSWERS, PATIENCE_SECONDS, STRANGE, bad_wire, http
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from preflight.cloud import aws, aws_calls, azure, gateway, gcp, gcp_calls
from preflight.contract import Gateway, OpenAI
from preflight.outcomes import Check, Unknown
from preflight.runner import Suite, World, run
from preflight.seams import NOT_THE_GATEWAY, CredentialsMissing, GatewayAnswer, LookError

DEADLINE_SECONDS = 10.0
CLIENTS = {}
"""How often AWS's client tries -> the client."""
ROUTE = OpenAI("openai-main", "gpt-4o-mini")


@dataclass
class Asker:
    """One client: how it is made, and its looks by name."""

    connect: Any
    looks: dict[str, Any]
    tries: int
    """The most requests that one call may make."""


@pytest.fixture(scope="module")
def wire():
    with bad_wire() as served:
        yield served


@pytest.fixture(scope="module")
def pem():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    none = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, none).decode()


def amazon(wire, monkeypatch, tmp_path):
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "a-secret-for-nothing",
        "AWS_ENDPOINT_URL": wire.url,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(aws_calls, "CONNECT_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(aws_calls, "READ_SECONDS", PATIENCE_SECONDS)
    user = f"arn:aws:iam::{aws_client.ACCOUNT}:user/u"
    looks = aws_client.LOOKS | {
        "the documents of a role": lambda client: client.written(aws_client.ROLE),
        "the documents of a user": lambda client: client.written(user),
        "the organization": lambda client: client.control_policies(aws_client.ACCOUNT),
    }
    # It keeps no answers, and is slow to make.
    connect = partial(CLIENTS.setdefault, aws_calls.TRIES, aws.connect(aws_client.PROMISED))
    return Asker(connect, looks, aws_calls.TRIES)


def google(wire, monkeypatch, tmp_path, pem, token=None):
    key = {
        "type": "service_account",
        "project_id": "p",
        "client_email": "me@p.iam.gserviceaccount.com",
        "private_key": pem,
        "private_key_id": "1",
        "token_uri": token or f"{wire.url}/token",
    }
    path = tmp_path / "key.json"
    path.write_text(json.dumps(key))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    monkeypatch.setenv(gcp.ENDPOINT_VARIABLE, wire.url)
    monkeypatch.setattr(gcp_calls, "PATIENCE_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(gcp_calls, "AGAIN_SECONDS", PATIENCE_SECONDS / 5)
    looks = {
        name: lambda client, name=name: google_double.look(name, client)
        for name in google_double.LOOKS
    }
    return Asker(lambda: gcp.connect(google_double.PROMISED), looks, 1 + gcp_calls.TRIES_AGAIN)


def microsoft(wire, monkeypatch, token=None):
    monkeypatch.setenv("IDENTITY_ENDPOINT", token or f"{wire.url}/token")
    monkeypatch.setenv("IDENTITY_HEADER", "header")
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
    monkeypatch.setenv(azure.ENDPOINT_VARIABLE, wire.url)
    monkeypatch.setattr(azure, "_PATIENCE_SECONDS", PATIENCE_SECONDS)
    looks = {
        name: lambda client, name=name: azure_double.look(name, client)
        for name in azure_double.LOOKS
    }
    return Asker(lambda: azure.connect(azure_double.PROMISED), looks, 3)


def of_the_gateway(wire, monkeypatch):
    monkeypatch.setenv("TFY_API_KEY", "tfy-key")
    monkeypatch.setattr(gateway, "PATIENCE_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(gateway, "_PAUSE_SECONDS", 0.01)
    looks = {
        name: lambda client, name=name: getattr(client, name)(ROUTE)
        for name in ("batches", "models")
    }
    return Asker(lambda: gateway.connect(Gateway(wire.url)), looks, 2)


@pytest.fixture(scope="module")
def tokens():
    """Where tokens come from in good order, while all else is bad."""
    with bad_wire() as served:
        good = {"access_token": "a", "expires_in": 3600, "token_type": "Bearer"}
        expires = {"expires_on": str(int(time.time()) + 3600)}
        served.reset(http(200, json.dumps(good | expires).encode()))
        yield f"{served.url}/token"


@pytest.fixture(params=["aws", "google", "azure", "gateway"])
def asker(request, wire, tokens, pem, monkeypatch, tmp_path):  # noqa: PLR0917 - fixtures
    made = {
        "aws": lambda: amazon(wire, monkeypatch, tmp_path),
        "google": lambda: google(wire, monkeypatch, tmp_path, pem, tokens),
        "azure": lambda: microsoft(wire, monkeypatch, tokens),
        "gateway": lambda: of_the_gateway(wire, monkeypatch),
    }
    return made[request.param]()


def put(asker, look):
    """What came of it, and after how many seconds. Anything but a LookError comes through."""
    began = time.monotonic()
    try:
        found = asker.looks[look](asker.connect())
    except LookError as error:
        found = error
    return found, time.monotonic() - began


def put_all(asker, looks=None):
    """Look -> what came of it, and after how many seconds; several at once."""
    names = list(looks or asker.looks)
    with ThreadPoolExecutor(8) as pool:
        return dict(zip(names, pool.map(partial(put, asker), names), strict=True))


@pytest.fixture
def once_each(monkeypatch):
    """How often a call is tried again is a test of its own."""
    monkeypatch.setattr(aws_calls, "TRIES", 1)
    monkeypatch.setattr(gcp_calls, "TRIES_AGAIN", 0)


@pytest.mark.usefixtures("once_each")
@pytest.mark.parametrize("answer", ANSWERS)
def test_what_is_no_answer_is_none_and_says_why(asker, wire, answer):
    wire.reset(ANSWERS[answer])
    looks = list(asker.looks)[:2] if answer == "a body of 30 MB" else None
    for look, (found, seconds) in put_all(asker, looks).items():
        if isinstance(found, GatewayAnswer):
            # The gateway's refusals are answers of their own, and so is that it is none.
            assert found.status >= 300 or found.code == NOT_THE_GATEWAY, (look, found)
        else:
            assert isinstance(found, LookError), (look, found)
            assert found.what
            assert found.remedy
        assert seconds < DEADLINE_SECONDS, look


@pytest.mark.usefixtures("once_each")
@pytest.mark.parametrize("answer", STRANGE)
def test_json_of_another_kind_breaks_nothing(asker, wire, answer):
    wire.reset(STRANGE[answer])
    assert set(put_all(asker)) == set(asker.looks)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again_so_often_and_no_more(asker, wire, status):
    wire.reset(http(status, b"{}"))
    look = next(iter(asker.looks))
    _, seconds = put(asker, look)
    assert 1 <= wire.asked <= asker.tries + 2  # Cloud Storage's own client counts time, not tries
    assert seconds < DEADLINE_SECONDS


def judged(asker, deadline):
    """One look as a check, run with a deadline."""
    look = next(iter(asker.looks.values()))
    check = Check("wire", "it answers", lambda _, client: look(client))
    world = World(asker.connect)
    (result,) = run(
        [Suite("any", "wire", (check,), None, world)], deadline_seconds=deadline
    ).results
    return result


@pytest.mark.usefixtures("once_each")
def test_a_server_that_hangs_is_given_up(asker, wire):
    wire.reset(wire.hangs)
    found, seconds = put(asker, next(iter(asker.looks)))
    assert isinstance(found, LookError)
    assert seconds < DEADLINE_SECONDS


def test_a_server_that_drips_ends_with_the_deadline(asker, wire):
    wire.reset(wire.drips)
    began = time.monotonic()
    result = judged(asker, 0.7)
    assert time.monotonic() - began < 2.2
    assert isinstance(result.outcome, Unknown)
    assert "0.7 s" in result.outcome.reason


# --- clocks that differ ---------------------------------------------------------------------------


def test_aws_says_that_the_clocks_differ(wire, monkeypatch, tmp_path):
    asker = amazon(wire, monkeypatch, tmp_path)
    code = b"<Code>RequestTimeTooSkewed</Code><Message>The difference is too large.</Message>"
    wire.reset(
        http(403, b"<ErrorResponse><Error>" + code + b"</Error></ErrorResponse>", "text/xml")
    )
    found, _ = put(asker, "sts:GetCallerIdentity")
    assert isinstance(found, CredentialsMissing)
    assert "clock" in found.what + found.remedy


@pytest.mark.parametrize(
    "said",
    [
        "Invalid JWT: Token must be a short-lived token and in a reasonable timeframe.",
        "Token used too early, 1790000000 < 1790000300.",
    ],
)
def test_google_says_that_the_clocks_differ(wire, monkeypatch, tmp_path, pem, said):
    asker = google(wire, monkeypatch, tmp_path, pem)
    error = {"error": "invalid_grant", "error_description": said}
    wire.reset(http(400, json.dumps(error).encode()))
    found, _ = put(asker, "bucket")
    assert isinstance(found, CredentialsMissing)
    assert "clock" in found.remedy


def test_azure_says_that_the_clocks_differ(wire, tokens, monkeypatch):
    asker = microsoft(wire, monkeypatch, tokens)
    words = "The access token is not yet valid: lifetime validation failed."
    error = {"error": {"code": "InvalidAuthenticationToken", "message": words}}
    wire.reset(http(401, json.dumps(error).encode()))
    found, _ = put(asker, "account")
    assert isinstance(found, CredentialsMissing)
    assert "clock" in found.remedy
