"""The sandbox's gateway hands OpenAI and Azure OpenAI what it is given."""

import json

import pytest
from flask import Flask
from gateway_world import (
    AZURE,
    BEDROCK,
    CHAT,
    OPENAI,
    line,
    upload,
)
from openai import (
    BadRequestError,
    InternalServerError,
    PermissionDeniedError,
)

from preflight.sandbox.accounts import OpenAIAccount
from preflight.sandbox.serving import serve

pytest_plugins = ["gateway_fixtures"]


def test_a_file_reaches_openai_byte_for_byte_under_the_key_of_the_gateway(world):
    content = line("r-0", model="openai-main/gpt-4o-mini") + b'{"half":\n'
    upload(world.client(OPENAI), content)
    (asked,) = world.upstream.asked
    assert asked["call"] == "POST /v1/files"
    assert content in asked["body"]
    assert asked["authorization"] == "Bearer sk-of-the-gateway"
    assert asked["type"].startswith("multipart/form-data; boundary=")


def test_what_a_caller_adds_to_a_create_reaches_openai(world):
    world.client(OPENAI).batches.create(
        input_file_id="file-1",
        endpoint=CHAT,
        completion_window="24h",
        metadata={"run": "7"},
    )
    (asked,) = world.upstream.asked
    assert asked["call"] == "POST /v1/batches"
    assert json.loads(asked["body"])["metadata"] == {"run": "7"}


def test_every_call_finds_its_path_at_openai(world):
    client = world.client(OPENAI)
    world.upstream.answers["GET /v1/batches"] = (200, {"object": "list", "data": []})
    client.batches.list(limit=5, after="batch_1")
    client.batches.retrieve("batch_1")
    client.batches.cancel("batch_1")
    client.files.retrieve("file-1")
    client.files.content("file-1")
    client.files.delete("file-1")
    assert world.upstream.calls() == [
        "GET /v1/batches",
        "GET /v1/batches/batch_1",
        "POST /v1/batches/batch_1/cancel",
        "GET /v1/files/file-1",
        "GET /v1/files/file-1/content",
        "DELETE /v1/files/file-1",
    ]
    assert world.upstream.asked[0]["query"] == {"limit": "5", "after": "batch_1"}


def test_the_output_of_an_openai_batch_is_its_output_file(world):
    world.upstream.answers["GET /v1/batches/b"] = (200, {"id": "b", "output_file_id": "file-9"})
    world.upstream.answers["GET /v1/files/file-9/content"] = (200, b'{"custom_id":"r-0"}\n')
    assert world.get("/batches/b/output", OPENAI).content == b'{"custom_id":"r-0"}\n'


def test_azure_gets_the_api_version_and_the_token_of_the_gateway(world):
    client = world.client(AZURE)
    upload(client)
    client.batches.retrieve("batch_1")
    assert world.azure.calls() == [
        "POST /accounts/sub/openai/files",
        "GET /accounts/sub/openai/batches/batch_1",
    ]
    for asked in world.azure.asked:
        assert asked["query"] == {"api-version": "2024-12-01-preview"}
        assert asked["authorization"] == "Bearer entra-token"


def test_azure_without_an_api_version_is_refused(world):
    with pytest.raises(BadRequestError, match="x-tfy-azure-api-version is missing"):
        world.client({"x-tfy-provider-name": "azure-main"}).batches.list()
    assert not world.azure.asked


def test_a_refusal_of_the_provider_comes_back_in_its_own_words(world):
    told = {"error": {"message": "Incorrect key", "code": "invalid_api_key"}}
    world.upstream.answers["GET /v1/batches/b"] = (403, told)
    with pytest.raises(PermissionDeniedError, match="Incorrect key"):
        world.client(OPENAI).batches.retrieve("b")


def test_a_refusal_in_plain_text_is_put_into_the_shape_of_openai(world):
    world.upstream.answers["GET /v1/batches/b"] = (503, b"upstream is down")
    with pytest.raises(InternalServerError) as refused:
        world.client(OPENAI).batches.retrieve("b")
    assert refused.value.status_code == 502
    assert refused.value.response.json()["error"]["message"] == "upstream is down"


@pytest.mark.parametrize("headers", [OPENAI, BEDROCK])
def test_a_provider_that_does_not_answer_is_a_bad_gateway(world, headers):
    with serve(Flask("gone")) as gone:
        pass
    world.gateway.register(OpenAIAccount("openai-main", gone, "sk"))
    world.gateway.register(world.bedrock_account(aws_endpoint=gone))
    with pytest.raises(InternalServerError) as refused:
        upload(world.client(headers))
    assert refused.value.status_code == 502
    assert refused.value.code == "provider_unreachable"
