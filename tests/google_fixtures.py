"""The double of Google's APIs, served, and credentials that it takes."""

import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google_double import Google

from preflight.cloud import gcp
from preflight.sandbox.serving import serve


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
def served_google():
    double = Google()
    with serve(double.app()) as double.url:
        yield double


@pytest.fixture
def google(served_google, tmp_path, monkeypatch, pem):
    served_google.reset()
    key = {
        "type": "service_account",
        "project_id": "p",
        "client_email": "me@p.iam.gserviceaccount.com",
        "private_key": pem,
        "private_key_id": "1",
        "token_uri": f"{served_google.url}/token",
    }
    path = tmp_path / "key.json"
    path.write_text(json.dumps(key))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    monkeypatch.setenv(gcp.ENDPOINT_VARIABLE, f"{served_google.url}/")
    return served_google
