"""Whom a resource policy means: roles, sessions, services, everybody but these."""

import pytest
from iam_policies import (
    ACCOUNT,
    BEDROCK,
    ROLE,
    USER,
    allow,
    policy,
    says,
    trusts,
)

from preflight.iam import Effect, Kind, Principal


@pytest.mark.parametrize(
    ("principal", "effect", "delegated"),
    [
        ("*", Effect.ALLOW, False),
        ({"AWS": "*"}, Effect.ALLOW, False),
        ({"AWS": ROLE}, Effect.ALLOW, False),
        ({"AWS": ["arn:aws:iam::999999999999:role/x", ROLE]}, Effect.ALLOW, False),
        ({"AWS": ACCOUNT}, Effect.ALLOW, True),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, Effect.ALLOW, True),
        ({"AWS": "arn:aws:iam::999999999999:root"}, Effect.NONE, False),
        ({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/job/today"}, Effect.UNKNOWN, False),
        ({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/other/today"}, Effect.NONE, False),
        ({"Service": "bedrock.amazonaws.com"}, Effect.NONE, False),
        ({"Federated": "cognito-identity.amazonaws.com"}, Effect.NONE, False),
        ({"CanonicalUser": "79a5"}, Effect.UNKNOWN, False),
        ({"CanonicalUser": "*"}, Effect.UNKNOWN, False),
        ("everybody", Effect.UNKNOWN, False),
        ({"AWS": "everybody"}, Effect.UNKNOWN, False),
        ({"Everyone": "*"}, Effect.UNKNOWN, False),
        ({"AWS": ["*", 7]}, Effect.ALLOW, False),
        ({"AWS": 7}, Effect.UNKNOWN, False),
        ({}, Effect.NONE, False),
        ({"AWS": "AROAJQABLZS4A3QDU576Q"}, Effect.NONE, False),
        ({"AWS": "999999999999"}, Effect.NONE, False),
        ({"AWS": f"arn:aws-cn:iam::{ACCOUNT}:root"}, Effect.NONE, False),
        ({"AWS": ROLE.replace(":aws:", ":aws-cn:")}, Effect.NONE, False),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/other/job"}, Effect.NONE, False),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"}, Effect.UNKNOWN, False),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/x*"}, Effect.NONE, False),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/job"}, Effect.NONE, False),
    ],
)
def test_a_role_is_meant_by_name_or_as_one_of_its_account(principal, effect, delegated):
    ruling = trusts(principal, Principal.of_arn(ROLE))
    assert (ruling.effect, ruling.delegated) == (effect, delegated)


@pytest.mark.parametrize(
    ("principal", "effect"),
    [
        (f"arn:aws:iam::{ACCOUNT}:role/job", Effect.ALLOW),
        (ROLE, Effect.ALLOW),
        (f"arn:aws:iam::{ACCOUNT}:role/other", Effect.NONE),
        (f"arn:aws:iam::{ACCOUNT}:role/other-job", Effect.NONE),
        ("arn:aws:iam::999999999999:role/svc/job", Effect.NONE),
        (f"arn:aws:iam::{ACCOUNT}:user/job", Effect.NONE),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/job/today", Effect.UNKNOWN),
    ],
)
def test_a_role_known_by_its_session_is_meant_whatever_its_path(principal, effect):
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/job/today"
    assert trusts({"AWS": principal}, Principal.of_arn(session)).effect is effect


def test_one_session_is_meant_by_its_own_name_only():
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/job/today"
    today = Principal.of_session(session)
    assert today == Principal(
        Kind.ROLE, f"arn:aws:iam::{ACCOUNT}:role/job", ACCOUNT, "today", False
    )
    assert trusts({"AWS": session}, today).effect is Effect.ALLOW
    assert trusts({"AWS": f"{session}-not"}, today).effect is Effect.NONE
    user = Principal.of_arn(f"arn:aws:iam::{ACCOUNT}:user/job")
    assert trusts({"AWS": session}, user).effect is Effect.NONE


@pytest.mark.parametrize(
    "arn", [ROLE, f"arn:aws:sts::{ACCOUNT}:assumed-role/job", "arn:aws:sts::1:assumed-role/j/"]
)
def test_what_is_no_session_is_not_taken_for_one(arn):
    with pytest.raises(ValueError, match=arn):
        Principal.of_session(arn)


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_every_partition_has_its_own_accounts(partition):
    role = f"arn:{partition}:iam::{ACCOUNT}:role/job"
    session = Principal.of_arn(f"arn:{partition}:sts::{ACCOUNT}:assumed-role/job/today")
    assert (session.name, session.partition, session.short) == (role, partition, "job")
    assert trusts({"AWS": role}, session).effect is Effect.ALLOW
    ruling = trusts({"AWS": f"arn:{partition}:iam::{ACCOUNT}:root"}, session)
    assert (ruling.effect, ruling.delegated) == (Effect.ALLOW, True)


@pytest.mark.parametrize(
    ("principal", "effect"),
    [
        ({"Service": "bedrock.amazonaws.com"}, Effect.ALLOW),
        ({"Service": ["lambda.amazonaws.com", "bedrock.amazonaws.com"]}, Effect.ALLOW),
        ({"Service": "lambda.amazonaws.com"}, Effect.NONE),
        ({"Federated": "bedrock.amazonaws.com"}, Effect.NONE),
        ("*", Effect.ALLOW),
        ({"AWS": "*"}, Effect.UNKNOWN),
        ({"AWS": ACCOUNT}, Effect.NONE),
    ],
)
def test_a_service_is_meant_by_its_name(principal, effect):
    assert trusts(principal, BEDROCK).effect is effect


@pytest.mark.parametrize(
    ("excluded", "asker", "effect"),
    [
        ({"AWS": "arn:aws:iam::999999999999:root"}, Principal.of_arn(ROLE), Effect.DENY),
        ({"AWS": ROLE}, Principal.of_arn(ROLE), Effect.UNKNOWN),
        ({"AWS": ACCOUNT}, Principal.of_arn(ROLE), Effect.UNKNOWN),
        ({"AWS": "*"}, Principal.of_arn(ROLE), Effect.NONE),
        ("*", BEDROCK, Effect.NONE),
        ({"AWS": [USER, ACCOUNT]}, Principal.of_arn(USER), Effect.NONE),
        ({"AWS": [USER, ACCOUNT]}, Principal.of_arn(ROLE), Effect.UNKNOWN),
        ({"AWS": USER}, Principal.of_arn(USER), Effect.UNKNOWN),
        ({"CanonicalUser": "79a5"}, Principal.of_arn(ROLE), Effect.UNKNOWN),
        ({"Service": "lambda.amazonaws.com"}, BEDROCK, Effect.DENY),
        ({"Service": "bedrock.amazonaws.com"}, BEDROCK, Effect.NONE),
    ],
)
def test_everybody_but_them_is_denied(excluded, asker, effect):
    document = policy({"Effect": "Deny", "Action": "*", "Resource": "*", "NotPrincipal": excluded})
    assert says(document, principal=asker).effect is effect


def test_a_resource_policy_must_say_whom_it_means():
    assert says(policy(allow()), principal=BEDROCK).effect is Effect.UNKNOWN


def test_a_grant_by_name_is_preferred_to_one_of_the_account():
    document = policy(allow(Principal={"AWS": ACCOUNT}), allow(Principal={"AWS": ROLE}, Sid="Name"))
    ruling = says(document, principal=Principal.of_arn(ROLE))
    assert (ruling.delegated, ruling.statement) == (False, 'statement "Name"')
