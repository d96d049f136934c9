import json
from dataclasses import asdict

import pytest

from preflight.contract import (
    ACCESS_LOGS,
    AzureOpenAI,
    Bedrock,
    Gateway,
    OpenAI,
    Promises,
    VertexAI,
)
from preflight.promises import from_file, from_stack, parse
from preflight.seams import PromiseError, UsageError

PROMISES = Promises(
    Gateway("http://127.0.0.1:1"),
    (OpenAI("openai-main", "gpt-4o-mini"), OpenAI("openai-main", "gpt-4.1")),
    (AzureOpenAI(*["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]),),
    (
        VertexAI(
            *["a", "b", "c", "d", "e", "f", "g", "h"],
            kms_key="key",
            storage_agent="i",
            federation="principal://",
            federation_provider="j",
            federation_issuer="https://k",
            federation_audience="l",
            guards=(ACCESS_LOGS,),
        ),
    ),
    (Bedrock("a", "aws", "c", "d", "e", "f", ("arn:1", "arn:2"), "g", "h"),),
)


def outputs(**changes):
    return json.loads(json.dumps(asdict(PROMISES))) | {"version": 2} | changes


def test_what_the_program_exports_is_what_is_parsed():
    assert parse(json.dumps(outputs()), "here") == PROMISES


def test_a_provider_that_is_off_has_no_targets():
    only = outputs()
    del only["azure"], only["vertex"]
    found = parse(json.dumps(only | {"bedrock": None}), "here")
    assert (found.azure, found.vertex, found.bedrock) == ((), (), ())
    assert found.openai == PROMISES.openai


def test_what_may_be_left_out_is_not_promised():
    made = without("vertex", "kms_key")
    del made["vertex"][0]["guards"]
    made["vertex"][0]["federation"] = None
    (found,) = parse(json.dumps(made), "here").vertex
    assert (found.kms_key, found.federation, found.guards) == (None, None, ())


def without(section, name):
    made = outputs()
    del made[section][0][name]
    return made


def with_value(section, name, value):
    made = outputs()
    made[section][0][name] = value
    return made


@pytest.mark.parametrize(
    ("made", "where", "what"),
    [
        (without("bedrock", "bucket"), "bedrock[0].bucket", "is missing"),
        (with_value("vertex", "bukcet", "b"), 'vertex[0]: "bukcet"', "not part of the contract"),
        (with_value("azure", "account", "[secret]"), "azure[0].account", "hidden as a secret"),
        (with_value("openai", "model", 4), "openai[0].model", "must be text"),
        (with_value("openai", "model", "  "), "openai[0].model", "must be text"),
        (with_value("openai", "model", "a\x1b[2Jb"), "openai[0].model", "must be text"),
        (with_value("bedrock", "model_arns", []), "bedrock[0].model_arns", "list"),
        (with_value("bedrock", "model_arns", "arn"), "bedrock[0].model_arns", "list"),
        (outputs(version=1), "version", "reads 2"),
        (outputs(extra={}), '"extra"', "not part of the contract"),
        (outputs(openai=["x"]), "openai[0]", "not an object"),
        (outputs(openai={}), "openai", "it must be a list"),
        (outputs(openai=[]), "openai", "it must be a list"),
        (outputs(openai=outputs()["openai"][:1] * 2), "openai[1]", "of another one (gpt-4o-mini)"),
        (with_value("vertex", "guards", ["moat"]), "vertex[0].guards", "access-logs"),
        (with_value("vertex", "kms_key", ""), "vertex[0].kms_key", "must be text"),
        ({k: v for k, v in outputs().items() if k != "gateway"}, "gateway", "is missing"),
        ({k: v for k, v in outputs().items() if k != "version"}, "version", "is missing"),
        ([], "here", "not a JSON object"),
    ],
)
def test_a_promise_that_cannot_be_used_is_refused_with_its_place(made, where, what):
    with pytest.raises(PromiseError) as refused:
        parse(json.dumps(made), "here")
    assert where in str(refused.value)
    assert what in str(refused.value)
    assert refused.value.exit_code == 2
    assert "\x1b" not in str(refused.value)


def test_text_that_is_not_json_is_refused():
    with pytest.raises(PromiseError, match="is not JSON"):
        parse("{", "here")


def test_a_missing_file_is_refused_with_its_name(tmp_path):
    with pytest.raises(PromiseError, match="No such file"):
        from_file(str(tmp_path / "gone.json"))


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "p.json").write_bytes(b"\xff\xfe")
    with pytest.raises(PromiseError, match="UTF-8"):
        from_file(str(tmp_path / "p.json"))


def fake_pulumi(folder, monkeypatch, script):
    command = folder / "pulumi"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_the_stacks_outputs_are_asked_of_pulumi(tmp_path, monkeypatch):
    (tmp_path / "out.json").write_text(json.dumps(outputs()))
    fake_pulumi(tmp_path, monkeypatch, f'test "$5" = dev && cat {tmp_path}/out.json')
    assert from_stack("dev") == PROMISES


def test_a_stack_that_does_not_exist_is_refused_in_pulumis_words(tmp_path, monkeypatch):
    fake_pulumi(tmp_path, monkeypatch, "echo \"error: no stack named 'x' found\" >&2; exit 255")
    with pytest.raises(PromiseError, match="no stack named 'x' found"):
        from_stack("x")


def test_without_pulumi_the_other_way_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="--promises FILE"):
        from_stack("dev")
