"""The sandbox's gateway, and AWS's cloud behind it with all that Bedrock needs."""

import pytest
from whole_batches import GATEWAY_ROLE, HAIKU, JOB_ROLE, KEY, account, operator, role

from preflight.contract import Bedrock
from preflight.permissions import Identity, trust_source_arn
from preflight.sandbox.aws.cloud import AwsCloud
from preflight.sandbox.gateway import SandboxGateway


@pytest.fixture(scope="module")
def gateway():
    with SandboxGateway(KEY) as running:
        yield running


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    with AwsCloud(tmp_path_factory.mktemp("aws"), job_seconds=0.4) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def bedrock(gateway, aws):
    promised = Bedrock(
        provider_name="bedrock-main",
        partition="aws",
        account="123456789012",
        region="us-west-2",
        bucket="batch-bucket",
        model=HAIKU,
        model_arns=(f"arn:aws:bedrock:us-west-2::foundation-model/{HAIKU}",),
        job_role_arn=JOB_ROLE,
        gateway_principal_arn=GATEWAY_ROLE,
        kms_key_arn=operator(aws, "kms").create_key()["KeyMetadata"]["Arn"],
    )
    s3 = operator(aws, "s3")
    s3.create_bucket(
        Bucket=promised.bucket, CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": promised.kms_key_arn}
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}
    s3.put_bucket_encryption(Bucket=promised.bucket, ServerSideEncryptionConfiguration=rules)
    iam = operator(aws, "iam")
    source = {"ArnLike": {"aws:SourceArn": trust_source_arn(promised)}}
    by_bedrock = {"Principal": {"Service": "bedrock.amazonaws.com"}, "Condition": source}
    role(iam, JOB_ROLE, by_bedrock, promised, Identity.JOB_ROLE)
    by_gateway = {"Principal": {"AWS": aws.gateway_user_arn}}
    role(iam, GATEWAY_ROLE, by_gateway, promised, Identity.GATEWAY)
    gateway.register(account(aws))
    return promised
