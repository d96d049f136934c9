"""IAM's own engine and the documents, against the same account: they must say the same."""

import contextlib
import json

import pytest
from aws_stack import PROFILE, deploy
from suite_reports import outcomes, report

from preflight.checks.bedrock import SUITES
from preflight.checks.bedrock_ways import DOCUMENTS, ENGINE
from preflight.cloud import aws
from preflight.looks import looks, other_ways
from preflight.outcomes import Passed, Unknown
from preflight.sandbox.aws import breakages
from preflight.sandbox.aws.clients import Clients
from preflight.seams import Refused

pytest_plugins = ["aws_fixtures"]

ENGINES = "iam:SimulatePrincipalPolicy"
READER = "reader"
EVERY = [look.permission for look in looks("bedrock")]
OTHERS = sorted({look.permission for look in other_ways("bedrock")} - set(EVERY))
OF_A_ROLE = [
    right
    for right in OTHERS
    if "User" not in right and "Group" not in right and not right.startswith("organizations:")
]


@pytest.fixture
def reading(aws_cloud, monkeypatch):
    """Asks as an identity that has these rights and no others."""
    for name, value in aws_cloud.env.items():
        monkeypatch.setenv(name, value)
    iam = Clients(aws_cloud.env).get("iam")
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_user(UserName=READER)
    key = iam.create_access_key(UserName=READER)["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])

    def allow(promised, rights):
        statement = {"Effect": "Allow", "Action": list(rights), "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=READER, PolicyName=READER, PolicyDocument=policy)
        return aws.connect(promised)

    yield allow
    iam.delete_access_key(UserName=READER, AccessKeyId=key["AccessKeyId"])


def judged(promised, client):
    return outcomes(report(SUITES, promised, client))


def without(*lost):
    return [right for right in (*EVERY, *OTHERS) if right not in lost]


def kinds(found):
    return {id_: type(one).__name__ for id_, one in found.items()}


@pytest.mark.parametrize(
    "breakage", [None, *breakages.BREAKAGES], ids=lambda one: getattr(one, "__name__", "none")
)
def test_both_ways_say_the_same_of_every_breakage(stack, reading, breakage):
    if breakage is not None:
        breakage(stack.cloud.env, stack.promised)
    by_engine = judged(stack.promised, reading(stack.promised, without()))
    by_documents = judged(stack.promised, reading(stack.promised, without(ENGINES)))
    assert kinds(by_engine) == kinds(by_documents)
    for id_, one in by_documents.items():
        if getattr(by_engine[id_], "by", "") == ENGINE:
            assert one.by == DOCUMENTS


def test_a_profile_is_ready_in_both_ways(aws_cloud, reading):
    promised = deploy(aws_cloud, PROFILE).promised
    for rights in (without(), without(ENGINES)):
        found = judged(promised, reading(promised, rights))
        assert set(kinds(found).values()) == {"Passed"}


@pytest.mark.parametrize("lost", OF_A_ROLE)
def test_with_both_ways_closed_both_permissions_are_named(stack, reading, lost):
    # A policy in the role, one attached to it and a boundary: every look is made.
    iam, role = Clients(stack.cloud.env).get("iam"), stack.promised.gateway_principal_arn
    everything = "arn:aws:iam::aws:policy/AdministratorAccess"
    name = role.rpartition("/")[2]
    iam.attach_role_policy(RoleName=name, PolicyArn=everything)
    iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=everything)
    found = judged(stack.promised, reading(stack.promised, without(ENGINES, lost)))
    unknown = [one for one in found.values() if isinstance(one, Unknown)]
    assert unknown
    assert all(lost in one.needs for one in unknown)
    assert any(one.needs == f"{ENGINES}, or {lost}" for one in unknown)


def test_an_organization_that_may_not_be_seen_is_a_caveat(stack, reading):
    rights = [one for one in without(ENGINES) if not one.startswith("organizations:")]
    found = judged(stack.promised, reading(stack.promised, rights))["bedrock-gateway-jobs"]
    assert isinstance(found, Passed)
    assert "organizations:DescribeOrganization" in found.caveat


def test_all_that_is_written_about_a_user_is_read(aws_cloud, reading, stack):
    iam = Clients(aws_cloud.env).get("iam")
    user, group = "batch-user", "batch-group"
    arn = iam.create_user(UserName=user, Tags=[{"Key": "team", "Value": "a"}])["User"]["Arn"]
    iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName=group, UserName=user)

    def policy(sid):
        statement = {"Sid": sid, "Effect": "Allow", "Action": "s3:*", "Resource": "*"}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    made = {
        name: iam.create_policy(PolicyName=name, PolicyDocument=policy(name))["Policy"]["Arn"]
        for name in ("attached", "ofgroup", "boundary")
    }
    iam.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=policy("own"))
    iam.attach_user_policy(UserName=user, PolicyArn=made["attached"])
    iam.put_group_policy(GroupName=group, PolicyName="ingroup", PolicyDocument=policy("ingroup"))
    iam.attach_group_policy(GroupName=group, PolicyArn=made["ofgroup"])
    iam.put_user_permissions_boundary(UserName=user, PermissionsBoundary=made["boundary"])
    found = reading(stack.promised, without()).written(arn)
    sids = {one["Sid"] for document in found.policies for one in document["Statement"]}
    assert sids == {"own", "attached", "ingroup", "ofgroup"}
    assert found.boundary["Statement"][0]["Sid"] == "boundary"
    assert found.keys["aws:username"] == user
    assert found.keys["aws:PrincipalTag/team"] == "a"
    of_users = [one for one in OTHERS if "User" in one or "Group" in one]
    for lost in of_users:
        with pytest.raises(Refused) as refused:
            reading(stack.promised, without(lost)).written(arn)
        assert refused.value.permission == lost


def test_a_namesake_with_another_path_is_nobody(stack, reading):
    client = reading(stack.promised, without())
    role = stack.promised.gateway_principal_arn
    assert client.written(role)
    assert client.written(role.replace(":role/", ":role/elsewhere/")) is None
    assert client.written(f"{role}-that-is-not-there") is None


def test_a_session_stands_for_its_role_whatever_its_path(aws_cloud, stack, reading):
    iam = Clients(aws_cloud.env).get("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="deep", Path="/svc/", AssumeRolePolicyDocument=document)
    session = "arn:aws:sts::123456789012:assumed-role/deep/me"
    client = reading(stack.promised, without())
    assert client.written(session).policies == ()
    assert client.may(session, "s3:GetObject", "*", {}).allowed is False
    assert client.may(session.replace("deep", "gone"), "s3:GetObject", "*", {}) is None
