"""The sandbox's Azure OpenAI: files and batches, for whom the roles on the account admit."""

import httpx2
import pytest
from azure_stack import THREE, VERSION, data_plane, jsonl, line, rows, run, verdict
from openai import BadRequestError, NotFoundError, PermissionDeniedError

from preflight.permissions import Identity, permissions
from preflight.sandbox.azure.data_plane import DATA_ACTIONS
from preflight.sandbox.azure.names import GATEWAY, MANAGEMENT, OPERATOR
from preflight.sandbox.azure.operator import account_path

pytest_plugins = ["azure_fixtures"]


def test_a_healthy_job_completes_with_one_row_per_request(gateway):
    batch = run(gateway, THREE)
    assert batch.status == "completed"
    assert batch.request_counts.completed == 3
    came = rows(gateway, batch.output_file_id)
    assert sorted(row["custom_id"] for row in came) == ["a", "b", "c"]
    assert {row["response"]["body"]["model"] for row in came} == {"gpt-4o-mini-2024-07-18"}
    # Azure makes an error file also where no request failed.
    assert gateway.files.content(batch.error_file_id).content == b""


def test_plain_http_with_a_bearer_token_does_as_well(azure_cloud, promised):
    base = f"{azure_cloud.url}/accounts/{promised.account}/openai"
    headers = {"Authorization": f"Bearer {azure_cloud.token(GATEWAY)}"}
    for url in (f"{base}/batches?api-version={VERSION}", f"{base}/v1/batches"):
        assert httpx2.get(url, headers=headers).json()["data"] == []


def test_the_endpoint_may_be_written_with_and_without_its_version(gateway):
    for endpoint, url in (
        ("/v1/chat/completions", "/chat/completions"),
        ("/chat/completions", "/v1/chat/completions"),
    ):
        assert run(gateway, jsonl(line(url=url)), endpoint=endpoint).status == "completed"
    content = jsonl(line(url="/v1/responses", messages=None, input="Hi"))
    assert run(gateway, content).status == "completed"
    with pytest.raises(BadRequestError, match="Invalid value: '/v1/embeddings'"):
        run(gateway, THREE, endpoint="/v1/embeddings")


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (jsonl(line(model="gpt-4o-mini")), "model_not_found", "name of a deployment"),
        (jsonl(line(), line("r2", model="b")), "model_mismatch", "one model"),
        (jsonl(line(), line("r2", url="/v1/chat/completions")), "url_mismatch", "does not match"),
        (b"\xef\xbb\xbf" + jsonl(line()), "invalid_request", "couldn't be extracted"),
        (jsonl(line(), line()), "duplicate_custom_id", "'r1'"),
        (b"{", "invalid_json_line", "not parseable"),
        (b"", "empty_file", "empty"),
        (
            jsonl(line(messages=[{"role": "user", "content": "x" * 250_000}])),
            "token_limit_exceeded",
            "configured limit of 50K for the deployment 'batch'",
        ),
    ],
)
def test_what_is_wrong_with_a_file_fails_the_job_late(gateway, content, code, words):
    error = verdict(gateway, content)
    assert error.code == code
    assert words in error.message


def test_another_window_is_accepted_and_fails_the_job(gateway):
    assert "must be '24h'" in verdict(gateway, THREE, window="48h").message


def test_a_models_version_for_an_api_version_uploads_and_finds_no_batches(azure_cloud, promised):
    with data_plane(azure_cloud, promised, azure_cloud.token(GATEWAY), "2024-07-18") as client:
        client.files.create(file=("requests.jsonl", THREE), purpose="batch")
        with pytest.raises(NotFoundError, match="Resource not found"):
            client.batches.list()


def test_a_batch_deployment_does_not_answer_online(gateway):
    with pytest.raises(BadRequestError, match="chatCompletion operation does not work"):
        gateway.chat.completions.create(model="batch", messages=[{"role": "user", "content": "?"}])


def test_the_data_plane_wants_a_token_for_itself_and_no_key(azure_cloud, promised):
    url = f"{azure_cloud.url}/accounts/{promised.account}/openai/files?api-version={VERSION}"
    for headers, status, code in (
        ({}, 401, "401"),
        ({"Authorization": f"Bearer {azure_cloud.token(GATEWAY, MANAGEMENT)}"}, 401, "401"),
        ({"api-key": "k"}, 403, "AuthenticationTypeDisabled"),
    ):
        answer = httpx2.get(url, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_an_owner_without_data_actions_may_not_upload(azure_cloud, promised):
    with (
        data_plane(azure_cloud, promised, azure_cloud.token(OPERATOR)) as client,
        pytest.raises(PermissionDeniedError, match="accounts/OpenAI/files/write"),
    ):
        client.files.create(file=("requests.jsonl", THREE), purpose="batch")


def test_an_account_closed_to_the_public_answers_nobody(azure_cloud, promised, arm, gateway):
    account = arm.get(account_path(promised), "2025-09-01")
    account["properties"]["publicNetworkAccess"] = "Disabled"
    arm.put(account_path(promised), "2025-09-01", account)
    with pytest.raises(PermissionDeniedError, match="Public access is disabled"):
        gateway.batches.list()


def test_every_data_action_of_the_permission_table_is_one_the_data_plane_asks_for():
    asked = {
        f"Microsoft.CognitiveServices/accounts/OpenAI/{action}" for action in DATA_ACTIONS.values()
    }
    assert {row.action for row in permissions("azure", Identity.GATEWAY)} <= asked
