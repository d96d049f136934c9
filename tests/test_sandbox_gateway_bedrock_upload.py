"""The sandbox's gateway takes an upload for Bedrock, and writes its records to S3."""

import json

import pytest
from flask import Response, request
from gateway_world import BEDROCK, ONE, Double, line, upload
from openai import BadRequestError, NotFoundError, PermissionDeniedError

from preflight.sandbox.serving import serve

pytest_plugins = ["gateway_fixtures"]


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
