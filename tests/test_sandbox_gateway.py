"""The sandbox's gateway against small doubles of the providers."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from urllib.parse import quote

import boto3
import httpx2
import pytest
from flask import Flask, Response, jsonify, request
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from openai import (
    AuthenticationError,
    BadRequestError,
    InternalServerError,
    NotFoundError,
    OpenAI,
    PermissionDeniedError,
)

from preflight.sandbox.accounts import AzureAccount, BedrockAccount, OpenAIAccount, VertexAccount
from preflight.sandbox.gateway import SandboxGateway
from preflight.sandbox.serving import serve

KEY = "tfy-key-of-the-caller"
HAIKU = "anthropic.claude-3-5-haiku-20241022-v1:0"
ROLE = "arn:aws:iam::123456789012:role/job"
JOB = "arn:aws:bedrock:us-west-2:123456789012:model-invocation-job/abcdefghijkl"
OPENAI = {"x-tfy-provider-name": "openai-main"}
AZURE = {"x-tfy-provider-name": "azure-main", "x-tfy-azure-api-version": "2024-12-01-preview"}
VERTEX = {
    "x-tfy-provider-name": "vertex-main",
    "x-tfy-vertex-storage-bucket-name": "vertex-bucket",
    "x-tfy-vertex-region": "europe-west4",
    "x-tfy-provider-model": "gemini-2.5-flash",
}
BEDROCK = {
    "x-tfy-provider-name": "bedrock-main",
    "x-tfy-aws-s3-bucket": "bedrock-bucket",
    "x-tfy-aws-bedrock-model": HAIKU,
}
CHAT = "/v1/chat/completions"


def line(custom_id, **body):
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}], **body}
    row = {"custom_id": custom_id, "method": "POST", "url": CHAT, "body": body}
    return json.dumps(row).encode() + b"\n"


ONE = line("r-0")


@dataclass
class Double:
    """A provider that answers what it is told to, and writes down what it was asked."""

    answers: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)

    def app(self):
        app = Flask("double")
        app.url_map.merge_slashes = False

        @app.route("/", defaults={"path": ""}, methods=["GET", "POST", "PUT", "DELETE"])
        @app.route("/<path:path>", methods=["GET", "POST", "PUT", "DELETE"])
        def any_path(path):
            self.asked.append(
                {
                    "call": f"{request.method} /{path}",
                    "query": request.args.to_dict(),
                    "authorization": request.headers.get("Authorization"),
                    "type": request.content_type,
                    "body": request.get_data(),
                }
            )
            status, told = self.answers.get(f"{request.method} /{path}", (200, {"id": "x"}))
            if isinstance(told, dict):
                return jsonify(told), status
            return Response(told, status, content_type="application/octet-stream")

        return app

    def calls(self):
        return [one["call"] for one in self.asked]


@dataclass
class World:
    gateway: SandboxGateway
    upstream: Double
    azure: Double
    google: Double
    jobs: Double
    aws_url: str
    jobs_url: str

    def client(self, headers, key=KEY):
        return OpenAI(
            api_key=key, base_url=self.gateway.base_url, default_headers=headers, max_retries=0
        )

    def get(self, path, headers, key=KEY):
        return httpx2.get(
            f"{self.gateway.base_url}{path}", headers={**headers, "Authorization": f"Bearer {key}"}
        )

    def s3(self):
        return boto3.client(
            "s3",
            region_name="us-west-2",
            endpoint_url=self.aws_url,
            aws_access_key_id="operator",
            aws_secret_access_key="secret",
        )

    def bedrock_account(self, **changes):
        known = {
            "name": "bedrock-main",
            "region": "us-west-2",
            "access_key_id": "AKIAGATEWAY",
            "secret_access_key": "secret",
            "role_arn": "arn:aws:iam::123456789012:role/gateway",
            "aws_endpoint": self.aws_url,
            "bedrock_endpoint": self.jobs_url,
        }
        return BedrockAccount(**{**known, **changes})


@pytest.fixture(scope="module")
def aws_url():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def served(aws_url) -> Iterator[tuple[World, list[str]]]:
    with ExitStack() as running:
        doubles = [Double(), Double(), Double(), Double()]
        urls = [running.enter_context(serve(double.app())) for double in doubles]
        gateway = running.enter_context(SandboxGateway(KEY, ()))
        yield World(gateway, *doubles, aws_url, urls[3]), urls


@pytest.fixture
def world(served) -> World:
    world, (upstream, azure, google, _) = served
    for double in (world.upstream, world.azure, world.google, world.jobs):
        double.answers = {}
        double.asked.clear()
    for account in (
        OpenAIAccount("openai-main", f"{upstream}/v1", "sk-of-the-gateway"),
        AzureAccount("azure-main", f"{azure}/accounts/sub", "entra-token"),
        VertexAccount("vertex-main", google, "sandbox-project", "google-token"),
        world.bedrock_account(),
    ):
        world.gateway.register(account)
    return world


@pytest.fixture
def bucket(world):
    s3 = world.s3()
    where = {"LocationConstraint": "us-west-2"}
    s3.create_bucket(Bucket="bedrock-bucket", CreateBucketConfiguration=where)
    yield s3
    for found in s3.list_objects_v2(Bucket="bedrock-bucket").get("Contents", []):
        s3.delete_object(Bucket="bedrock-bucket", Key=found["Key"])
    s3.delete_bucket(Bucket="bedrock-bucket")


def upload(client, content=ONE, name="requests.jsonl", purpose="batch"):
    return client.files.create(file=(name, content), purpose=purpose)


# --- who may ask, and for what ------------------------------------------------------------------


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


def test_what_goes_wrong_inside_is_told_and_logged_without_any_secret(world, caplog, monkeypatch):
    monkeypatch.setattr("preflight.sandbox.gateway.bedrock.seconds", None)
    world.jobs.answers[AT_JOB] = (200, job())
    answer = world.get(f"/batches/{quote(JOB, safe='')}", BEDROCK)
    said = caplog.text
    assert answer.status_code == 500
    assert "TypeError" in said
    assert not any(secret in answer.text + said for secret in (KEY, "AKIAGATEWAY", "sk-of-the"))


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


# --- OpenAI and Azure OpenAI: pass-through -------------------------------------------------------


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


# --- Bedrock -------------------------------------------------------------------------------------


def stored(s3, file_id):
    key = file_id.rpartition("%2F")[2]
    body = s3.get_object(Bucket="bedrock-bucket", Key=key)["Body"].read()
    return [json.loads(row) for row in body.splitlines()]


def test_an_upload_for_anthropic_becomes_records_in_the_bucket(world, bucket):
    messages = [
        {"role": "system", "content": "Be brief"},
        {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
        {"role": "assistant", "content": "Hi"},
    ]
    content = line("r-0", messages=messages, max_tokens=7, temperature=0, stop="END")
    made = upload(world.client(BEDROCK), content)
    assert made.id.startswith("s3%3A%2F%2Fbedrock-bucket%2F")
    assert made.id.endswith(".jsonl")
    assert stored(bucket, made.id) == [
        {
            "recordId": "r-0",
            "modelInput": {
                "anthropic_version": "bedrock-2023-05-31",
                "max_tokens": 7,
                "system": "Be brief",
                "messages": [
                    {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
                    {"role": "assistant", "content": [{"type": "text", "text": "Hi"}]},
                ],
                "temperature": 0,
                "stop_sequences": ["END"],
            },
        }
    ]


def test_an_upload_for_an_inference_profile_of_nova_becomes_its_messages(world, bucket):
    headers = {**BEDROCK, "x-tfy-aws-bedrock-model": "us.amazon.nova-lite-v1:0"}
    messages = [{"role": "system", "content": "Be brief"}, {"role": "user", "content": "Hello"}]
    content = line("r-0", messages=messages, max_completion_tokens=7, top_p=0.5)
    made = upload(world.client(headers), content)
    (row,) = stored(bucket, made.id)
    assert row["modelInput"] == {
        "schemaVersion": "messages-v1",
        "system": [{"text": "Be brief"}],
        "messages": [{"role": "user", "content": [{"text": "Hello"}]}],
        "inferenceConfig": {"topP": 0.5, "maxTokens": 7},
    }


@pytest.mark.parametrize("missing", ["x-tfy-aws-s3-bucket", "x-tfy-aws-bedrock-model"])
def test_an_upload_to_bedrock_needs_bucket_and_model(world, missing):
    headers = {name: value for name, value in BEDROCK.items() if name != missing}
    with pytest.raises(BadRequestError, match=f"{missing} is missing"):
        upload(world.client(headers))


def test_a_model_family_without_a_conversion_is_refused(world):
    headers = {**BEDROCK, "x-tfy-aws-bedrock-model": "meta.llama3-1-70b-instruct-v1:0"}
    with pytest.raises(BadRequestError, match="cannot convert batch requests"):
        upload(world.client(headers))


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (ONE + b"\n" + ONE, "line 2: it is empty"),
        (ONE + b'{"custom_id": \n', "line 2"),
        (b'{"custom_id": "r-0"}\n', "line 1.*body"),
        (b"\xef\xbb\xbf" + ONE, "line 1"),
    ],
)
def test_an_empty_or_invalid_line_for_bedrock_is_refused(world, bucket, content, where):
    with pytest.raises(BadRequestError, match=where):
        upload(world.client(BEDROCK), content)
    assert "Contents" not in bucket.list_objects_v2(Bucket="bedrock-bucket")


def test_a_missing_bucket_comes_back_in_the_words_of_s3(world):
    with pytest.raises(NotFoundError, match="bucket does not exist") as refused:
        upload(world.client({**BEDROCK, "x-tfy-aws-s3-bucket": "no-such-bucket"}))
    assert refused.value.code == "NoSuchBucket"


def test_a_role_that_may_not_be_assumed_comes_back_in_the_words_of_sts(world):
    told = (
        b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: arn:x is not authorized to"
        b" perform: sts:AssumeRole</Message></Error></ErrorResponse>"
    )
    double = Double({"POST /": (403, told)})
    with serve(double.app()) as url:
        world.gateway.register(world.bedrock_account(aws_endpoint=url))
        with pytest.raises(
            PermissionDeniedError, match="not authorized to perform: sts:AssumeRole"
        ):
            upload(world.client(BEDROCK))
    assert double.calls() == ["POST /"]


def test_a_bucket_of_another_region_is_refused_and_not_followed(world):
    told = b"<Error><Code>PermanentRedirect</Code><Message>use the endpoint</Message></Error>"
    double = Double()
    app = double.app()
    app.view_functions["any_path"] = lambda path: (
        double.asked.append({"call": f"{request.method} /{path}"})
        or Response(told, 301, headers={"x-amz-bucket-region": "eu-west-1"})
    )
    with serve(app) as url:
        world.gateway.register(world.bedrock_account(aws_endpoint=url, role_arn=""))
        with pytest.raises(BadRequestError, match="use the endpoint"):
            upload(world.client(BEDROCK))
    assert len(double.asked) == 1
    assert double.calls()[0].startswith("PUT /bedrock-bucket/")


def create_at_bedrock(world, **extra):
    return world.client(BEDROCK).batches.create(
        input_file_id="s3%3A%2F%2Fbedrock-bucket%2Fin.jsonl",
        endpoint=CHAT,
        completion_window="24h",
        extra_body={"model": HAIKU, "role_arn": ROLE, **extra},
    )


def test_create_at_bedrock_starts_a_job_that_writes_below_its_own_prefix(world):
    world.jobs.answers["POST /model-invocation-job"] = (200, {"jobArn": JOB})
    batch = create_at_bedrock(world, job_name="run-7")
    again = create_at_bedrock(world)
    assert batch.id == quote(JOB, safe="")
    assert batch.status == "submitted"
    sent = json.loads(world.jobs.asked[0]["body"])
    assert sent["jobName"] == "run-7"
    assert sent["modelId"] == HAIKU
    assert sent["roleArn"] == ROLE
    assert sent["inputDataConfig"]["s3InputDataConfig"]["s3Uri"] == "s3://bedrock-bucket/in.jsonl"
    prefix = sent["outputDataConfig"]["s3OutputDataConfig"]["s3Uri"]
    assert prefix.startswith("s3://bedrock-bucket/")
    assert prefix.endswith("/")
    assert batch.output_file_id == quote(prefix, safe="")
    assert again.output_file_id != batch.output_file_id


def test_the_catalog_id_of_a_bedrock_model_becomes_the_model_id(world):
    world.jobs.answers["POST /model-invocation-job"] = (200, {"jobArn": JOB})
    create_at_bedrock(world, model=f"bedrock-main/{HAIKU}")
    assert json.loads(world.jobs.asked[0]["body"])["modelId"] == HAIKU


@pytest.mark.parametrize("missing", ["model", "role_arn"])
def test_create_at_bedrock_needs_model_and_role(world, missing):
    with pytest.raises(BadRequestError, match=f"{missing} is required"):
        create_at_bedrock(world, **{missing: None})
    assert not world.jobs.asked


def test_a_job_that_may_not_be_created_comes_back_in_the_words_of_bedrock(world):
    told = {
        "__type": "AccessDeniedException",
        "message": "User: arn:x is not authorized to perform: iam:PassRole on resource: arn:y",
    }
    world.jobs.answers["POST /model-invocation-job"] = (403, told)
    with pytest.raises(PermissionDeniedError, match="iam:PassRole on resource: arn:y"):
        create_at_bedrock(world)


def job(status="Completed", **more):
    return {
        "jobArn": JOB,
        "jobName": "run-7",
        "modelId": HAIKU,
        "roleArn": ROLE,
        "status": status,
        "submitTime": "2026-10-01T00:00:00Z",
        "lastModifiedTime": "2026-10-01T01:00:00Z",
        "inputDataConfig": {"s3InputDataConfig": {"s3Uri": "s3://bedrock-bucket/in.jsonl"}},
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://bedrock-bucket/out/"}},
        **more,
    }


AT_JOB = f"GET /model-invocation-job/{JOB}"


@pytest.mark.parametrize(
    ("native", "told"),
    [
        ("Submitted", "submitted"),
        ("Validating", "validating"),
        ("Scheduled", "scheduled"),
        ("InProgress", "in_progress"),
        ("Completed", "completed"),
        ("PartiallyCompleted", "partially_completed"),
        ("Failed", "failed"),
        ("Stopping", "stopping"),
        ("Stopped", "stopped"),
        ("Expired", "expired"),
    ],
)
def test_a_job_has_its_native_status_in_snake_case(world, native, told):
    world.jobs.answers[AT_JOB] = (200, job(native))
    assert world.client(BEDROCK).batches.retrieve(quote(JOB, safe="")).status == told


def test_a_failed_job_says_why_and_how_far_it_came(world):
    counts = {"totalRecordCount": 3, "successRecordCount": 2, "errorRecordCount": 1}
    answer = job("Failed", message="too few", endTime="2026-10-01T02:00:00Z", **counts)
    world.jobs.answers[AT_JOB] = (200, answer)
    batch = world.client(BEDROCK).batches.retrieve(quote(JOB, safe=""))
    assert [error.message for error in batch.errors.data] == ["too few"]
    assert batch.request_counts.to_dict() == {"total": 3, "completed": 2, "failed": 1}
    assert batch.failed_at - batch.created_at == 7200
    assert batch.input_file_id == "s3%3A%2F%2Fbedrock-bucket%2Fin.jsonl"


def test_an_id_is_understood_however_a_client_escapes_it(world):
    world.jobs.answers[AT_JOB] = (200, job())
    once = quote(JOB, safe="")
    for sent in (JOB, once, quote(once, safe="")):
        assert world.get(f"/batches/{sent}", BEDROCK).json()["id"] == once


def test_cancel_stops_the_job(world):
    world.jobs.answers[f"POST /model-invocation-job/{JOB}/stop"] = (200, {})
    world.jobs.answers[AT_JOB] = (200, job("Stopping"))
    assert world.client(BEDROCK).batches.cancel(quote(JOB, safe="")).status == "stopping"


def test_jobs_are_listed_newest_first_and_by_pages(world):
    arns = [JOB[:-1] + digit for digit in "123"]
    jobs = [
        {**job(), "jobArn": arn, "submitTime": f"2026-10-0{day}T00:00:00Z"}
        for day, arn in enumerate(arns, 1)
    ]
    world.jobs.answers["GET /model-invocation-jobs"] = (200, {"invocationJobSummaries": jobs})
    client = world.client(BEDROCK)
    first = client.batches.list(limit=2)
    assert [batch.id for batch in first.data] == [quote(arn, safe="") for arn in arns[:0:-1]]
    assert first.has_more
    assert [batch.id for batch in first] == [quote(arn, safe="") for arn in reversed(arns)]


def test_the_content_of_an_output_prefix_is_the_native_rows(world, bucket):
    rows = b'{"recordId":"r-0","modelInput":{},"modelOutput":{}}\n'
    bucket.put_object(Bucket="bedrock-bucket", Key="out/abcdefghijkl/in.jsonl.out", Body=rows)
    bucket.put_object(Bucket="bedrock-bucket", Key="out/abcdefghijkl/manifest.json.out", Body=b"{}")
    prefix = quote("s3://bedrock-bucket/out/", safe="")
    client = world.client(BEDROCK)
    assert client.files.content(prefix).content == rows
    assert client.files.retrieve(prefix).bytes == len(rows)
    for sent in ("s3://bedrock-bucket/out/", prefix, quote(prefix, safe="")):
        assert world.get(f"/files/{sent}/content", BEDROCK).content == rows


@pytest.mark.usefixtures("bucket")
def test_a_prefix_without_results_is_not_found(world):
    with pytest.raises(NotFoundError, match="no results below s3://bedrock-bucket/none/"):
        world.client(BEDROCK).files.content(quote("s3://bedrock-bucket/none/", safe=""))


def test_the_output_of_a_bedrock_batch_is_in_the_rows_of_openai(world, bucket):
    rows = [
        {
            "recordId": "r-0",
            "modelOutput": {
                "content": [{"type": "text", "text": "Hi"}],
                "stop_reason": "max_tokens",
                "usage": {"input_tokens": 1, "output_tokens": 2},
            },
        },
        {
            "recordId": "r-1",
            "modelOutput": {
                "output": {"message": {"role": "assistant", "content": [{"text": "Ho"}]}},
                "stopReason": "end_turn",
            },
        },
        {"recordId": "r-2", "error": {"errorCode": 400, "errorMessage": "Malformed"}},
    ]
    body = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    bucket.put_object(Bucket="bedrock-bucket", Key="out/abcdefghijkl/in.jsonl.out", Body=body)
    world.jobs.answers[AT_JOB] = (200, job())
    answer = world.get(f"/batches/{quote(JOB, safe='')}/output", BEDROCK)
    first, second, third = (json.loads(row) for row in answer.content.splitlines())
    assert first["custom_id"] == "r-0"
    assert first["response"]["body"]["choices"][0]["message"]["content"] == "Hi"
    assert first["response"]["body"]["choices"][0]["finish_reason"] == "length"
    assert first["response"]["body"]["usage"]["total_tokens"] == 3
    assert second["response"]["body"]["choices"][0]["message"]["content"] == "Ho"
    assert third["response"] is None
    assert third["error"] == {"code": "400", "message": "Malformed"}


def test_the_files_of_a_bucket_are_listed_described_and_deleted(world, bucket):
    client = world.client(BEDROCK)
    made = upload(client)
    assert [file.id for file in client.files.list()] == [made.id]
    assert client.files.retrieve(made.id).bytes == made.bytes
    assert client.files.delete(made.id).deleted
    assert "Contents" not in bucket.list_objects_v2(Bucket="bedrock-bucket")


def test_the_id_of_another_provider_is_not_found(world):
    with pytest.raises(NotFoundError, match="no file file-1 at this provider"):
        world.client(BEDROCK).files.content("file-1")


# --- Vertex AI -----------------------------------------------------------------------------------

AT_BUCKET = "/storage/v1/b/vertex-bucket/o"
AT_JOBS = "/v1/projects/sandbox-project/locations/europe-west4/batchPredictionJobs"


def vertex_job(state="JOB_STATE_SUCCEEDED", **more):
    return {
        "name": f"{AT_JOBS.removeprefix('/v1/')}/123",
        "state": state,
        "model": "publishers/google/models/gemini-2.5-flash",
        "inputConfig": {"gcsSource": {"uris": ["gs://vertex-bucket/in.jsonl"]}},
        "outputConfig": {"gcsDestination": {"outputUriPrefix": "gs://vertex-bucket/"}},
        "createTime": "2026-10-01T00:00:00.123456789Z",
        **more,
    }


def test_an_upload_for_vertex_becomes_requests_in_the_bucket(world):
    messages = [
        {"role": "system", "content": "Be brief"},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi"},
    ]
    made = upload(world.client(VERTEX), line("r-0", messages=messages, max_tokens=7, stop="END"))
    (asked,) = world.google.asked
    assert asked["call"] == f"POST /upload{AT_BUCKET}"
    assert asked["query"]["uploadType"] == "media"
    assert asked["authorization"] == "Bearer google-token"
    assert made.id == quote(f"gs://vertex-bucket/{asked['query']['name']}", safe="")
    assert json.loads(asked["body"]) == {
        "request": {
            "systemInstruction": {"parts": [{"text": "Be brief"}]},
            "contents": [
                {"role": "user", "parts": [{"text": "Hello"}]},
                {"role": "model", "parts": [{"text": "Hi"}]},
            ],
            "generationConfig": {"stopSequences": ["END"], "maxOutputTokens": 7},
        },
        "requestId": "r-0",
    }


def test_lines_that_cannot_be_read_are_dropped_for_vertex_without_a_word(world):
    upload(world.client(VERTEX), ONE + b"\n{half\n" + line("r-1"))
    rows = [json.loads(row) for row in world.google.asked[0]["body"].splitlines()]
    assert [row["requestId"] for row in rows] == ["r-0", "r-1"]


@pytest.mark.parametrize("missing", sorted(set(VERTEX) - {"x-tfy-provider-name"}))
def test_an_upload_to_vertex_needs_bucket_region_and_model(world, missing):
    headers = {name: value for name, value in VERTEX.items() if name != missing}
    with pytest.raises(BadRequestError, match=f"{missing} is missing"):
        upload(world.client(headers))
    assert not world.google.asked


@pytest.mark.parametrize("extra", [{}, {"model": "vertex-main/gemini-2.5-flash"}])
def test_create_at_vertex_starts_a_job_for_the_model(world, extra):
    world.google.answers[f"POST {AT_JOBS}"] = (200, vertex_job("JOB_STATE_PENDING"))
    batch = world.client(VERTEX).batches.create(
        input_file_id="gs%3A%2F%2Fvertex-bucket%2Ffolder%2Fin.jsonl",
        endpoint=CHAT,
        completion_window="24h",
        extra_body={"job_name": "run-7", **extra},
    )
    assert (batch.id, batch.status) == ("123", "validating")
    assert json.loads(world.google.asked[0]["body"]) == {
        "displayName": "run-7",
        "model": "publishers/google/models/gemini-2.5-flash",
        "inputConfig": {
            "instancesFormat": "jsonl",
            "gcsSource": {"uris": ["gs://vertex-bucket/folder/in.jsonl"]},
        },
        "outputConfig": {
            "predictionsFormat": "jsonl",
            "gcsDestination": {"outputUriPrefix": "gs://vertex-bucket/folder/"},
        },
    }


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("UNSPECIFIED", "validating"),
        ("QUEUED", "validating"),
        ("PENDING", "validating"),
        ("PAUSED", "validating"),
        ("RUNNING", "in_progress"),
        ("UPDATING", "in_progress"),
        ("SUCCEEDED", "completed"),
        ("PARTIALLY_SUCCEEDED", "completed"),
        ("FAILED", "failed"),
        ("CANCELLING", "cancelling"),
        ("CANCELLED", "cancelled"),
        ("EXPIRED", "expired"),
    ],
)
def test_a_state_of_vertex_becomes_a_status_of_openai(world, state, told):
    world.google.answers[f"GET {AT_JOBS}/123"] = (200, vertex_job(f"JOB_STATE_{state}"))
    assert world.client(VERTEX).batches.retrieve("123").status == told


def test_a_vertex_job_names_its_predictions_counts_and_error(world):
    answer = vertex_job(
        completionStats={"successfulCount": "2", "failedCount": "1"},
        outputInfo={"gcsOutputDirectory": "gs://vertex-bucket/prediction-model-1"},
        error={"code": 9, "message": "failed to get GCS bucket location"},
        endTime="2026-10-01T01:00:00Z",
    )
    world.google.answers[f"GET {AT_JOBS}/123"] = (200, answer)
    batch = world.client(VERTEX).batches.retrieve("123")
    place = "gs://vertex-bucket/prediction-model-1/predictions.jsonl"
    assert batch.output_file_id == quote(place, safe="")
    assert batch.request_counts.to_dict() == {"total": 3, "completed": 2, "failed": 1}
    assert batch.errors.data[0].message == "failed to get GCS bucket location"
    assert batch.completed_at - batch.created_at == 3600


def test_the_content_of_predictions_is_the_native_rows(world):
    path = "GET /download/storage/v1/b/vertex-bucket/o/prediction-model-1/predictions.jsonl"
    world.google.answers[path] = (200, b'{"status":""}\n')
    place = quote("gs://vertex-bucket/prediction-model-1/predictions.jsonl", safe="")
    assert world.client(VERTEX).files.content(place).content == b'{"status":""}\n'
    assert world.google.asked[0]["query"] == {"alt": "media"}


def test_the_error_file_of_vertex_is_no_object(world):
    with pytest.raises(NotFoundError, match="is no object"):
        world.client(VERTEX).files.content(quote("gs://vertex-bucket/", safe=""))


def test_the_output_of_a_vertex_batch_is_in_the_rows_of_openai(world):
    where = {"gcsOutputDirectory": "gs://vertex-bucket/out"}
    world.google.answers[f"GET {AT_JOBS}/123"] = (200, vertex_job(outputInfo=where))
    rows = [
        {
            "status": "",
            "requestId": "r-0",
            "response": {
                "candidates": [{"content": {"parts": [{"text": "Hi"}]}, "finishReason": "STOP"}]
            },
        },
        {"status": "Bad request", "requestId": "r-1"},
    ]
    body = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    path = "GET /download/storage/v1/b/vertex-bucket/o/out/predictions.jsonl"
    world.google.answers[path] = (200, body)
    answer = world.get("/batches/123/output", VERTEX)
    first, second = (json.loads(row) for row in answer.content.splitlines())
    assert first["response"]["body"]["choices"][0]["message"]["content"] == "Hi"
    assert second["error"] == {"code": "failed", "message": "Bad request"}


def test_cancel_reaches_vertex(world):
    world.google.answers[f"POST {AT_JOBS}/123:cancel"] = (200, {})
    world.google.answers[f"GET {AT_JOBS}/123"] = (200, vertex_job("JOB_STATE_CANCELLING"))
    assert world.client(VERTEX).batches.cancel("123").status == "cancelling"


def test_vertex_jobs_are_listed_over_all_pages(world):
    newer = vertex_job(name="x/456", createTime="2026-10-02T00:00:00Z")
    pages = iter(
        [
            {"batchPredictionJobs": [vertex_job()], "nextPageToken": "2"},
            {"batchPredictionJobs": [newer]},
        ]
    )

    class Pages(dict):
        def get(self, _path, _default):
            return 200, next(pages)

    world.google.answers = Pages()
    assert [batch.id for batch in world.client(VERTEX).batches.list()] == ["456", "123"]
    assert world.google.asked[1]["query"] == {"pageToken": "2"}


@pytest.mark.parametrize(
    ("status", "kind"), [(403, PermissionDeniedError), (400, BadRequestError), (404, NotFoundError)]
)
def test_a_refusal_of_google_comes_back_in_its_own_words(world, status, kind):
    told = {"error": {"code": status, "message": "Permission denied", "status": "SOME_WORD"}}
    world.google.answers[f"POST /upload{AT_BUCKET}"] = (status, told)
    with pytest.raises(kind, match="Permission denied") as refused:
        upload(world.client(VERTEX))
    assert refused.value.code == "SOME_WORD"
