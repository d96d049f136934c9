"""The AWS client against an emulator, and against the sandbox, where rights are enforced."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import boto3
import boto3.exceptions
import pytest
from aws_client import ACCOUNT, BUCKET, LOOKS, PROMISED, REGION, ROLE
from moto.server import ThreadedMotoServer

from preflight.cloud.aws import AwsClient, connect
from preflight.sandbox.aws.cloud import OTHER_ACCOUNT, AwsCloud
from preflight.seams import Aws, CredentialsMissing, LifecycleRule, Refused, Unreachable

pytest_plugins = ["aws_client_fixtures"]


@pytest.fixture(scope="module")
def moto():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(moto, credentials):
    credentials.setenv("AWS_ENDPOINT_URL", moto)
    return connect(PROMISED)


def operator(service, region=REGION):
    return boto3.Session().client(service, region_name=region)


def make_bucket(name, region=REGION):
    operator("s3", region).create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": region}
    )
    return name


def test_a_bucket_is_where_it_was_made(aws):
    assert aws.bucket_region(make_bucket("here")) == REGION
    assert aws.bucket_region(make_bucket("there", "eu-west-1")) == "eu-west-1"
    assert aws.bucket_region("nowhere") is None


def test_a_missing_bucket_is_nobodys_and_has_no_settings(aws):
    assert not aws.bucket_owned_by("nowhere", ACCOUNT)
    assert aws.bucket_policy("nowhere") is None
    assert aws.bucket_kms_key("nowhere") is None
    assert aws.bucket_expiry("nowhere") == ()


def test_a_plain_bucket_has_no_policy_no_key_and_no_expiry(aws):
    bucket = make_bucket("plain")
    assert aws.bucket_policy(bucket) is None
    assert aws.bucket_kms_key(bucket) is None
    assert aws.bucket_expiry(bucket) == ()


def test_settings_of_a_bucket_are_read(aws):
    bucket = make_bucket("furnished")
    s3, policy = operator("s3"), {"Version": "2012-10-17", "Statement": []}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    key = operator("kms").create_key()["KeyMetadata"]["Arn"]
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": default}]
        },
    )
    rule = {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 14}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    assert aws.bucket_policy(bucket) == policy
    assert aws.bucket_kms_key(bucket) == key
    assert aws.bucket_expiry(bucket) == (LifecycleRule(14),)


def test_what_guards_a_bucket_is_read(aws):
    bucket, s3 = make_bucket("guarded"), operator("s3")
    everything = aws.bucket_public_access(bucket)
    assert len(everything) == 4
    assert aws.bucket_logging(bucket) is None
    three = dict.fromkeys(sorted(everything), True) | {"BlockPublicPolicy": False}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=three)
    assert aws.bucket_public_access(bucket) == {"BlockPublicPolicy"}
    logs = make_bucket("logs")
    delivery = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{logs}/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [delivery]}
    s3.put_bucket_policy(Bucket=logs, Policy=json.dumps(policy))
    target = {"TargetBucket": logs, "TargetPrefix": "data/"}
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": target})
    assert aws.bucket_logging(bucket) == logs


def test_a_key_is_read_with_its_state_and_policy(aws):
    kms = operator("kms")
    made = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/batch", TargetKeyId=made["KeyId"])
    for name in (made["Arn"], made["KeyId"], "alias/batch"):
        found = aws.kms_key(name)
        assert (found.arn, found.state) == (made["Arn"], "Enabled")
        assert found.policy["Statement"]
    kms.disable_key(KeyId=made["KeyId"])
    assert aws.kms_key(made["Arn"]).state == "Disabled"
    assert aws.kms_key("00000000-0000-0000-0000-000000000000") is None


def test_a_role_is_found_only_under_its_whole_arn(aws):
    trust = {"Version": "2012-10-17", "Statement": []}
    made = operator("iam").create_role(
        Path="/svc/", RoleName="batch-job", AssumeRolePolicyDocument=json.dumps(trust)
    )
    assert made["Role"]["Arn"] == ROLE
    found = aws.role(ROLE)
    assert (found.arn, found.trust) == (ROLE, trust)
    assert aws.role(ROLE.replace("/svc/", "/")) is None
    assert aws.role(ROLE.replace(ACCOUNT, "999999999999")) is None
    assert aws.role(f"arn:aws:iam::{ACCOUNT}:role/nobody") is None


def test_many_threads_share_one_client(aws):
    bucket = make_bucket("shared")
    looks = (
        lambda: aws.bucket_region(bucket),
        lambda: aws.bucket_policy(bucket),
        lambda: aws.role(ROLE),
        lambda: aws.caller().account,
    )
    with ThreadPoolExecutor(8) as pool:
        found = [pool.submit(looks[number % 4]) for number in range(40)]
        assert {one.result() for one in found[::4]} == {REGION}
        assert {one.result() for one in found[3::4]} == {ACCOUNT}


# --- against the sandbox, where rights are enforced --------------------------------------------


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    with AwsCloud(Path(tmp_path_factory.mktemp("aws"))) as cloud:
        s3 = boto3.Session(cloud.env["AWS_ACCESS_KEY_ID"], cloud.env["AWS_SECRET_ACCESS_KEY"])
        s3.client("s3", region_name=REGION, endpoint_url=cloud.aws_endpoint).create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        yield cloud


@pytest.fixture
def in_sandbox(sandbox, credentials):
    for name, value in sandbox.env.items():
        credentials.setenv(name, value)
    return credentials


def test_an_identity_without_rights_is_refused_and_told_which_it_needs(sandbox, in_sandbox):
    in_sandbox.setenv("AWS_ACCESS_KEY_ID", sandbox.gateway_keys.access_key_id)
    in_sandbox.setenv("AWS_SECRET_ACCESS_KEY", sandbox.gateway_keys.secret_access_key)
    aws = connect(PROMISED)
    assert aws.caller().name == sandbox.gateway_user_arn
    # S3 tells the region of a bucket even to whom it refuses.
    assert aws.bucket_region(BUCKET) == REGION
    for permission in LOOKS.keys() - {"sts:GetCallerIdentity", "s3:ListBucket"}:
        with pytest.raises(Refused) as caught:
            LOOKS[permission](aws)
        assert caught.value.permission == permission.split(" ")[0]
        assert caught.value.who == sandbox.gateway_user_arn


def test_the_operator_gets_an_answer_to_every_look(in_sandbox):
    aws = connect(PROMISED)
    nothing = {permission for permission, look in LOOKS.items() if look(aws) is None}
    assert nothing == {
        "iam:GetRole",
        "iam:SimulatePrincipalPolicy",
        "s3:GetBucketPolicy",
        "s3:GetEncryptionConfiguration",
        "s3:GetBucketLogging",
        "kms:DescribeKey",
    }


def test_the_client_has_every_look_of_the_protocol():
    looks = {name for name in vars(Aws) if not name.startswith("_")}
    assert looks <= set(dir(AwsClient))


THEIRS = replace(PROMISED, bucket="theirs", bucket_account=OTHER_ACCOUNT)


def test_another_accounts_bucket_is_looked_at_as_its_owner(sandbox, in_sandbox):
    sandbox.make_foreign_bucket(THEIRS.bucket)
    owner = connect(THEIRS)
    assert owner.bucket_owned_by(THEIRS.bucket, OTHER_ACCOUNT)
    assert owner.bucket_policy(THEIRS.bucket) is None
    assert owner.caller().account == ACCOUNT
    in_sandbox.delenv("PREFLIGHT_BUCKET_OWNER_PROFILE")
    stranger = connect(THEIRS)
    with pytest.raises(Refused):
        stranger.bucket_logging(THEIRS.bucket)
    with pytest.raises(Unreachable, match="PREFLIGHT_BUCKET_OWNER_PROFILE"):
        stranger.bucket_policy(THEIRS.bucket)


def test_the_owners_profile_is_for_another_accounts_bucket_alone(in_sandbox):
    in_sandbox.setenv("PREFLIGHT_BUCKET_OWNER_PROFILE", "no-such-profile")
    assert connect(PROMISED).bucket_owned_by(BUCKET, ACCOUNT)
    with pytest.raises(CredentialsMissing, match="no-such-profile"):
        connect(THEIRS).bucket_logging(THEIRS.bucket)
