"""An asker without an account, and a stand-in for all of AWS."""

import pytest
from flask import Flask, request

from preflight.cloud import aws_calls
from preflight.sandbox.serving import serve


@pytest.fixture
def credentials(monkeypatch, tmp_path):
    """An asker with a key, far from the machine's own configuration."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-for-nothing")
    return monkeypatch


@pytest.fixture
def endpoint(credentials, monkeypatch):
    """A stand-in for all of AWS: `answer` makes what it says, `seen` is what it was asked."""
    monkeypatch.setattr(aws_calls, "TRIES", 1)

    class Endpoint:
        seen: list[str]

        @staticmethod
        def answer(path):
            raise NotImplementedError(path)

    stand_in = Endpoint()
    stand_in.seen = []
    app = Flask("aws")

    @app.route("/", defaults={"path": ""}, methods=["GET", "HEAD", "POST"])
    @app.route("/<path:path>", methods=["GET", "HEAD", "POST"])
    def answered(path):
        target = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        asked = target or request.form.get("Action", "") or request.full_path.lstrip("/")
        stand_in.seen.append(asked)
        del path
        return stand_in.answer(asked)

    with serve(app) as url:
        credentials.setenv("AWS_ENDPOINT_URL", url)
        yield stand_in
