"""A bundle collected in the sandbox, against the live check of the same moment."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from infra_world import ROOT
from msgspec.structs import replace

pytest.importorskip("ministack", reason="the sandbox extra is not installed")

from preflight.bundle import file
from preflight.sandbox.world import World

ASKS_NOBODY = """
import socket, sys
def refuse(*_, **__): raise AssertionError("a socket was opened")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from preflight.cli import main
code = main(sys.argv[1:])
sdks = {"boto3", "botocore", "google.auth", "azure.core", "azure.identity", "openai", "requests"}
found = sorted(sdks & set(sys.modules))
assert not found, found
sys.exit(code)
"""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    with World(tmp_path_factory.mktemp("world"), count=120, program=ROOT) as running:
        yield running


@pytest.fixture(autouse=True)
def logged_in(sandbox, monkeypatch, tmp_path):
    for name, value in sandbox.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


def report(preflight, *arguments):
    code, out, _ = preflight("check", "--format", "json", *arguments)
    found = json.loads(out)
    for shape in (found, *found["checks"]):
        shape.pop("seconds")
    return code, {k: v for k, v in found.items() if k not in {"at", "calls", "longest_chain"}}


def test_the_bundle_is_judged_as_the_clouds_were(preflight):
    assert preflight("collect", "--out", "b.json")[0] == 0
    live, again = report(preflight), report(preflight, "--from-bundle", "b.json")
    assert again == live
    assert len(again[1]["checks"]) > 40


@pytest.mark.parametrize("provider", ["azure", "bedrock", "vertex"])
def test_with_a_request_file_too(preflight, sandbox, provider):
    named = (sandbox.request_file(provider), "--provider", provider)
    assert preflight("collect", *named, "--out", "b.json")[0] == 0
    assert report(preflight, "--from-bundle", "b.json") == report(preflight, *named)


def test_with_stand_ins_each_check_comes_out_as_before(preflight, sandbox):
    def outcomes(found):
        return [(one["id"], one["target"], one["outcome"]) for one in found[1]["checks"]]

    assert preflight("collect", "--redact", "--out", "b.json")[0] == 0
    assert outcomes(report(preflight, "--from-bundle", "b.json")) == outcomes(report(preflight))
    text = Path("b.json").read_text()
    promises = sandbox.promises
    for known in (
        promises.bedrock[0].account,
        promises.azure[0].subscription_id,
        promises.azure[0].gateway_principal_id,
        promises.vertex[0].gateway_service_account,
    ):
        assert known not in text


def test_neither_the_key_nor_a_token_is_in_it(preflight, sandbox):
    assert preflight("collect", "--out", "b.json")[0] == 0
    text = Path("b.json").read_text()
    key_file = json.loads(Path(sandbox.env["GOOGLE_APPLICATION_CREDENTIALS"]).read_text())
    secrets = [
        sandbox.env["TFY_API_KEY"],
        sandbox.env["AWS_SECRET_ACCESS_KEY"],
        sandbox.env["IDENTITY_HEADER"],
        key_file["private_key"].splitlines()[1],
        key_file["private_key_id"],
    ]
    assert all(secrets)
    assert [secret for secret in secrets if secret in text] == []
    assert "eyJ" not in text
    assert "Bearer" not in text


def test_judging_it_loads_no_sdk_and_opens_no_socket(preflight):
    assert preflight("collect", "--out", "b.json")[0] == 0
    done = subprocess.run(
        [sys.executable, "-c", ASKS_NOBODY, "check", "--from-bundle", "b.json"],
        capture_output=True,
        text=True,
        env=dict(os.environ) | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    live = preflight("check")[0]
    assert (done.returncode, done.stderr.count("\n")) == (live, 1), done.stderr


def test_what_was_refused_is_refused_again_in_the_same_words(preflight, monkeypatch):
    monkeypatch.delenv("TFY_API_KEY")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody-at-all-0000")
    assert preflight("collect", "--out", "b.json")[0] == 0
    live = report(preflight)
    assert report(preflight, "--from-bundle", "b.json") == live
    assert live[0] == 3


def test_a_question_that_it_does_not_hold_is_unknown_and_says_so(preflight):
    assert preflight("collect", "--out", "b.json")[0] == 0
    content = file.read(Path("b.json"))
    places = [
        replace(place, asked=[one for one in place.asked if one.question != "bucket_expiry"])
        for place in content.places
    ]
    file.write(replace(content, places=places), Path("b.json"))
    _, found = report(preflight, "--from-bundle", "b.json")
    (lost,) = [one for one in found["checks"] if one["id"] == "bedrock-bucket-expiry"]
    assert lost["outcome"] == "unknown"
    assert "the bundle does not hold the question bucket_expiry" in lost["reason"]
