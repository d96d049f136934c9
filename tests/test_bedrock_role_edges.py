"""The edges of the job role's trust: what Bedrock's request carries, what it lacks, the words."""

import pytest
from bedrock_world import ACCOUNT, JOB_ROLE, PROMISED, REGION, FakeAws, ask, trusting

from infra.grants import job_role_trust
from preflight.outcomes import Failed, Passed, Unknown
from preflight.seams import Role

CHECK = "bedrock-job-role-trust"
JOBS = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:model-invocation-job/*"
NEVER_CARRIED = [
    "sts:ExternalId",
    "sts:SourceIdentity",
    "sts:TransitiveTagKeys",
    "aws:TagKeys",
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalTag/team",
    "aws:RequestTag/team",
    "aws:PrincipalType",
    "aws:username",
    "aws:userid",
    "aws:MultiFactorAuthPresent",
    "aws:MultiFactorAuthAge",
    "aws:FederatedProvider",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:VpcSourceIp",
    "aws:TokenIssueTime",
]
CARRIED = {
    "aws:SourceAccount": ACCOUNT,
    "aws:SecureTransport": "true",
    "aws:PrincipalIsAWSService": "true",
    "aws:PrincipalServiceName": "bedrock.amazonaws.com",
}


def trusted(*statements):
    return FakeAws(roles={JOB_ROLE: Role(JOB_ROLE, {"Statement": list(statements)})})


@pytest.mark.parametrize("key", NEVER_CARRIED)
def test_a_condition_on_what_only_people_and_roles_carry_keeps_bedrock_out(key):
    found = ask(CHECK, trusting(Condition={"StringEquals": {key: "x"}}))
    assert isinstance(found, Failed)
    assert f"it asks StringEquals {key} x, but the request does not carry it" in found.problem


@pytest.mark.parametrize("key", CARRIED)
def test_a_condition_on_what_bedrock_carries_is_met_by_its_value_alone(key):
    assert isinstance(ask(CHECK, trusting(Condition={"StringEquals": {key: CARRIED[key]}})), Passed)
    assert isinstance(ask(CHECK, trusting(Condition={"StringEquals": {key: "x"}})), Failed)


def test_a_condition_on_what_nobody_knows_is_unknown_and_says_where():
    found = ask(CHECK, trusting(Condition={"StringEquals": {"aws:SourceIp": "10.0.0.1"}}))
    assert isinstance(found, Unknown)
    assert 'depends on statement "' in found.reason or "depends on statement 1: " in found.reason


def test_a_role_that_is_gone_trusts_nobody():
    found = ask(CHECK, FakeAws(roles={}))
    assert found == Failed(f"the Bedrock job role {JOB_ROLE} does not exist", "pulumi up --refresh")


def test_trust_that_allows_nothing_has_no_statement_to_name():
    found = ask(CHECK, trusted())
    assert "the trust policy, it has no statement that allows anything" in found.problem


def test_trust_that_denies_is_told_apart_from_trust_that_does_not_allow():
    (healthy,) = job_role_trust(PROMISED)["Statement"]
    denial = {"Sid": "Never", "Effect": "Deny", "Principal": "*", "Action": "sts:*"}
    denied = ask(CHECK, trusted(healthy, denial))
    assert 'the trust policy, denies it by its statement "Never"' in denied.problem
    other = ask(CHECK, trusting(Sid="Other", Principal={"Service": "ec2.amazonaws.com"}))
    assert 'the trust policy, statement "Other": its Principal is ec2' in other.problem
    assert other.remedy.endswith(f"ArnLike aws:SourceArn {JOBS}")


def test_trust_in_one_job_names_the_next_one_in_words():
    pinned = {"ArnEquals": {"aws:SourceArn": JOBS.replace("*", "abc123def456")}}
    assert ask(CHECK, trusting(Condition=pinned)).problem.endswith("/<the next job's id>")


@pytest.mark.parametrize("key", ["aws:SourceAccount", "AWS:sourceARN"])
def test_either_key_keeps_other_accounts_jobs_out(key):
    value = ACCOUNT if key == "aws:SourceAccount" else JOBS
    found = ask(CHECK, trusting(Condition={"StringLike": {key: value}}))
    assert (type(found), found.caveat) == (Passed, "")
    secure = ask(CHECK, trusting(Condition={"Bool": {"aws:SecureTransport": "true"}}))
    assert "jobs of any account" in secure.caveat
