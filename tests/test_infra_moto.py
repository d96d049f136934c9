"""The AWS half of the program, created by the sandbox's handlers in a second emulator."""

import json

import boto3
import pytest
from botocore.config import Config
from infra_world import ACCOUNT, BEDROCK, GATEWAY_ARN, ROOT
from moto.server import ThreadedMotoServer

from preflight.sandbox.provision import provision

REGION = "eu-central-1"


@pytest.fixture(scope="module")
def endpoint():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def stack(endpoint):
    env = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-west-2",
    }
    (target,) = provision(BEDROCK | {"bedrockRegions": [REGION]}, env, program=ROOT)["bedrock"]
    return target


@pytest.fixture(scope="module")
def client(endpoint):
    def make(service):
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(s3={"addressing_style": "path"}),
        )

    return make


def test_the_bucket_is_where_the_promise_says(stack, client):
    head = client("s3").head_bucket(Bucket=stack["bucket"])["ResponseMetadata"]["HTTPHeaders"]
    assert head["x-amz-bucket-region"] == stack["region"] == REGION


def test_the_bucket_has_every_setting_that_was_asked_for(stack, client):
    s3, bucket = client("s3"), {"Bucket": stack["bucket"]}
    blocked = s3.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"]
    assert list(blocked.values()) == [True] * 4
    (owner,) = s3.get_bucket_ownership_controls(**bucket)["OwnershipControls"]["Rules"]
    assert owner == {"ObjectOwnership": "BucketOwnerEnforced"}
    (rule,) = s3.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    (rule,) = s3.get_bucket_lifecycle_configuration(**bucket)["Rules"]
    assert rule["Status"] == "Enabled"
    assert rule["Expiration"] == {"Days": 30}
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    (statement,) = json.loads(s3.get_bucket_policy(**bucket)["Policy"])["Statement"]
    assert (statement["Effect"], statement["Condition"]) == (
        "Deny",
        {"Bool": {"aws:SecureTransport": "false"}},
    )


def role_named_in(arn, client):
    name = arn.rpartition("/")[2]
    iam = client("iam")
    role = iam.get_role(RoleName=name)["Role"]
    assert role["Arn"] == arn
    (policy,) = iam.list_role_policies(RoleName=name)["PolicyNames"]
    document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
    return role["AssumeRolePolicyDocument"], document


def test_the_job_role_trusts_bedrock_for_this_accounts_jobs(stack, client):
    trust, policy = role_named_in(stack["job_role_arn"], client)
    (statement,) = trust["Statement"]
    assert statement["Principal"] == {"Service": "bedrock.amazonaws.com"}
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}
    assert statement["Condition"]["ArnEquals"] == {
        "aws:SourceArn": f"arn:aws:bedrock:{REGION}:{ACCOUNT}:model-invocation-job/*"
    }
    assert f"arn:aws:s3:::{stack['bucket']}/*" in json.dumps(policy)


def test_the_gateway_role_trusts_the_gateway_and_may_pass_the_job_role(stack, client):
    trust, policy = role_named_in(stack["gateway_principal_arn"], client)
    (statement,) = trust["Statement"]
    assert statement["Principal"] == {"AWS": GATEWAY_ARN}
    (passing,) = [it for it in policy["Statement"] if "iam:PassRole" in it["Action"]]
    assert passing["Resource"] == [stack["job_role_arn"]]
