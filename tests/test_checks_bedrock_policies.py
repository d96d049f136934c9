import dataclasses

import pytest
from bedrock_world import (
    ACCOUNT,
    BUCKET,
    GATEWAY,
    JOB_ROLE,
    KEY,
    PROMISED,
    REGION,
    ROOT,
    FakeAws,
    ask,
    encrypted,
    trusting,
    with_policy,
    without,
)

from infra.grants import job_role_trust
from preflight.outcomes import Failed, Passed, Unknown
from preflight.seams import Role

# --- the trust policy ---------------------------------------------------------------------------

JOBS = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:model-invocation-job"


@pytest.mark.parametrize(
    "condition",
    [
        {"ArnLike": {"aws:SourceArn": f"{JOBS}/*"}},
        {"StringLike": {"aws:SourceArn": f"{JOBS}/*"}},
        {"ArnEquals": {"aws:SourceArn": f"arn:aws:bedrock:*:{ACCOUNT}:model-invocation-job/*"}},
        {"StringEquals": {"aws:SourceAccount": ["999999999999", ACCOUNT]}},
    ],
)
def test_trust_for_jobs_to_come_passes(condition):
    found = ask("bedrock-job-role-trust", trusting(Condition=condition))
    assert isinstance(found, Passed)
    assert not found.caveat


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"ArnEquals": {"aws:SourceArn": f"{JOBS}/abc123def456"}}, "abc123def456"),
        ({"StringEquals": {"aws:SourceArn": f"{JOBS}/*"}}, "StringEquals"),
        ({"ArnLike": {"aws:SourceArn": f"{JOBS}/*".replace(REGION, "eu-west-1")}}, "eu-west-1"),
        ({"StringEquals": {"aws:SourceAccount": "999999999999"}}, "999999999999"),
        ({"StringEquals": {"sts:ExternalId": "secret"}}, "does not carry it"),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, "does not carry it"),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, "does not carry it"),
    ],
)
def test_trust_that_no_job_to_come_can_meet_fails_and_says_why(condition, said):
    found = ask("bedrock-job-role-trust", trusting(Condition=condition))
    assert isinstance(found, Failed)
    assert said in found.problem
    assert f"{JOBS}/*" in found.remedy


def test_trust_without_a_condition_passes_with_a_caveat():
    found = ask("bedrock-job-role-trust", trusting(Condition=None))
    assert isinstance(found, Passed)
    assert "aws:SourceAccount" in found.caveat


def test_trust_that_hangs_on_what_nobody_knows_is_unknown():
    found = ask(
        "bedrock-job-role-trust", trusting(Condition={"StringEquals": {"aws:SourceOrgID": "o-1"}})
    )
    assert isinstance(found, Unknown)
    assert "aws:SourceOrgID" in found.reason


def test_an_explicit_deny_in_the_trust_policy_is_named():
    world = FakeAws()
    statements = job_role_trust(PROMISED)["Statement"]
    denial = {"Sid": "Never", "Effect": "Deny", "Principal": "*", "Action": "sts:*"}
    trust = {"Version": "2012-10-17", "Statement": [*statements, denial]}
    world.roles[JOB_ROLE] = Role(JOB_ROLE, trust)
    assert 'statement "Never"' in ask("bedrock-job-role-trust", world).problem


# --- the bucket policy --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        {"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}},
        {"Condition": {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}},
        {"Condition": {"ArnNotLike": {"aws:PrincipalArn": [JOB_ROLE, GATEWAY]}}},
        {"Principal": {"AWS": "arn:aws:iam::999999999999:root"}},
        {"Resource": f"arn:aws:s3:::{BUCKET}/elsewhere/*"},
        {"Action": "s3:DeleteObject"},
    ],
)
def test_a_bucket_policy_that_keeps_only_others_out_passes(statement):
    assert isinstance(ask("bedrock-bucket-policy", with_policy(**statement)), Passed)


def test_a_bucket_policy_that_hangs_on_the_network_is_unknown():
    world = with_policy(Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})
    found = ask("bedrock-bucket-policy", world)
    assert isinstance(found, Unknown)
    assert "aws:SourceVpce" in found.reason
    assert 'statement "No"' in found.reason


def test_a_deny_is_worse_than_a_doubt():
    world = with_policy(Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})
    assert world.policy
    world.policy["Statement"].append(
        {"Effect": "Deny", "Principal": {"AWS": JOB_ROLE}, "Action": "*", "Resource": "*"}
    )
    assert isinstance(ask("bedrock-bucket-policy", world), Failed)


def test_no_bucket_policy_denies_nothing():
    assert isinstance(ask("bedrock-bucket-policy", FakeAws(policy=None)), Passed)


def test_a_right_that_only_the_bucket_policy_gives_passes_with_a_caveat():
    world = with_policy(Effect="Allow", Principal={"AWS": JOB_ROLE})
    found = ask("bedrock-job-role-bucket", without(world, (JOB_ROLE, "s3:PutObject")))
    assert isinstance(found, Passed)
    assert "bucket policy" in found.caveat


def test_what_the_roles_own_policy_denies_no_bucket_policy_gives_back():
    world = with_policy(Effect="Allow", Principal={"AWS": JOB_ROLE})
    world.denials = {"s3:PutObject"}
    found = ask("bedrock-job-role-bucket", world)
    assert isinstance(found, Failed)
    assert "s3:PutObject" in found.problem


def test_a_bucket_policy_for_the_whole_account_gives_nobody_a_right():
    world = with_policy(Effect="Allow", Principal={"AWS": ROOT})
    found = ask("bedrock-job-role-bucket", without(world, (JOB_ROLE, "s3:PutObject")))
    assert isinstance(found, Failed)


def test_a_principal_of_another_kind_is_unknown():
    promised = dataclasses.replace(PROMISED, gateway_principal_arn=ROOT)
    found = ask("bedrock-bucket-policy", FakeAws(), promised)
    assert isinstance(found, Unknown)
    assert ROOT in found.reason


# --- the simulator's doubts ---------------------------------------------------------------------


def test_a_denied_right_that_hangs_on_a_missing_key_is_unknown():
    world = without(FakeAws(looks_at=("aws:SourceIp",)), (GATEWAY, "iam:PassRole"))
    found = ask("bedrock-gateway-pass-role", world)
    assert isinstance(found, Unknown)
    assert "aws:SourceIp" in found.reason


def test_an_allowed_right_whose_policies_look_at_a_missing_key_says_so():
    found = ask("bedrock-gateway-pass-role", FakeAws(looks_at=("aws:SourceIp",)))
    assert isinstance(found, Passed)
    assert "aws:SourceIp" in found.caveat


def test_the_tables_own_condition_keys_are_no_doubt():
    looks_at = ("aws:ResourceAccount", "iam:PassedToService")
    assert not ask("bedrock-gateway-jobs", FakeAws(looks_at=looks_at)).caveat


def test_an_explicit_deny_is_told_apart():
    found = ask("bedrock-gateway-pass-role", FakeAws(denials={"iam:PassRole"}))
    assert "denied by a policy" in found.problem
    assert "remove the statement" in found.remedy


# --- the key ------------------------------------------------------------------------------------


def test_a_key_policy_that_names_both_needs_no_other():
    both = {"AWS": [GATEWAY, JOB_ROLE]}
    world = encrypted({"Effect": "Allow", "Principal": both, "Action": "kms:*", "Resource": "*"})
    lost = [(who, action) for who, action, on in world.rights if on == KEY]
    assert isinstance(ask("bedrock-bucket-key", without(world, *lost)), Passed)


def test_a_key_policy_by_way_of_s3_is_met():
    via = {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
    assert isinstance(ask("bedrock-bucket-key", encrypted(statement | {"Condition": via})), Passed)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ({"Sid": "Never", "Effect": "Deny"}, Failed),
        ({"Effect": "Allow", "Condition": {"StringEquals": {"aws:SourceVpce": "v"}}}, Unknown),
    ],
)
def test_a_key_policy_that_denies_or_doubts_is_no_yes(statement, kind):
    everyone = {"Principal": "*", "Action": "kms:*", "Resource": "*"}
    assert isinstance(ask("bedrock-bucket-key", encrypted(everyone | statement)), kind)


def test_an_identity_whose_own_policy_denies_the_key_fails():
    world = encrypted()
    world.denials = {"kms:Decrypt"}
    assert "denies" in ask("bedrock-bucket-key", world).problem
