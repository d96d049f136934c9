"""What a stack may ask for beyond the plain one: a key, a place for results, another's bucket."""

import dataclasses

import pytest
from bedrock_world import (
    ABROAD,
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
    WITH_KEY,
    FakeAws,
    abroad,
    apart,
    ask,
    encrypted,
    granted,
    ids,
    verify,
    without,
)

from infra.grants import tls_only
from preflight.checks.bedrock import CHECKS
from preflight.contract import ACCESS_LOGS, ENCRYPTED_TRANSPORT, GUARDS
from preflight.grants import bucket_policy, identity_policy, key_statements
from preflight.outcomes import Failed, Passed, Unknown
from preflight.permissions import Identity
from preflight.routes import create_extras
from preflight.seams import KmsKey, LifecycleRule

EVERY = {one.id for one in CHECKS}


@pytest.mark.parametrize(
    ("world", "promised"),
    [(encrypted(), WITH_KEY), (apart(), APART), (abroad(), ABROAD)],
    ids=["key", "results apart", "abroad"],
)
def test_each_option_is_ready_when_it_is_as_promised(world, promised):
    assert ids(verify(world, promised), Passed) == EVERY


# --- the promised key


def test_a_bucket_that_the_promised_key_does_not_encrypt_fails():
    assert KEY in ask("bedrock-bucket-key", FakeAws(), WITH_KEY).problem
    other = f"{KEY}2"
    world = encrypted()
    world.bucket_key, world.keys[other] = other, KmsKey(other, "Enabled", world.keys[KEY].policy)
    found = ask("bedrock-bucket-key", world, WITH_KEY)
    assert isinstance(found, Failed)
    assert f"key {other} encrypts bucket {BUCKET}, and not the promised key {KEY}" in found.problem
    assert "pulumi up --refresh" in found.remedy


def test_a_key_by_its_alias_is_the_promised_one_if_it_is_the_same():
    world = encrypted()
    world.bucket_key = "alias/batch"
    world.keys["alias/batch"] = world.keys[KEY]
    assert isinstance(ask("bedrock-bucket-key", world, WITH_KEY), Passed)


def test_a_key_that_is_on_its_way_out_is_called_back():
    found = ask("bedrock-bucket-key", encrypted(state="PendingDeletion"), WITH_KEY)
    assert f"aws kms cancel-key-deletion --key-id {KEY}" in found.remedy


def test_a_key_of_another_account_needs_its_own_policy_and_the_identitys():
    theirs = KEY.replace(ACCOUNT, OTHER_ACCOUNT)
    promised = dataclasses.replace(PROMISED, kms_key_arn=theirs)
    policy = key_statements(promised)
    world = FakeAws(
        bucket_key=theirs,
        keys={theirs: KmsKey(theirs, "Enabled", policy)},
        rights=granted(promised),
    )
    assert isinstance(ask("bedrock-bucket-key", world, promised), Passed)
    lost = ask("bedrock-bucket-key", without(world, (JOB_ROLE, "kms:Decrypt")), promised)
    assert "no policy allows" in lost.problem
    world.keys[theirs] = KmsKey(theirs, "Enabled", key_statements(promised, Identity.GATEWAY))
    assert "does not allow" in ask("bedrock-bucket-key", world, promised).problem


def test_rights_on_a_key_are_granted_through_s3_in_the_region_and_only_where_it_is_promised():
    for identity in (Identity.GATEWAY, Identity.JOB_ROLE):
        assert "kms:" not in str(identity_policy(PROMISED, identity))
        (statement,) = [
            it for it in identity_policy(WITH_KEY, identity)["Statement"] if it["Resource"] == [KEY]
        ]
        assert set(statement["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}
        through = {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}
        assert statement["Condition"] == {"StringEquals": through}


def test_in_china_s3_has_another_name_to_kms():
    china = dataclasses.replace(WITH_KEY, partition="aws-cn", region="cn-north-1")
    assert "s3.cn-north-1.amazonaws.com.cn" in str(identity_policy(china, Identity.GATEWAY))


# --- the results elsewhere


@pytest.mark.parametrize(
    ("world", "check_id"),
    [
        (apart(regions={BUCKET: REGION}), "bedrock-bucket"),
        (apart(regions={BUCKET: REGION, RESULTS: "eu-west-1"}), "bedrock-bucket-region"),
        (apart(policies={RESULTS: None}), "bedrock-bucket-guards"),
        (without(apart(), (JOB_ROLE, "s3:PutObject")), "bedrock-job-role-bucket"),
        (without(apart(), (GATEWAY, "s3:GetObject")), "bedrock-gateway-bucket"),
    ],
)
def test_the_bucket_of_the_results_is_looked_at_like_the_first(world, check_id):
    assert ids(verify(world, APART), Failed) == {check_id}


def test_rights_are_on_the_requests_or_on_the_results():
    text = str(identity_policy(APART, Identity.JOB_ROLE)["Statement"])
    assert f"'s3:PutObject'], 'Resource': ['arn:aws:s3:::{RESULTS}/done/*']" in text
    assert f"'s3:GetObject'], 'Resource': ['arn:aws:s3:::{BUCKET}/*']" in text


def test_where_the_results_go_is_told_the_gateway_with_a_caveat():
    place = {"s3OutputDataConfig": {"s3Uri": f"s3://{RESULTS}/done/"}}
    assert create_extras(APART)["output_data_config"] == place
    assert "output_data_config" not in create_extras(PROMISED)
    assert "output_data_config" in ask("bedrock-bucket", apart(), APART).caveat


def test_a_short_life_in_either_bucket_is_too_short():
    found = ask("bedrock-bucket-expiry", apart(rules=(LifecycleRule(3),)), APART)
    assert isinstance(found, Failed)


# --- another account's bucket


def test_a_bucket_of_another_account_must_let_both_in():
    for identity, left_out in ((Identity.GATEWAY, JOB_ROLE), (Identity.JOB_ROLE, GATEWAY)):
        world = abroad(policy=bucket_policy(ABROAD, identity))
        report = verify(world, ABROAD)
        assert ids(report, Failed) == {"bedrock-bucket-policy"}
        found = ask("bedrock-bucket-policy", world, ABROAD)
        assert left_out in found.problem
        assert f"which account {OTHER_ACCOUNT} owns" in found.problem
        assert "preflight permissions" in found.remedy


def test_a_bucket_policy_that_lets_the_whole_account_in_lets_both_in():
    statement = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "s3:*", "Resource": "*"}
    world = abroad(policy={"Version": "2012-10-17", "Statement": [statement]})
    assert ids(verify(world, ABROAD), Passed) == EVERY


def test_a_bucket_policy_abroad_does_not_stand_in_for_the_identitys_own():
    world = without(abroad(), (JOB_ROLE, "s3:GetObject"))
    assert ids(verify(world, ABROAD), Failed) == {"bedrock-job-role-bucket"}


def test_whether_the_gateway_names_the_owner_is_a_caveat():
    assert "s3BucketOwner" in ask("bedrock-bucket-owner", abroad(), ABROAD).caveat
    assert not ask("bedrock-bucket-owner", FakeAws()).caveat


def test_the_condition_on_the_buckets_account_names_its_owner():
    statements = identity_policy(ABROAD, Identity.JOB_ROLE)["Statement"]
    named = [it["Condition"]["StringEquals"] for it in statements if "Condition" in it]
    assert named == [{"aws:ResourceAccount": OTHER_ACCOUNT}] * len(named)
    assert named


# --- the guards


def test_a_bucket_that_promises_nothing_is_held_to_nothing():
    world = FakeAws(policy=None, open_to_public=frozenset({"BlockPublicAcls"}))
    promised = dataclasses.replace(PROMISED, guards=())
    assert isinstance(ask("bedrock-bucket-guards", world, promised), Passed)


@pytest.mark.parametrize(
    "statement",
    [
        {"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Condition": {"Bool": {"aws:SecureTransport": False}}, "Sid": "Other"},
        {
            "Condition": {"StringEquals": {"aws:SecureTransport": "false"}},
            "Principal": {"AWS": "*"},
        },
    ],
)
def test_any_statement_that_refuses_plain_text_will_do(statement):
    made = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    world = FakeAws(policy={"Version": "2012-10-17", "Statement": [made | statement]})
    assert isinstance(ask("bedrock-bucket-guards", world), Passed)


@pytest.mark.parametrize(
    "change",
    [
        {"Action": "s3:PutObject"},
        {"Principal": {"AWS": JOB_ROLE}},
        {"Effect": "Allow"},
        {"Resource": f"arn:aws:s3:::{BUCKET}"},
    ],
)
def test_a_statement_that_leaves_some_plain_text_in_is_not_enough(change):
    (made,) = tls_only(PROMISED)["Statement"]
    world = FakeAws(policy={"Version": "2012-10-17", "Statement": [made | change]})
    found = ask("bedrock-bucket-guards", world)
    assert isinstance(found, Failed)
    assert found.remedy == "pulumi up --refresh"


def test_a_guard_that_hangs_on_the_network_is_unknown():
    (made,) = tls_only(PROMISED)["Statement"]
    condition = made["Condition"] | {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    world = FakeAws(
        policy={"Version": "2012-10-17", "Statement": [made | {"Condition": condition}]}
    )
    promised = dataclasses.replace(PROMISED, guards=(ENCRYPTED_TRANSPORT,))
    assert isinstance(ask("bedrock-bucket-guards", world, promised), Unknown)


def test_logs_that_are_promised_must_go_somewhere():
    promised = dataclasses.replace(PROMISED, guards=(ACCESS_LOGS,))
    assert "not logged" in ask("bedrock-bucket-guards", FakeAws(), promised).problem
    assert isinstance(ask("bedrock-bucket-guards", FakeAws(logs="logs"), promised), Passed)


def test_every_guard_of_the_contract_can_be_promised():
    promised = dataclasses.replace(PROMISED, guards=GUARDS)
    assert isinstance(ask("bedrock-bucket-guards", FakeAws(logs="logs"), promised), Passed)
