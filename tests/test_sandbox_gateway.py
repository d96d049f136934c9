"""Who may ask the sandbox's gateway, and for what."""

import httpx2
import pytest
from gateway_world import (
    AZURE,
    BEDROCK,
    CHAT,
    HAIKU,
    KEY,
    ONE,
    OPENAI,
    ROLE,
    VERTEX,
    Double,
    line,
    upload,
)
from openai import (
    AuthenticationError,
    BadRequestError,
    NotFoundError,
)

from preflight.sandbox.accounts import OpenAIAccount
from preflight.sandbox.serving import serve

pytest_plugins = ["gateway_fixtures"]


def test_a_wrong_key_is_refused_without_saying_it(world):
    with pytest.raises(AuthenticationError) as refused:
        world.client(OPENAI, key="wrong-key").batches.list()
    assert refused.value.code == "invalid_api_key"
    assert "wrong-key" not in refused.value.response.text
    assert KEY not in refused.value.response.text
    assert not world.upstream.asked


def test_a_call_without_a_key_is_refused(world):
    assert httpx2.get(f"{world.gateway.base_url}/models").status_code == 401


def test_a_call_that_names_no_provider_is_refused(world):
    with pytest.raises(BadRequestError, match="x-tfy-provider-name is missing"):
        upload(world.client({}))


def test_a_provider_account_that_is_not_registered_is_not_found(world):
    with pytest.raises(NotFoundError, match="no provider account openai-other"):
        upload(world.client({"x-tfy-provider-name": "openai-other"}))


def test_an_account_registered_at_run_time_replaces_the_one_of_its_name(world):
    other = Double()
    with serve(other.app()) as url:
        world.gateway.register(OpenAIAccount("openai-main", url, "sk-new"))
        world.client(OPENAI).batches.list()
    assert other.asked[0]["authorization"] == "Bearer sk-new"
    assert not world.upstream.asked


@pytest.mark.parametrize(
    ("name", "purpose", "told"),
    [("requests.json", "batch", "only .jsonl"), ("r.jsonl", "fine-tune", "purpose must be batch")],
)
def test_a_file_of_another_name_or_purpose_is_refused(world, name, purpose, told):
    with pytest.raises(BadRequestError, match=told):
        upload(world.client(OPENAI), name=name, purpose=purpose)
    assert not world.upstream.asked


def test_an_upload_without_a_file_is_refused(world):
    answer = httpx2.post(
        f"{world.gateway.base_url}/files",
        data={"purpose": "batch"},
        headers={**OPENAI, "Authorization": f"Bearer {KEY}"},
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "file"


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_list_of_no_sensible_length_is_refused(world, limit):
    answer = world.get(f"/batches?limit={limit}", BEDROCK)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "limit"


def test_an_unknown_path_is_answered_in_the_shape_of_openai(world):
    answer = world.get("/chat/completions", OPENAI)
    assert answer.status_code == 404
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_the_models_are_catalog_ids_of_the_registered_accounts(world):
    found = {model.id for model in world.client({}).models.list()}
    assert {"openai-main/gpt-4o-mini", "vertex-main/gemini-2.5-flash"} <= found
    assert f"bedrock-main/{HAIKU}" in found


@pytest.mark.parametrize("headers", [OPENAI, AZURE, VERTEX, BEDROCK])
def test_a_virtual_model_in_a_file_is_refused_for_every_provider(world, headers):
    with pytest.raises(BadRequestError, match=r"batch-pool/smart is a virtual.*one provider"):
        upload(world.client(headers), ONE + line("r-1", model="batch-pool/smart"))


def test_a_virtual_model_at_create_is_refused(world):
    with pytest.raises(BadRequestError, match="virtual model"):
        world.client(BEDROCK).batches.create(
            input_file_id="s3%3A%2F%2Fb%2Fk.jsonl",
            endpoint=CHAT,
            completion_window="24h",
            extra_body={"model": "batch-pool/smart", "role_arn": ROLE},
        )
    assert not world.jobs.asked


def test_create_needs_its_documented_fields(world):
    with pytest.raises(BadRequestError, match="endpoint is required"):
        world.client(OPENAI).post("/batches", body={"input_file_id": "f"}, cast_to=object)
