"""Who may do what at AWS: by IAM's own engine, else by the documents; and which of them it was."""

import dataclasses

import pytest
from bedrock_world import (
    ACCOUNT,
    BUCKET,
    GATEWAY,
    JOB_ROLE,
    KEY,
    PROMISED,
    WITH_PROFILE,
    FakeAws,
    abroad,
    answer,
    apart,
    ask,
    encrypted,
    granted,
    ids,
    verify,
    with_profile,
    without,
)
from test_checks_bedrock import BREAKAGES

from preflight.checks.bedrock_ways import DOCUMENTS, ENGINE
from preflight.outcomes import Failed, Passed, Unknown
from preflight.seams import Unreachable

BY_THEM = {
    "bedrock-gateway-identity",
    "bedrock-gateway-jobs",
    "bedrock-gateway-bucket",
    "bedrock-gateway-pass-role",
    "bedrock-job-role-bucket",
    "bedrock-job-role-models",
}
CLOSED = {"may": "iam:SimulatePrincipalPolicy"}
PASS_ROLE = "bedrock-gateway-pass-role"
SILENT = {"Version": "2012-10-17", "Statement": []}


def but(action):
    """A document that allows everything but one action."""
    statement = {"Effect": "Allow", "NotAction": action, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def denying(action):
    statement = {"Sid": "Keep", "Effect": "Deny", "Action": action, "Resource": "*"}
    every = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [every, statement]}


def closed(world, *looks):
    world.refused = CLOSED | {look: f"see:{look}" for look in looks}
    return world


def said_by(report):
    return {result.check_id: result.outcome.by for result in report.results if result.outcome.by}


def test_the_engine_answers_where_it_may_be_asked():
    assert {who for id_, who in said_by(verify(FakeAws())).items() if id_ in BY_THEM} == {ENGINE}


def test_the_documents_answer_where_the_engine_may_not_be_asked():
    report = verify(closed(FakeAws()))
    assert ids(report, Passed) == ids(verify(FakeAws()), Passed)
    assert {id_: who for id_, who in said_by(report).items() if id_ in BY_THEM} == dict.fromkeys(
        BY_THEM, DOCUMENTS
    )


@pytest.mark.parametrize(("world", "check_id"), BREAKAGES.values(), ids=BREAKAGES)
def test_both_ways_say_the_same_of_every_breakage(world, check_id):
    world = closed(dataclasses.replace(world))
    report = verify(world)
    assert ids(report, Failed) == {check_id}
    assert not ids(report, Unknown)


@pytest.mark.parametrize(
    ("world", "promised"),
    [(with_profile(), WITH_PROFILE), (encrypted(), PROMISED)],
    ids=["a profile", "a key"],
)
def test_the_options_pass_by_the_documents_too(world, promised):
    assert not ids(verify(closed(world), promised), Failed) | ids(verify(world, promised), Unknown)


def test_a_bucket_apart_and_one_abroad_pass_by_the_documents_too():
    from bedrock_world import ABROAD, APART  # noqa: PLC0415

    for world, promised in ((apart(), APART), (abroad(), ABROAD)):
        assert not ids(verify(closed(world), promised), Failed)


def test_with_both_ways_closed_the_permissions_of_both_are_named():
    found = verify(closed(FakeAws(), "written"))
    assert "bedrock-gateway-identity" in ids(found, Unknown)
    needs = answer(found, "bedrock-gateway-identity").needs
    assert needs == "iam:SimulatePrincipalPolicy, or see:written"


def test_with_the_second_way_broken_the_first_ones_permission_is_named():
    world = closed(FakeAws())

    def broken(principal):
        raise Unreachable(principal, "cut off", "try again")

    world.written = broken
    needs = answer(verify(world), "bedrock-gateway-identity").needs
    assert needs == "iam:SimulatePrincipalPolicy"


def test_unseen_service_control_policies_are_a_caveat():
    found = ask(PASS_ROLE, closed(FakeAws(), "control_policies"))
    assert isinstance(found, Passed)
    assert "service control policies were not seen" in found.caveat
    assert "see:control_policies" in found.caveat
    assert not ask(PASS_ROLE, closed(FakeAws())).caveat


@pytest.mark.parametrize("levels", [((but("iam:*"),),), ((but("x:*"),), (denying("iam:*"),))])
def test_a_service_control_policy_that_keeps_from_it_fails_it(levels):
    found = ask(PASS_ROLE, closed(FakeAws(control=levels)))
    assert isinstance(found, Failed)
    assert found.by == DOCUMENTS


def test_a_boundary_that_keeps_from_it_is_named_in_either_way():
    for world in (
        closed(FakeAws(boundary=but("iam:PassRole"))),
        FakeAws(limits={"boundary_allows": False}),
    ):
        found = ask(PASS_ROLE, world)
        assert isinstance(found, Failed)
        assert "permissions boundary" in found.problem
        assert "permissions boundary" in found.remedy


def test_what_the_engine_says_of_the_organization_is_named():
    found = ask(PASS_ROLE, FakeAws(limits={"organization_allows": False}))
    assert isinstance(found, Failed)
    assert "organization" in found.problem
    passed = ask(PASS_ROLE, FakeAws(limits={"organization_allows": True}))
    assert "have conditions" in passed.caveat


def test_a_bucket_policy_lets_a_role_in_but_not_past_its_boundary():
    allow = {
        "Effect": "Allow",
        "Principal": {"AWS": JOB_ROLE},
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
    }
    policy = {"Version": "2012-10-17", "Statement": [allow]}
    rights = ("s3:GetObject", "s3:PutObject", "s3:ListBucket")

    def world(**more):
        made = FakeAws(policy=policy, **more)
        return without(made, *((JOB_ROLE, right) for right in rights))

    for unbounded in (world(), closed(world())):
        assert isinstance(ask("bedrock-job-role-bucket", unbounded), Passed)
    for bounded in (
        world(limits={"boundary_allows": False}),
        closed(world(boundary=but("s3:PutObject"))),
    ):
        assert isinstance(ask("bedrock-job-role-bucket", bounded), Failed)


def test_what_the_engine_was_not_told_the_documents_may_decide():
    # The engine does not know that the gateway's requests carry no such key.
    world = FakeAws(looks_at=("aws:SourceArn",))
    found = ask(PASS_ROLE, world)
    assert isinstance(found, Passed)
    assert (found.by, found.caveat) == (DOCUMENTS, "")
    lacking = without(FakeAws(looks_at=("aws:SourceArn",)), (GATEWAY, "iam:PassRole"))
    assert isinstance(ask(PASS_ROLE, lacking), Failed)


def test_a_doubt_of_the_documents_is_unknown_and_says_where():
    found = ask(PASS_ROLE, closed(FakeAws(looks_at=("aws:SourceIp",))))
    assert isinstance(found, Unknown)
    assert found.by == DOCUMENTS
    assert "statement" in found.reason


def test_a_key_is_judged_by_the_documents_with_the_boundary_too():
    check = "bedrock-bucket-key"
    assert ask(check, closed(encrypted())).by == DOCUMENTS
    assert ask(check, encrypted()).by == ENGINE
    world = closed(encrypted())
    world.boundary = but("kms:Decrypt")
    assert isinstance(ask(check, world), Failed)


def test_a_right_on_a_key_that_nothing_allows_fails_in_either_way():
    for world in (encrypted(), closed(encrypted())):
        found = ask("bedrock-bucket-key", without(world, (JOB_ROLE, "kms:Decrypt")))
        assert isinstance(found, Failed)
        assert KEY in found.problem


def test_an_identity_that_is_gone_is_gone_in_either_way():
    for world in (FakeAws(principals={JOB_ROLE}), closed(FakeAws(principals={JOB_ROLE}))):
        assert "does not exist" in answer(verify(world), "bedrock-gateway-identity").problem


def test_what_can_be_no_role_is_unknown():
    promised = dataclasses.replace(PROMISED, gateway_principal_arn=f"arn:aws:iam::{ACCOUNT}:root")
    world = FakeAws(principals={JOB_ROLE}, rights=granted(promised))
    for check in ("bedrock-gateway-identity", PASS_ROLE):
        assert isinstance(ask(check, world, promised), Unknown)
