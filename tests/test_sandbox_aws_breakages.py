"""What breaks in the sandbox's AWS: what is refused at once, what is accepted and fails later."""

import json

import pytest
from aws_stack import PROFILE, deploy, refusal, requests

from preflight.sandbox.aws import breakages
from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.aws.cloud import ACCOUNT

pytest_plugins = ["aws_fixtures"]


LATE = {
    breakages.wrong_source_account: "Bedrock cannot assume the role",
    breakages.remove_service_principal: "Bedrock cannot assume the role",
    breakages.drop_results_right: "is not authorized to perform: s3:PutObject",
    breakages.drop_model_right: "is not authorized to perform: bedrock:InvokeModel",
    breakages.deny_in_bucket_policy: "with an explicit deny",
    breakages.move_bucket: "is in eu-central-1 and the job runs in us-west-2",
    breakages.bound_job_role: "because no permissions boundary allows the s3:PutObject action",
}
AT_ONCE = {
    breakages.remove_pass_role: ("AccessDeniedException", "perform: iam:PassRole on resource"),
    breakages.drop_job_rights: ("AccessDeniedException", "bedrock:CreateModelInvocationJob"),
    breakages.delete_bucket: ("NoSuchBucket", "does not exist"),
    breakages.remove_gateway_policy: ("AccessDenied", "perform: s3:PutObject"),
    breakages.bound_gateway: ("AccessDeniedException", "no permissions boundary allows the iam:"),
}
HARMLESS = (breakages.remove_bucket_policy, breakages.remove_public_access_block)
"""To the job, not to whoever owns what is in the bucket."""


@pytest.mark.parametrize("breakage", LATE, ids=lambda breakage: breakage.__name__)
def test_these_are_accepted_and_fail_later(stack, breakage):
    breakage(stack.cloud.env, stack.promised)
    job = stack.run(requests(100))
    assert job["status"] == "Failed"
    assert LATE[breakage] in job["message"]
    assert job["processedRecordCount"] == 0


@pytest.mark.parametrize("breakage", AT_ONCE, ids=lambda breakage: breakage.__name__)
def test_these_are_refused_at_once(stack, breakage):
    breakage(stack.cloud.env, stack.promised)
    code, message = refusal(lambda: stack.run(requests(100)))
    wanted, part = AT_ONCE[breakage]
    assert code == wanted
    assert part in message


@pytest.mark.parametrize("breakage", HARMLESS, ids=lambda breakage: breakage.__name__)
def test_these_leave_the_bucket_open_and_the_job_alone(stack, breakage):
    breakage(stack.cloud.env, stack.promised)
    assert stack.run(requests(100))["status"] == "Completed"


def test_every_breakage_is_proven():
    assert {*LATE, *AT_ONCE, *HARMLESS} == set(breakages.BREAKAGES)


def test_what_guards_a_bucket_can_be_taken_from_it(stack, operator):
    s3, bucket = operator.get("s3"), stack.promised.bucket
    for breakage, ask in (
        (breakages.remove_bucket_policy, s3.get_bucket_policy),
        (breakages.remove_public_access_block, s3.get_public_access_block),
    ):
        ask(Bucket=bucket)
        breakage(stack.cloud.env, stack.promised)
        assert refusal(ask, Bucket=bucket)[0].startswith("NoSuch")


def test_a_bucket_that_takes_the_logs_can_be_left_alone(stack, operator):
    s3, bucket = operator.get("s3"), stack.promised.bucket
    logs = {"LoggingEnabled": {"TargetBucket": bucket, "TargetPrefix": "logs/"}}
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus=logs)
    breakages.stop_access_logs(stack.cloud.env, stack.promised)
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=bucket)


def test_pass_role_is_refused_in_the_words_of_aws(stack):
    breakages.remove_pass_role(stack.cloud.env, stack.promised)
    stack.upload(requests(100))
    _, message = refusal(stack.create)
    role = stack.promised.gateway_principal_arn.rpartition("/")[2]
    assert message == (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{role}/gateway is not authorized to perform: "
        f"iam:PassRole on resource: {stack.promised.job_role_arn} because no identity-based policy "
        "allows the iam:PassRole action"
    )


def test_a_moved_bucket_keeps_its_settings(stack, operator):
    breakages.move_bucket(stack.cloud.env, stack.promised)
    s3 = operator.get("s3")
    block = s3.get_public_access_block(Bucket=stack.promised.bucket)
    assert all(block["PublicAccessBlockConfiguration"].values())
    where = s3.get_bucket_location(Bucket=stack.promised.bucket)["LocationConstraint"]
    assert where == "eu-central-1"


def test_a_deleted_bucket_fails_a_job_that_was_accepted_before(stack):
    stack.upload(requests(100))
    arn = stack.create()
    breakages.delete_bucket(stack.cloud.env, stack.promised)
    job = stack.ended(arn)
    assert (job["status"], "does not exist" in job["message"]) == ("Failed", True)


def test_a_profile_job_fails_when_one_destination_is_missing(aws_cloud):
    stack = deploy(aws_cloud, PROFILE)
    iam = Clients(aws_cloud.env).get("iam")
    role = stack.promised.job_role_arn.rpartition("/")[2]
    elsewhere = next(arn for arn in stack.promised.model_arns if ":us-east-2:" in arn)
    denial = {"Effect": "Deny", "Action": "bedrock:InvokeModel", "Resource": elsewhere}
    document = json.dumps({"Version": "2012-10-17", "Statement": denial})
    iam.put_role_policy(RoleName=role, PolicyName="deny", PolicyDocument=document)
    job = stack.run(requests(100))
    assert job["status"] == "Failed"
    assert elsewhere in job["message"]


def test_a_bucket_of_another_account_than_the_named_one_is_refused(stack, operator):
    head = operator.get("s3").head_bucket
    assert head(Bucket=stack.promised.bucket, ExpectedBucketOwner=ACCOUNT)
    wrong = {"Bucket": stack.promised.bucket, "ExpectedBucketOwner": "210987654321"}
    assert refusal(head, **wrong)[0] == "403"
    source = {
        "s3Uri": f"s3://{stack.promised.bucket}/in/requests.jsonl",
        "s3BucketOwner": "210987654321",
    }
    job = stack.run(requests(100), inputDataConfig={"s3InputDataConfig": source})
    assert "does not belong to account 210987654321" in job["message"]


@pytest.mark.parametrize(
    ("rows", "part"),
    [
        (requests(1), "contains less records (1) than the required minimum of: 100"),
        (requests(50_001), "contains more records (50001)"),
        ([*requests(100), requests(1)[0]], "recordId r0 is used twice"),
        ([*requests(100), "{not json"], "Line 101 of in/requests.jsonl is not JSON"),
        ([*requests(100), '{"recordId": "x"}'], "Line 101 of in/requests.jsonl has no modelInput"),
    ],
    ids=["too few", "too many", "twice", "not JSON", "no input"],
)
def test_a_bad_file_is_accepted_and_fails_later(stack, rows, part):
    job = stack.run(rows)
    assert (job["status"], part in job["message"]) == ("Failed", True), job["message"]


def test_the_message_about_too_few_requests_is_bedrocks_own(stack):
    job = stack.run(requests(1))
    assert job["message"] == (
        f"Batch job {job['jobArn']} contains less records (1) than the required minimum of: 100"
    )
