"""What conditions say: each operator, absent and unknown keys, what is not understood."""

import pytest
from iam_policies import (
    ACCOUNT,
    allow,
    condition,
    policy,
    says,
)

from preflight.iam import Effect


@pytest.mark.parametrize(
    ("operator", "value", "actual"),
    [
        ("StringEquals", ["a", "b"], "b"),
        ("StringLike", "a*c", "abc"),
        ("StringEqualsIgnoreCase", "ABC", "abc"),
        ("StringNotEquals", "a", "b"),
        ("ArnLike", "arn:aws:s3:::buck*", "arn:aws:s3:::bucket"),
        ("ArnEquals", "arn:aws:iam::*:role/x", f"arn:aws:iam::{ACCOUNT}:role/x"),
        ("Bool", True, "true"),
        ("StringEquals", True, "true"),
        ("NumericEquals", 3.5, "3.5"),
        ("NumericLessThan", 12, "11.5"),
        ("DateGreaterThan", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"),
        ("IpAddress", "10.0.0.0/8", "10.9.9.9"),
        ("Null", "false", "anything"),
        ("ForAnyValue:StringEquals", "b", ("a", "b")),
        ("ForAllValues:StringEquals", ["a", "b"], ("a", "b")),
    ],
)
def test_a_condition_that_holds_allows(operator, value, actual):
    assert says(condition(operator, value), {"TEST:Key": actual}).effect is Effect.ALLOW


@pytest.mark.parametrize(
    ("operator", "value", "actual"),
    [
        ("StringEquals", "a*", "abc"),
        ("StringNotEquals", ["a", "b"], "b"),
        ("ArnLike", "arn:aws:*:x", "arn:aws:s3:::x"),
        ("Bool", "true", "false"),
        ("NumericGreaterThanEquals", 12, "11.5"),
        ("DateLessThan", 1, "2026-02-01T00:00:00Z"),
        ("NotIpAddress", "10.0.0.0/8", "10.9.9.9"),
        ("Null", "true", "anything"),
        ("ForAllValues:StringEquals", "b", ("a", "b")),
        ("ForAnyValue:StringNotEquals", ["a", "b"], ("a", "b")),
    ],
)
def test_a_condition_that_fails_does_not_allow(operator, value, actual):
    assert says(condition(operator, value), {"test:key": actual}).effect is not Effect.ALLOW


@pytest.mark.parametrize(
    ("operator", "effect"),
    [
        ("StringEquals", Effect.NONE),
        ("StringNotEquals", Effect.ALLOW),
        ("StringEqualsIfExists", Effect.ALLOW),
        ("ForAllValues:StringEquals", Effect.ALLOW),
        ("ForAnyValue:StringEquals", Effect.NONE),
        ("ForAnyValue:StringNotEquals", Effect.NONE),
        ("ForAnyValue:StringEqualsIfExists", Effect.UNKNOWN),
        ("ForAllValues:StringEqualsIfExists", Effect.ALLOW),
        ("ForAllValues:StringNotEquals", Effect.ALLOW),
    ],
)
def test_an_absent_key_has_an_outcome(operator, effect):
    assert says(condition(operator, "a"), absent={"Test:Key"}).effect is effect


def test_null_takes_either_word():
    for actual in ({"test:key": "a"}, {}):
        document = condition("Null", ["true", "false"])
        assert says(document, actual, absent={"test:key"}).effect is Effect.ALLOW


def test_a_key_that_lists_nothing_is_absent_and_an_empty_one_unknown():
    assert says(condition("Null", "true"), {"test:key": ()}).effect is Effect.ALLOW
    assert says(condition("ForAnyValue:StringLike", "*"), {"test:key": ()}).effect is Effect.NONE
    assert says(condition("StringLike", "*"), {"test:key": ""}).effect is Effect.UNKNOWN


def test_the_first_doubt_is_told_and_a_failure_before_any():
    doubtful = {"StringEquals": {"test:one": "a", "test:two": "a"}, "Null": {"test:three": "true"}}
    assert "test:one" in says(policy(allow(Condition=doubtful))).reason
    assert "test:three" in says(policy(allow(Condition=doubtful)), {"test:three": "a"}).reason


def test_a_family_of_keys_can_be_absent():
    document = policy(allow(Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}}))
    assert says(document, absent={"aws:PrincipalTag/"}).effect is Effect.NONE
    assert says(document, absent={"aws:RequestTag/"}).effect is Effect.UNKNOWN
    whole = policy(allow(Condition={"StringEquals": {"aws:PrincipalTag": "a"}}))
    assert says(whole, absent={"aws:PrincipalTag/"}).effect is Effect.UNKNOWN


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("StringEquals", "a"),
        ("StringNotEqualsIfExists", "a"),
        ("Null", "true"),
        ("ForAllValues:StringLike", "*"),
    ],
)
def test_an_unknown_key_is_never_a_yes(operator, value):
    ruling = says(condition(operator, value))
    assert ruling.effect is Effect.UNKNOWN
    assert "test:key" in ruling.reason
    assert "not known" in ruling.reason


@pytest.mark.parametrize(
    ("operator", "value", "actual"),
    [
        ("StringSounds", "a", "a"),
        ("NullIfExists", "true", "a"),
        ("ForSomeValues:StringEquals", "a", "a"),
        ("Bool", "perhaps", "true"),
        ("Null", "perhaps", "a"),
        ("NumericEquals", "many", "1"),
        ("DateEquals", "tomorrow", "2026-01-01T00:00:00Z"),
        ("IpAddress", "here", "10.0.0.1"),
        ("ArnLike", "*", "arn:aws:s3:::bucket"),
        ("StringEquals", "a", ("a", "b")),
        ("StringEquals", "${not a key}", "a"),
        ("StringEquals", ["a", {}], "a"),
        ("StringEquals", ["a", None], "a"),
        ("StringNotEquals", [], "a"),
    ],
)
def test_what_is_not_understood_is_never_a_yes(operator, value, actual):
    assert says(condition(operator, value), {"test:key": actual}).effect is Effect.UNKNOWN
