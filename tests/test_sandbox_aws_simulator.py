"""SimulatePrincipalPolicy in the sandbox's AWS."""

import json
from secrets import token_hex

import pytest
from aws_stack import refusal

from preflight.permissions import Identity, arns, condition, permissions
from preflight.sandbox.aws.cloud import ACCOUNT

pytest_plugins = ["aws_fixtures"]


def simulated(operator, source, actions, resources, context=None):
    entries = [
        {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
        for key, value in (context or {}).items()
    ]
    found = operator.get("iam").simulate_principal_policy(
        PolicySourceArn=source,
        ActionNames=actions,
        ResourceArns=resources,
        ContextEntries=entries,
    )["EvaluationResults"]
    return {(each["EvalActionName"], each["EvalResourceName"]): each for each in found}


def role_with(operator, *statements, path="/", boundary=None):
    iam = operator.get("iam")
    trust = {
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
        ]
    }
    name = f"sim-{token_hex(4)}"
    more = {"PermissionsBoundary": boundary} if boundary else {}
    role = iam.create_role(
        RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(trust), **more
    )["Role"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=policy)
    return role["Arn"]


def test_the_simulator_honours_the_context(stack, operator):
    source, job_role = stack.promised.gateway_principal_arn, stack.promised.job_role_arn
    passed = {"iam:PassedToService": "bedrock.amazonaws.com"}

    def asked(context):
        found = simulated(operator, source, ["iam:PassRole"], [job_role], context)
        return found["iam:PassRole", job_role]

    assert asked(passed)["EvalDecision"] == "allowed"
    assert asked(passed)["MatchedStatements"]
    assert asked({"iam:PassedToService": "ec2.amazonaws.com"})["EvalDecision"] == "implicitDeny"
    without = asked({})
    assert without["EvalDecision"] == "implicitDeny"
    assert "iam:PassedToService" in without["MissingContextValues"]


def test_the_simulator_agrees_with_the_table_of_permissions(stack, operator):
    of = {
        Identity.GATEWAY: stack.promised.gateway_principal_arn,
        Identity.JOB_ROLE: stack.promised.job_role_arn,
    }
    for identity, source in of.items():
        for row in permissions("bedrock", identity):
            resources = list(arns(stack.promised, row.on))
            if not resources:  # a right on what this stack does not have
                continue
            context = condition(row, stack.promised)
            found = simulated(operator, source, [row.action], resources, context)
            assert {each["EvalDecision"] for each in found.values()} == {"allowed"}, row


def test_the_simulator_evaluates_every_action_on_every_resource(operator):
    source = role_with(
        operator,
        {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"},
        {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::b/secret"},
    )
    resources = ["arn:aws:s3:::b/x", "arn:aws:s3:::b/secret", "arn:aws:s3:::c/x"]
    found = simulated(operator, source, ["s3:GetObject", "s3:PutObject"], resources)
    decisions = [each["EvalDecision"] for each in found.values()]
    assert decisions == [
        "allowed", "explicitDeny", "implicitDeny", "implicitDeny", "explicitDeny", "implicitDeny",
    ]  # fmt: skip


def test_the_simulator_knows_paths_boundaries_and_policy_variables(operator):
    everything = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    with_path = role_with(operator, everything, path="/service/batch/")
    put, get = "s3:PutObject", "s3:GetObject"
    found = simulated(operator, with_path, [put], ["*"])
    assert found[put, "*"]["EvalDecision"] == "allowed"

    document = {"Version": "2012-10-17", "Statement": everything | {"Action": get}}
    boundary = operator.get("iam").create_policy(
        PolicyName=f"boundary-{token_hex(3)}", PolicyDocument=json.dumps(document)
    )["Policy"]["Arn"]
    bounded = role_with(operator, everything, boundary=boundary)
    found = simulated(operator, bounded, [put, get], ["*"])
    assert [each["EvalDecision"] for each in found.values()] == ["implicitDeny", "allowed"]
    detail = found[put, "*"]["PermissionsBoundaryDecisionDetail"]
    assert detail == {"AllowedByPermissionsBoundary": False}

    own = "arn:aws:s3:::b/${aws:PrincipalAccount}/*"
    variable = role_with(operator, everything | {"Resource": own})
    resource = f"arn:aws:s3:::b/{ACCOUNT}/x"
    assert (
        simulated(operator, variable, [get], [resource])[get, resource]["EvalDecision"] == "allowed"
    )


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (f"arn:aws:iam::{ACCOUNT}:role/nobody", "NoSuchEntity"),
        (f"arn:aws:iam::{ACCOUNT}:user/nobody", "NoSuchEntity"),
        (f"arn:aws:iam::{ACCOUNT}:root", "InvalidInput"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/role/session", "InvalidInput"),
    ],
)
def test_the_simulator_says_when_there_is_no_such_principal(operator, source, code):
    simulate = operator.get("iam").simulate_principal_policy
    assert refusal(simulate, PolicySourceArn=source, ActionNames=["s3:GetObject"])[0] == code


def test_simulating_needs_a_right_of_its_own(stack):
    source = stack.promised.gateway_principal_arn
    simulate = stack.gateway.get("iam").simulate_principal_policy
    code, message = refusal(simulate, PolicySourceArn=source, ActionNames=["s3:GetObject"])
    assert (code, "iam:SimulatePrincipalPolicy" in message) == ("AccessDenied", True)
