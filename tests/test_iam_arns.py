"""Who is a principal by an ARN, and for whom a session stands."""

import pytest
from iam_policies import (
    ACCOUNT,
    BEDROCK,
    ROLE,
)

from preflight.iam import Kind, Principal, role_of_session


@pytest.mark.parametrize(
    "arn",
    [
        "job",
        "a:b:iam::1:role/",
        "arn:aws:iam::1",
        "arn:aws:iam:::role/job",
        "arn:aws:iam:role/job",
        f"arn:aws:iam::{ACCOUNT}:root",
        f"arn:aws:iam::{ACCOUNT}:role/",
        f"arn:aws:iam::{ACCOUNT}:group/job",
        f"arn:aws:s3::{ACCOUNT}:role/job",
        f"x:aws:iam::{ACCOUNT}:role/job",
        f"arn:aws:sts::{ACCOUNT}:assumed-role",
    ],
)
def test_only_roles_and_users_are_principals_by_arn(arn):
    with pytest.raises(ValueError, match=arn):
        Principal.of_arn(arn)


@pytest.mark.parametrize(
    "arn",
    [
        ROLE,
        "job",
        f"arn:aws:iam::{ACCOUNT}:assumed-role/job/today",
        f"arn:aws:sts::{ACCOUNT}:federated-user/ann",
        f"arn:aws:sts::{ACCOUNT}:assumed-role",
    ],
)
def test_what_is_no_session_stands_for_itself(arn):
    assert role_of_session(arn) == arn


def test_a_path_is_known_unless_only_a_session_told_of_the_role():
    assert Principal(Kind.ROLE, ROLE, ACCOUNT) == Principal.of_arn(ROLE)
    assert BEDROCK.partition == ""


def test_a_session_stands_for_its_role():
    session = Principal.of_arn(f"arn:aws:sts::{ACCOUNT}:assumed-role/job/today")
    role = f"arn:aws:iam::{ACCOUNT}:role/job"
    assert session == Principal(Kind.ROLE, role, ACCOUNT, path_known=False)
