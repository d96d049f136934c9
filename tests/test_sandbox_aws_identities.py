"""As whom the gateway may act in the sandbox's AWS: a user, a role below a path, within bounds."""

import json
from dataclasses import replace
from secrets import token_hex

import pytest
from aws_stack import MODEL, deploy, gateway_user, policy, refusal, requests

from preflight.sandbox.aws import breakages
from preflight.sandbox.aws.cloud import ACCOUNT
from preflight.sandbox.handlers.aws import handlers

pytest_plugins = ["aws_fixtures"]


def rights(promised):
    """What a gateway needs, written by hand."""
    bucket = f"arn:aws:s3:::{promised.bucket}"
    place = f"arn:aws:bedrock:{promised.region}"
    actions = ["s3:ListBucket", "s3:PutObject", "s3:GetObject", "bedrock:*", "iam:PassRole"]
    jobs = f"{place}:{promised.account}:model-invocation-job/*"
    on = [bucket, f"{bucket}/*", jobs, f"{place}::foundation-model/*", promised.job_role_arn]
    return policy("Allow", *actions, on=on)


@pytest.fixture
def by_user(aws_cloud, stack):
    """A stack whose gateway acts as its own user, by the user's keys and a policy of the user's."""
    stack.promised = replace(stack.promised, gateway_principal_arn=aws_cloud.gateway_user_arn)
    name = aws_cloud.gateway_user_arn.rpartition("/")[2]
    made = handlers(aws_cloud.env)["aws:iam/userPolicy:UserPolicy"]
    identity, state = made.create("batch", {"user": name, "policy": rights(stack.promised)})
    stack.gateway = gateway_user(aws_cloud)
    yield stack
    made.delete(identity, state)


def test_a_gateway_that_is_a_user_runs_a_job_without_a_role(by_user):
    job = by_user.run(requests(100))
    assert job["status"] == "Completed", job.get("message")


def test_a_user_who_lost_the_policy_may_nothing(aws_cloud, operator, by_user):
    name = aws_cloud.gateway_user_arn.rpartition("/")[2]
    user = operator.get("iam")
    before = user.get_user_policy(UserName=name, PolicyName="assume-roles")["PolicyDocument"]
    breakages.remove_gateway_policy(aws_cloud.env, by_user.promised)
    code, message = refusal(by_user.upload, lines=requests(1))
    user.put_user_policy(
        UserName=name, PolicyName="assume-roles", PolicyDocument=json.dumps(before)
    )
    assert code == "AccessDenied"
    assert (
        f"User: {aws_cloud.gateway_user_arn} is not authorized to perform: s3:PutObject" in message
    )


def test_single_rights_are_taken_from_a_user_as_from_a_role(aws_cloud, by_user):
    breakages.remove_pass_role(aws_cloud.env, by_user.promised)
    by_user.upload(requests(100))
    code, message = refusal(by_user.create)
    assert (code, "iam:PassRole" in message) == ("AccessDeniedException", True)


def test_a_boundary_binds_a_user_as_well(aws_cloud, operator, by_user):
    breakages.bound_gateway(aws_cloud.env, by_user.promised)
    by_user.upload(requests(100))
    _, message = refusal(by_user.create)
    name = aws_cloud.gateway_user_arn.rpartition("/")[2]
    operator.get("iam").delete_user_permissions_boundary(UserName=name)
    assert message.endswith("because no permissions boundary allows the iam:PassRole action")


def test_roles_below_a_path_are_assumed_passed_and_named_by_policies(aws_cloud):
    stack = deploy(aws_cloud, MODEL, path="/platform/batch/")
    assert stack.promised.job_role_arn.startswith(f"arn:aws:iam::{ACCOUNT}:role/platform/batch/")
    job = stack.run(requests(100))
    assert job["status"] == "Completed", job.get("message")
    breakages.deny_in_bucket_policy(aws_cloud.env, stack.promised)
    assert "with an explicit deny in a resource-based" in stack.run(requests(100))["message"]


def test_a_role_that_was_there_before_takes_one_more_policy(aws_cloud, operator):
    user = {"AWS": aws_cloud.gateway_user_arn}
    statement = {"Effect": "Allow", "Principal": user, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    name = f"existing-{token_hex(3)}"
    role = operator.get("iam").create_role(
        RoleName=name, Path="/ops/", AssumeRolePolicyDocument=trust
    )["Role"]
    stack = deploy(aws_cloud)
    stack.promised = replace(stack.promised, gateway_principal_arn=role["Arn"])
    made = handlers(aws_cloud.env)["aws:iam/rolePolicy:RolePolicy"]
    identity, state = made.create("batch", {"role": name, "policy": rights(stack.promised)})
    job = stack.run(requests(100))
    assert job["status"] == "Completed", job.get("message")
    made.delete(identity, state)
    assert refusal(stack.upload, lines=requests(1))[0] == "AccessDenied"
    assert operator.get("iam").get_role(RoleName=name)["Role"]["Arn"] == role["Arn"]


def test_a_policy_for_a_role_or_user_that_is_not_there_is_refused(aws_cloud):
    for kind in ("role", "user"):
        create = handlers(aws_cloud.env)[f"aws:iam/{kind}Policy:{kind.title()}Policy"].create
        inputs = {kind: "nobody", "policy": policy("Allow", "s3:GetObject", on="*")}
        assert refusal(create, name="more", inputs=inputs)[0] == "NoSuchEntity"


def test_a_policy_about_nothing_is_refused(aws_cloud, operator):
    put = operator.get("iam").put_user_policy
    name = aws_cloud.gateway_user_arn.rpartition("/")[2]
    document = json.dumps(policy("Allow", "s3:GetObject", on=[]))
    code, message = refusal(put, UserName=name, PolicyName="none", PolicyDocument=document)
    assert (code, message) == (
        "MalformedPolicyDocument",
        "Policy statement must contain resources.",
    )


def test_a_boundary_on_the_job_role_denies_what_it_does_not_allow(aws_cloud, operator):
    document = json.dumps(policy("Allow", "s3:*", on="*"))
    boundary = operator.get("iam").create_policy(
        PolicyName=f"only-s3-{token_hex(3)}", PolicyDocument=document
    )["Policy"]["Arn"]
    stack = deploy(aws_cloud, permissionsBoundary=boundary)
    stack.upload(requests(100))
    code, message = refusal(stack.create)
    assert code == "AccessDeniedException"
    assert "no permissions boundary allows the bedrock:CreateModelInvocationJob" in message
    name = stack.promised.gateway_principal_arn.rpartition("/")[2]
    operator.get("iam").delete_role_permissions_boundary(RoleName=name)
    job = stack.ended(stack.create())
    assert "no permissions boundary allows the bedrock:InvokeModel action" in job["message"]
