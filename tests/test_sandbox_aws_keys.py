"""Customer keys in the sandbox's AWS: who may read and write what they encrypt."""

import json

import pytest
from aws_stack import ACCOUNT, CLOCK, SECONDS, policy, refusal, requests

from preflight.sandbox.aws import breakages
from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.aws.cloud import OTHER_ACCOUNT

pytest_plugins = ["aws_fixtures"]

READ, WRITE = "kms:Decrypt", "kms:GenerateDataKey"

OWNED = policy(
    "Allow", "kms:PutKeyPolicy", on="*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
)
"""The account may change the key's policy, and so the key can be made."""


@pytest.fixture
def encrypted(stack):
    """A stack whose bucket has a customer key that both roles may use."""
    key = stack.encrypt()
    stack.allow(stack.promised.job_role_arn, READ, WRITE, on=key)
    stack.allow(stack.promised.gateway_principal_arn, READ, WRITE, on=key)
    return stack


def test_a_job_in_an_encrypted_bucket_completes_when_both_may_use_the_key(encrypted, operator):
    job = encrypted.run(requests(100))
    assert job["status"] == "Completed", job.get("message")
    assert len(encrypted.output(job).splitlines()) == 100
    head = operator.get("s3").head_object(Bucket=encrypted.promised.bucket, Key="in/requests.jsonl")
    assert head["SSEKMSKeyId"] == encrypted.promised.kms_key_arn


@pytest.mark.parametrize("right", [READ, WRITE])
def test_the_gateway_needs_one_right_to_upload_and_another_to_download(stack, right):
    key = stack.encrypt()
    stack.allow(stack.promised.gateway_principal_arn, right, on=key)
    other = READ if right == WRITE else WRITE
    place = {"Bucket": stack.promised.bucket, "Key": "in/requests.jsonl"}
    if right == WRITE:
        stack.upload(requests(1))
    else:
        Clients(stack.cloud.env).get("s3").put_object(**place, Body=b"")
    call = stack.gateway.get("s3").get_object if right == WRITE else stack.upload
    asked = place if right == WRITE else {"lines": requests(1)}
    code, message = refusal(call, **asked)
    role = stack.promised.gateway_principal_arn.rpartition("/")[2]
    assert code == "AccessDenied"
    assert message == (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{role}/gateway is not authorized to perform: "
        f"{other} on resource: {key} because no identity-based policy allows the {other} action"
    )


def test_what_was_there_before_the_key_is_read_without_it(stack):
    stack.upload(requests(100))
    stack.encrypt()
    place = {"Bucket": stack.promised.bucket, "Key": "in/requests.jsonl"}
    assert stack.gateway.get("s3").get_object(**place)["Body"].read()


@pytest.mark.parametrize(
    ("missing", "operation"), [(READ, "GetObject"), (WRITE, "PutObject")], ids=["read", "write"]
)
def test_a_job_role_without_the_key_fails_late_in_words_that_do_not_name_kms(
    stack, missing, operation
):
    key = stack.encrypt()
    stack.allow(stack.promised.gateway_principal_arn, READ, WRITE, on=key)
    stack.allow(stack.promised.job_role_arn, READ if missing == WRITE else WRITE, on=key)
    job = stack.run(requests(100))
    assert job["status"] == "Failed"
    assert f"Could not validate {operation} permissions to access Amazon S3" in job["message"]
    assert "kms" not in job["message"].lower()


@pytest.mark.parametrize(
    "breakage",
    [breakages.disable_key, breakages.drop_key_rights, breakages.deny_in_key_policy],
    ids=lambda breakage: breakage.__name__,
)
def test_a_key_that_is_taken_away_fails_the_job_late(encrypted, breakage):
    encrypted.upload(requests(100))
    breakage(encrypted.cloud.env, encrypted.promised)
    job = encrypted.ended(encrypted.create())
    assert job["status"] == "Failed"
    assert "Could not validate GetObject permissions" in job["message"]


def test_a_disabled_key_is_told_to_whoever_uploads(encrypted):
    breakages.disable_key(encrypted.cloud.env, encrypted.promised)
    code, message = refusal(encrypted.upload, lines=requests(1))
    assert (code, message) == (
        "KMS.DisabledException",
        f"{encrypted.promised.kms_key_arn} is disabled.",
    )


def test_a_key_disabled_while_the_job_runs_leaves_no_results(encrypted):
    encrypted.upload(requests(100))
    arn = encrypted.create()
    CLOCK.now += SECONDS / 2
    assert encrypted.look(arn)["status"] == "InProgress"
    breakages.disable_key(encrypted.cloud.env, encrypted.promised)
    job = encrypted.ended(arn)
    assert (job["status"], "PutObject" in job["message"]) == ("Failed", True)


def test_a_key_policy_that_names_nobody_leaves_the_rights_of_iam_without_effect(stack):
    key = stack.encrypt(key_policy=OWNED)
    stack.allow(stack.promised.gateway_principal_arn, READ, WRITE, on=key)
    code, message = refusal(stack.upload, lines=requests(1))
    assert code == "AccessDenied"
    assert message.endswith(f"because no resource-based policy allows the {WRITE} action")


def test_a_key_policy_that_names_the_role_needs_no_other(stack):
    role = stack.promised.gateway_principal_arn
    by_name = policy("Allow", WRITE, READ, on="*", Principal={"AWS": role})
    by_name["Statement"] += OWNED["Statement"]
    stack.encrypt(key_policy=by_name)
    stack.upload(requests(1))


def test_a_right_to_the_key_by_way_of_s3_alone_is_enough(stack):
    key = stack.encrypt()
    region = stack.promised.region
    condition = {"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}}
    document = policy("Allow", READ, WRITE, on=key, Condition=condition)
    name = stack.promised.gateway_principal_arn.rpartition("/")[2]
    iam = Clients(stack.cloud.env).get("iam")
    iam.put_role_policy(RoleName=name, PolicyName="via", PolicyDocument=json.dumps(document))
    stack.upload(requests(1))
    kms = stack.gateway.get("kms")
    code, _ = refusal(kms.generate_data_key, KeyId=key, KeySpec="AES_256")
    assert code == "AccessDeniedException"


def test_the_output_may_have_a_key_of_its_own(stack, operator):
    key = operator.get("kms").create_key()["KeyMetadata"]["Arn"]
    uri = f"s3://{stack.promised.bucket}/out/"
    target = {"s3OutputDataConfig": {"s3Uri": uri, "s3EncryptionKeyId": key}}
    job = stack.run(requests(100), outputDataConfig=target)
    assert "Could not validate PutObject permissions" in job["message"]
    stack.allow(stack.promised.job_role_arn, WRITE, on=key)
    job = stack.run(requests(100), outputDataConfig=target)
    assert job["status"] == "Completed", job.get("message")
    name = f"out/{job['jobArn'].rpartition('/')[2]}/manifest.json.out"
    head = operator.get("s3").head_object(Bucket=stack.promised.bucket, Key=name)
    assert head["SSEKMSKeyId"] == key


# --- the policies of keys


def test_a_key_policy_that_locks_its_maker_out_is_refused(operator):
    kms = operator.get("kms")
    alone = policy("Allow", READ, on="*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    code, message = refusal(kms.create_key, Policy=json.dumps(alone))
    assert code == "MalformedPolicyDocumentException"
    assert message.startswith("The new key policy will not allow you to update")
    key = kms.create_key(Policy=json.dumps(alone), BypassPolicyLockoutSafetyCheck=True)
    assert key["KeyMetadata"]["Enabled"]


def test_a_policy_that_names_a_role_that_is_not_there_is_refused(stack, operator):
    nobody = policy("Allow", "*", on="*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/nobody"})
    code, message = refusal(operator.get("kms").create_key, Policy=json.dumps(nobody))
    assert (code, "invalid principals" in message) == ("MalformedPolicyDocumentException", True)
    put = operator.get("s3").put_bucket_policy
    code, _ = refusal(put, Bucket=stack.promised.bucket, Policy=json.dumps(nobody))
    assert code == "MalformedPolicy"


def test_a_key_of_another_account_is_for_those_whom_both_sides_let_in(stack, operator):
    theirs = f"arn:aws:iam::{OTHER_ACCOUNT}:root"
    gateway = stack.promised.gateway_principal_arn
    lets_in = policy("Allow", "kms:*", on="*", Principal={"AWS": [theirs, gateway]})
    key = stack.cloud.make_foreign_key(lets_in)
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    operator.get("s3").put_bucket_encryption(
        Bucket=stack.promised.bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": default}]
        },
    )
    code, message = refusal(stack.upload, lines=requests(1))
    assert (code, f"no identity-based policy allows the {WRITE}" in message) == (
        "AccessDenied",
        True,
    )
    stack.allow(gateway, WRITE, "kms:DescribeKey", on=key)
    stack.upload(requests(1))
    found = stack.gateway.get("kms").describe_key(KeyId=key)["KeyMetadata"]
    assert found["Arn"] == key
    # The operator is root of an account that the key's policy does not name.
    code, message = refusal(operator.get("kms").describe_key, KeyId=key)
    assert (code, "no resource-based policy" in message) == ("AccessDeniedException", True)
