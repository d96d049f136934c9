"""The edges of who may do what at AWS: what is looked at, what lets in, how a no is explained."""

from dataclasses import replace

import pytest
from bedrock_world import (
    ABROAD,
    ACCOUNT,
    BUCKET,
    GATEWAY,
    JOB_ROLE,
    PROMISED,
    FakeAws,
    abroad,
    ask,
    granted,
    with_policy,
    without,
)

from preflight.checks.bedrock_rights import bucket_in
from preflight.checks.bedrock_ways import DOCUMENTS, ENGINE
from preflight.outcomes import Failed, Passed, Unknown
from preflight.seams import Refused, Written

PASS_ROLE = "bedrock-gateway-pass-role"
JOBS = "bedrock-gateway-jobs"
IN_BUCKET = "bedrock-job-role-bucket"
CLOSED = {"may": "iam:SimulatePrincipalPolicy"}
NO_POLICY = {"bucket_policy": "s3:GetBucketPolicy"}
UNSEEN = CLOSED | {"control_policies": "organizations:ListPolicies"}


def allowing(**more):
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"} | more
    return {"Version": "2012-10-17", "Statement": [statement]}


def boundary(but):
    return {"Statement": [{"Effect": "Allow", "NotAction": but, "Resource": "*"}]}


# --- what is looked at


@pytest.mark.parametrize(
    ("check", "principals"), [(JOBS, {JOB_ROLE}), (PASS_ROLE, {JOB_ROLE}), (IN_BUCKET, {GATEWAY})]
)
@pytest.mark.parametrize("refused", [{}, CLOSED])
def test_an_identity_that_is_gone_has_no_right(check, principals, refused):
    found = ask(check, FakeAws(principals=principals, refused=refused))
    assert isinstance(found, Failed)
    assert "does not exist" in found.problem


def test_no_bucket_policy_is_looked_at_for_what_is_not_in_the_bucket():
    world = without(FakeAws(refused=NO_POLICY), (GATEWAY, "iam:PassRole"))
    assert isinstance(ask(PASS_ROLE, world), Failed)


def test_the_policy_of_anothers_bucket_may_stay_out_of_sight_where_a_right_is_lacking_anyway():
    world = without(abroad(), (JOB_ROLE, "s3:PutObject"))
    world.refused = NO_POLICY
    assert isinstance(ask(IN_BUCKET, world, ABROAD), Failed)
    at_home = without(FakeAws(refused=NO_POLICY), (JOB_ROLE, "s3:PutObject"))
    with pytest.raises(Refused):
        ask(IN_BUCKET, at_home)


def test_a_bucket_without_a_policy_lets_nobody_in():
    for refused in ({}, CLOSED):
        world = without(FakeAws(policy=None, refused=refused), (JOB_ROLE, "s3:PutObject"))
        found = ask(IN_BUCKET, world)
        assert isinstance(found, Failed)
        assert f"{JOB_ROLE} lacks s3:PutObject on arn:aws:s3:::{BUCKET}/*" in found.problem


def test_a_bucket_policy_lets_in_where_the_roles_own_policies_leave_it_open():
    world = with_policy(Effect="Allow", Principal={"AWS": JOB_ROLE})
    world.refused = CLOSED
    hanging = allowing(Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}})
    world.written = lambda principal: Written((hanging,))
    found = ask(IN_BUCKET, world)
    assert isinstance(found, Passed)
    assert found.caveat == "s3:ListBucket, s3:GetObject, s3:PutObject by the bucket policy alone"
    world.policy = None
    assert isinstance(ask(IN_BUCKET, world), Unknown)


@pytest.mark.parametrize(
    ("arn", "bucket"),
    [
        ("arn:aws:s3:::a", "a"),
        ("arn:aws:s3:::a/*", "a"),
        ("arn:aws-cn:s3:::a/b:::c/*", "a"),
    ],
)
def test_the_bucket_in_an_arn_ends_at_its_first_slash(arn, bucket):
    assert bucket_in(arn) == bucket


# --- how a no is explained


def test_a_right_that_nobody_denies_is_lacking():
    found = ask(PASS_ROLE, without(FakeAws(), (GATEWAY, "iam:PassRole")))
    assert f"the gateway identity {GATEWAY} lacks iam:PassRole on {JOB_ROLE}" in found.problem
    assert found.remedy == (
        f"pulumi up --refresh, or allow iam:PassRole in the policies of {GATEWAY}"
    )
    assert found.by == ENGINE


def test_the_statement_that_denies_is_named_where_it_was_read():
    seen = ask(PASS_ROLE, FakeAws(denials={"iam:PassRole"}, refused=CLOSED))
    assert "is denied by a policy (identity policy 1, statement" in seen.problem
    assert seen.by == DOCUMENTS
    unseen = ask(PASS_ROLE, FakeAws(denials={"iam:PassRole"}))
    assert "is denied by a policy iam:PassRole" in unseen.problem
    assert unseen.by == ENGINE


def test_of_rights_told_by_both_ways_a_deny_that_was_read_is_named():
    """The engine answers for one of them, and may not be asked for another."""
    world = FakeAws(denials={"s3:GetObject", "s3:PutObject"})
    engine = world.may

    def sometimes(principal, action, resource, context):
        if action == "s3:GetObject":
            raise Refused("the account", "iam:SimulatePrincipalPolicy", "me")
        return engine(principal, action, resource, context)

    world.may = sometimes
    found = ask(IN_BUCKET, world)
    assert "is denied by a policy (identity policy 1, statement" in found.problem
    assert found.by == f"{ENGINE}, and {DOCUMENTS}"


def test_an_organization_that_keeps_from_one_right_goes_before_another_that_is_lacking():
    world = without(FakeAws(refused=CLOSED), (GATEWAY, "bedrock:StopModelInvocationJob"))
    world.control = ((boundary("bedrock:GetModelInvocationJob"),),)
    found = ask(JOBS, world)
    assert "is not allowed by its organization's policies" in found.problem
    assert "allowed in the organization's policies for the account" in found.remedy


def test_a_boundary_goes_before_a_right_that_is_lacking():
    world = without(FakeAws(refused=CLOSED), (GATEWAY, "bedrock:StopModelInvocationJob"))
    world.boundary = boundary("bedrock:GetModelInvocationJob")
    found = ask(JOBS, world)
    assert "is not allowed by its permissions boundary" in found.problem


# --- what a yes rests on


def test_a_caveat_is_said_once_and_nothing_stands_where_there_is_none():
    seen = ask(JOBS, FakeAws(refused=UNSEEN))
    assert seen.caveat.startswith("service control policies were not seen")
    assert seen.caveat.count("service control policies") == 1
    world = FakeAws()
    engine = world.may
    world.may = lambda who, action, *more: replace(
        engine(who, action, *more),
        organization_allows=None if action.startswith("bedrock:Get") else True,
    )
    said = ask(JOBS, world).caveat
    assert said == "IAM's engine leaves out service control policies that have conditions"


def test_each_action_is_named_once():
    detail = ask(JOBS, FakeAws()).detail
    assert detail.count("bedrock:CreateModelInvocationJob") == 1
    assert detail.startswith(f"IAM allows the gateway identity {GATEWAY} bedrock:Create")


def test_what_can_be_no_identity_is_unknown():
    promised = replace(PROMISED, job_role_arn=f"arn:aws:iam::{ACCOUNT}:role")
    found = ask(IN_BUCKET, FakeAws(rights=granted(PROMISED)), promised)
    assert found == Unknown(
        f"the Bedrock job role arn:aws:iam::{ACCOUNT}:role is no role or user",
        "the ARN of one in the stack",
    )


# --- which of the two ways is believed


def test_what_the_engine_says_of_the_organization_no_documents_take_back():
    """Its policies may be out of sight of them, and then they would allow what it does not."""
    world = FakeAws(limits={"organization_allows": False}, looks_at=("aws:SourceArn",))
    found = ask(PASS_ROLE, world)
    assert isinstance(found, Unknown)
    assert found.by == ENGINE
    assert isinstance(ask(PASS_ROLE, replace(world, looks_at=())), Failed)


@pytest.mark.parametrize("allows", [None, True])
def test_where_the_organization_lets_it_the_documents_may_settle_what_was_not_told(allows):
    limits = {} if allows is None else {"organization_allows": allows}
    found = ask(PASS_ROLE, FakeAws(limits=limits, looks_at=("aws:SourceArn",)))
    assert isinstance(found, Passed)
    assert found.by == DOCUMENTS


def test_the_engines_answer_stands_where_the_documents_cannot_be_read_or_are_gone():
    out_of_sight = FakeAws(looks_at=("aws:SourceArn",), refused={"written": "iam:GetRole"})
    gone = FakeAws(looks_at=("aws:SourceArn",))
    gone.written = lambda principal: None
    for world in (out_of_sight, gone):
        found = ask(PASS_ROLE, world)
        assert isinstance(found, Passed)
        assert found.by == ENGINE
        assert found.caveat == "its policies also look at aws:SourceArn, taken as absent"


def test_a_deny_of_the_organization_is_a_deny_and_its_silence_a_lack():
    limits = {"organization_allows": False}
    denied = ask(PASS_ROLE, FakeAws(limits=limits, denials={"iam:PassRole"}))
    assert "is denied by a policy" in denied.problem
    silent = ask(PASS_ROLE, FakeAws(limits=limits))
    assert "is not allowed by its organization's policies" in silent.problem


def test_what_a_look_at_the_identity_tells_of_its_requests_is_known_to_the_documents():
    tagged = allowing(Condition={"StringEquals": {"aws:PrincipalTag/team": "batch"}})
    world = FakeAws(refused=CLOSED)
    world.written = lambda principal: Written((tagged,), keys={"aws:PrincipalTag/team": "batch"})
    assert isinstance(ask(PASS_ROLE, world), Passed)
    world.written = lambda principal: Written((tagged,), keys={"aws:PrincipalTag/team": "other"})
    assert isinstance(ask(PASS_ROLE, world), Failed)
    world.written = lambda principal: Written((tagged,))
    assert isinstance(ask(PASS_ROLE, world), Unknown)
