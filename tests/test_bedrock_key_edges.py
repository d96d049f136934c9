"""The edges of what is asked of the key: each identity, each doubt, each repair."""

from dataclasses import replace

import pytest
from bedrock_world import (
    ACCOUNT,
    APART,
    BUCKET,
    GATEWAY,
    JOB_ROLE,
    KEY,
    OTHER_ACCOUNT,
    PROMISED,
    REGION,
    RESULTS,
    ROOT,
    THROUGH_S3,
    WITH_KEY,
    FakeAws,
    apart,
    ask,
    encrypted,
    without,
)

from preflight.checks.bedrock_ways import DOCUMENTS, ENGINE
from preflight.outcomes import Failed, Passed, Unknown
from preflight.seams import KmsKey

CHECK = "bedrock-bucket-key"
EVERYONE = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
CLOSED = {"may": "iam:SimulatePrincipalPolicy"}


def to(*arns, **more):
    return EVERYONE | {"Principal": {"AWS": list(arns)}} | more


def test_without_a_customer_key_there_is_nothing_to_ask():
    found = ask(CHECK, FakeAws())
    assert (found.detail, found.caveat, found.by) == (f"no customer key encrypts {BUCKET}", "", "")


def test_what_passes_says_which_key_and_who_was_asked():
    found = ask(CHECK, encrypted())
    assert found == Passed(f"both identities may use key {KEY}", "", ENGINE)


def test_two_buckets_with_one_key_say_it_once_and_with_a_key_and_none_both():
    world = apart()
    key = encrypted()
    world.keys, world.bucket_key = key.keys, KEY
    world.rights |= {right: on for right, on in key.rights.items() if right[2] == KEY}
    assert ask(CHECK, world, APART).detail == f"both identities may use key {KEY}"
    world.bucket_kms_key = lambda bucket: KEY if bucket == RESULTS else None
    found = ask(CHECK, world, APART)
    assert found.detail == f"no customer key encrypts {BUCKET}; both identities may use key {KEY}"
    assert found.by == ENGINE


def test_a_bucket_whose_second_key_is_gone_fails_behind_a_sound_first():
    world = apart()
    key = encrypted()
    world.keys = key.keys
    world.rights |= {right: on for right, on in key.rights.items() if right[2] == KEY}
    world.bucket_kms_key = lambda bucket: KEY if bucket == BUCKET else f"{KEY}2"
    assert f"bucket {RESULTS} encrypts with key {KEY}2" in ask(CHECK, world, APART).problem


@pytest.mark.parametrize("left_out", [GATEWAY, JOB_ROLE])
def test_a_key_policy_must_let_in_each_of_the_two(left_out):
    (other,) = {GATEWAY, JOB_ROLE} - {left_out}
    found = ask(CHECK, encrypted(to(other)))
    assert isinstance(found, Failed)
    assert "does not allow" in found.problem
    assert left_out in found.problem


@pytest.mark.parametrize(
    ("state", "command"),
    [
        ("Disabled", "enable-key"),
        ("PendingDeletion", "cancel-key-deletion"),
        ("PendingReplicaDeletion", "cancel-key-deletion"),
    ],
)
def test_a_key_that_is_off_is_turned_on_where_it_is(state, command):
    found = ask(CHECK, encrypted(state=state))
    assert found.remedy == f"aws kms {command} --key-id {KEY} --region {REGION}"


def test_an_identity_that_can_hold_no_right_is_unknown():
    promised = replace(PROMISED, gateway_principal_arn=ROOT)
    found = ask(CHECK, encrypted(), promised)
    assert isinstance(found, Unknown)
    assert "no role or user" in found.reason
    assert ROOT in found.reason


def test_a_deny_and_a_doubt_of_the_key_policy_are_told_apart_by_their_statements():
    denied = ask(CHECK, encrypted(EVERYONE, EVERYONE | {"Sid": "Never", "Effect": "Deny"}))
    assert denied.problem.startswith("the key policy denies the gateway identity")
    assert 'except kms:GenerateDataKey by that identity from statement "Never"' in denied.remedy
    vpce = {"Sid": "Perhaps", "Condition": {"StringEquals": {"aws:SourceVpce": "v"}}}
    open_ = ask(CHECK, encrypted(EVERYONE | vpce))
    assert 'depends on its statement "Perhaps"' in open_.reason
    assert "aws:SourceVpce" in open_.reason


def test_a_right_on_the_key_is_asked_for_by_way_of_s3():
    world = encrypted()
    ask(CHECK, world)
    assert {right[2] for right, _ in world.asked} == {KEY}
    assert all(context.items() >= THROUGH_S3.items() for _, context in world.asked)
    assert len(world.asked) == 4


@pytest.mark.parametrize("closed", [{}, CLOSED])
def test_an_identity_that_the_key_lets_in_and_that_is_gone_fails(closed):
    found = ask(CHECK, replace(encrypted(), principals={GATEWAY}, refused=closed))
    assert isinstance(found, Failed)
    assert f"{JOB_ROLE} kms:Decrypt on {KEY}" in found.problem
    assert "does not exist" in found.problem


# --- what the identity's own policies leave open


def hanging(*lost, **changes):
    """Policies that look at where the request comes from, which nobody knows."""
    return without(replace(encrypted(), looks_at=("aws:SourceIp",), **changes), *lost)


def test_a_right_that_hangs_on_a_key_the_engine_was_not_told_is_unknown():
    found = ask(CHECK, hanging((JOB_ROLE, "kms:Decrypt")))
    assert isinstance(found, Unknown)
    assert found.reason.endswith("is allowed depends on aws:SourceIp")
    assert found.by == ENGINE


def test_a_right_that_is_allowed_and_hangs_on_such_a_key_says_so():
    found = ask(CHECK, hanging())
    assert isinstance(found, Passed)
    assert found.caveat == "its policies also look at aws:SourceIp, taken as absent"


def test_a_right_that_the_documents_leave_open_is_unknown_and_says_where():
    found = ask(CHECK, hanging((JOB_ROLE, "kms:Decrypt"), refused=CLOSED))
    assert isinstance(found, Unknown)
    assert "statement" in found.reason
    assert "aws:SourceIp" in found.reason
    assert found.by == DOCUMENTS


def test_what_is_denied_by_a_policy_of_its_own_is_denied_whatever_else_is_open():
    found = ask(CHECK, hanging(denials={"kms:Decrypt"}))
    assert isinstance(found, Failed)
    assert "a policy of its own denies" in found.problem
    assert found.by == DOCUMENTS


def test_a_key_of_another_account_is_weighed_as_anothers():
    """Let in by name there, an identity needs its own policies all the same."""
    theirs = KEY.replace(ACCOUNT, OTHER_ACCOUNT)
    world = encrypted()
    world.bucket_key = theirs
    world.keys = {theirs: KmsKey(theirs, "Enabled", {"Statement": [to(GATEWAY, JOB_ROLE)]})}
    promised = replace(WITH_KEY, kms_key_arn=theirs)
    assert "no policy allows" in ask(CHECK, world, promised).problem
    world.rights |= {
        (who, action, theirs): on for (who, action, key), on in world.rights.items() if key == KEY
    }
    assert isinstance(ask(CHECK, world, promised), Passed)
