"""Buckets elsewhere in the sandbox's AWS: for the results alone, and of another account."""

import json
from dataclasses import replace
from secrets import token_hex

import pytest
from aws_stack import policy, refusal, requests

from preflight.sandbox.aws import breakages
from preflight.sandbox.aws.cloud import ACCOUNT, OTHER_ACCOUNT
from preflight.sandbox.handlers.aws import handlers, invokes

pytest_plugins = ["aws_fixtures"]


def writes_to(uri, **more):
    return {"outputDataConfig": {"s3OutputDataConfig": {"s3Uri": uri} | more}}


@pytest.fixture
def results(stack):
    """A second bucket, that the gateway may read and the job role write."""
    bucket = handlers(stack.cloud.env)["aws:s3/bucket:Bucket"].create("results", {})[0]
    objects = f"arn:aws:s3:::{bucket}/*"
    stack.allow(stack.promised.gateway_principal_arn, "s3:GetObject", on=objects)
    stack.allow(stack.promised.job_role_arn, "s3:PutObject", on=objects)
    stack.promised = replace(stack.promised, output_uri=f"s3://{bucket}/results/")
    return stack


def test_the_results_may_go_to_a_bucket_of_their_own(results, operator):
    job = results.run(requests(100), **writes_to(results.promised.output_uri))
    assert job["status"] == "Completed", job.get("message")
    bucket = results.promised.output_uri.split("/")[2]
    found = operator.get("s3").list_objects_v2(Bucket=bucket, Prefix="results/")["Contents"]
    names = sorted(each["Key"].rpartition("/")[2] for each in found)
    assert names == ["manifest.json.out", "requests.jsonl.out"]


def test_the_right_to_write_is_asked_on_the_bucket_of_the_results(results):
    breakages.drop_output_right(results.cloud.env, results.promised)
    job = results.run(requests(100), **writes_to(results.promised.output_uri))
    bucket = results.promised.output_uri.split("/")[2]
    assert job["status"] == "Failed"
    assert f"s3:PutObject on resource: arn:aws:s3:::{bucket}/results/" in job["message"]
    beside = results.run(requests(100))
    assert beside["status"] == "Completed", beside.get("message")


def test_the_right_to_write_is_taken_where_there_is_one_bucket_only(stack):
    breakages.drop_output_right(stack.cloud.env, stack.promised)
    job = stack.run(requests(100))
    assert "is not authorized to perform: s3:PutObject" in job["message"]


def test_a_prefix_needs_no_slash_at_its_end(stack, operator):
    bucket = stack.promised.bucket
    job = stack.run(requests(100), **writes_to(f"s3://{bucket}/there"))
    folder = f"there/{job['jobArn'].rpartition('/')[2]}/"
    found = operator.get("s3").list_objects_v2(Bucket=bucket, Prefix=folder)
    assert found["KeyCount"] == 2


# --- another account's bucket


def doors(bucket, *principals):
    """The bucket policy that lets these do all that a job needs."""
    arn = f"arn:aws:s3:::{bucket}"
    actions = ("s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:GetObjectAttributes")
    return policy("Allow", *actions, on=[arn, f"{arn}/*"], Principal={"AWS": list(principals)})


@pytest.fixture
def abroad(stack):
    """A stack whose requests are in another account's bucket, which lets nobody in yet."""
    bucket = f"theirs-{token_hex(4)}"
    stack.cloud.make_foreign_bucket(bucket)
    for arn in (stack.promised.gateway_principal_arn, stack.promised.job_role_arn):
        places = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
        stack.allow(arn, "s3:ListBucket", "s3:GetObject", "s3:PutObject", on=places)
    stack.promised = replace(stack.promised, bucket=bucket, bucket_account=OTHER_ACCOUNT)
    return stack


def test_a_bucket_of_another_account_is_for_those_whom_both_sides_let_in(abroad):
    promised = abroad.promised
    open_to = doors(promised.bucket, promised.job_role_arn, promised.gateway_principal_arn)
    abroad.cloud.put_foreign_bucket_policy(promised.bucket, open_to)
    job = abroad.run(requests(100))
    assert job["status"] == "Completed", job.get("message")
    assert len(abroad.output(job).splitlines()) == 100


def test_a_bucket_policy_that_lets_the_gateway_in_alone_fails_the_job(abroad):
    promised = abroad.promised
    open_to = doors(promised.bucket, promised.gateway_principal_arn)
    abroad.cloud.put_foreign_bucket_policy(promised.bucket, open_to)
    job = abroad.run(requests(100))
    assert job["status"] == "Failed"
    assert "because no resource-based policy allows the s3:" in job["message"]


def test_a_bucket_policy_that_is_gone_lets_nobody_in(abroad):
    promised = abroad.promised
    open_to = doors(promised.bucket, promised.job_role_arn, promised.gateway_principal_arn)
    abroad.cloud.put_foreign_bucket_policy(promised.bucket, open_to)
    breakages.remove_bucket_policy(abroad.cloud.env, promised)
    code, message = refusal(abroad.upload, lines=requests(1))
    assert code == "AccessDenied"
    assert message.endswith("because no resource-based policy allows the s3:PutObject action")


def test_a_bucket_policy_alone_does_not_make_up_for_a_missing_right(stack):
    bucket = f"theirs-{token_hex(4)}"
    stack.cloud.make_foreign_bucket(bucket)
    stack.cloud.put_foreign_bucket_policy(
        bucket, doors(bucket, stack.promised.gateway_principal_arn)
    )
    stack.promised = replace(stack.promised, bucket=bucket)
    code, message = refusal(stack.upload, lines=requests(1))
    assert code == "AccessDenied"
    assert message.endswith("because no identity-based policy allows the s3:PutObject action")


def test_the_account_of_a_bucket_is_its_owners(abroad, operator):
    promised = abroad.promised
    abroad.cloud.put_foreign_bucket_policy(
        promised.bucket, doors(promised.bucket, f"arn:aws:iam::{ACCOUNT}:root")
    )
    name = promised.gateway_principal_arn.rpartition("/")[2]
    objects = f"arn:aws:s3:::{promised.bucket}/*"
    for account, put in ((ACCOUNT, refusal), (OTHER_ACCOUNT, lambda call, **asked: call(**asked))):
        condition = {"StringEquals": {"aws:ResourceAccount": account}}
        document = policy("Allow", "s3:PutObject", on=objects, Condition=condition)
        operator.get("iam").put_role_policy(
            RoleName=name, PolicyName="more", PolicyDocument=json.dumps(document)
        )
        for policy_name in operator.get("iam").list_role_policies(RoleName=name)["PolicyNames"]:
            if policy_name != "more":
                operator.get("iam").delete_role_policy(RoleName=name, PolicyName=policy_name)
        put(abroad.upload, lines=requests(1))


def test_the_named_owner_must_be_the_owner(abroad):
    promised = abroad.promised
    open_to = doors(promised.bucket, promised.job_role_arn, promised.gateway_principal_arn)
    abroad.cloud.put_foreign_bucket_policy(promised.bucket, open_to)
    abroad.upload(requests(100))
    uri = f"s3://{promised.bucket}/in/requests.jsonl"
    for owner, status in ((OTHER_ACCOUNT, "Completed"), (ACCOUNT, "Failed")):
        source = {"s3InputDataConfig": {"s3Uri": uri, "s3BucketOwner": owner}}
        target = writes_to(f"s3://{promised.bucket}/out/", s3BucketOwner=OTHER_ACCOUNT)
        job = abroad.ended(abroad.create(inputDataConfig=source, **target))
        assert job["status"] == status, job.get("message")


def test_the_operator_is_a_stranger_at_another_accounts_bucket(abroad, operator):
    s3, bucket = operator.get("s3"), abroad.promised.bucket
    assert refusal(s3.head_bucket, Bucket=bucket)[0] == "403"
    assert refusal(s3.get_bucket_policy, Bucket=bucket)[0] == "AccessDenied"
    look = invokes(abroad.cloud.env)["aws:s3/getBucket:getBucket"]
    assert refusal(look, arguments={"bucket": bucket})[0] == "403"
    root = doors(bucket, f"arn:aws:iam::{ACCOUNT}:root")
    abroad.cloud.put_foreign_bucket_policy(bucket, root)
    assert s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=OTHER_ACCOUNT)
    everything = policy("Allow", "s3:*", on=f"arn:aws:s3:::{bucket}", Principal={"AWS": ACCOUNT})
    abroad.cloud.put_foreign_bucket_policy(bucket, everything)
    assert refusal(s3.get_bucket_policy, Bucket=bucket)[0] == "MethodNotAllowed"
