"""The edges of the evaluator's smallest parts: negated operators, defaults, what a side carries."""

import pytest

from preflight.iam import Request
from preflight.iam.conditions import matching
from preflight.iam.operators import COMPARISONS, OPPOSITES
from preflight.iam.patterns import compiled, plain
from preflight.iam.sides import Resource

ARN = "arn:aws:iam::123456789012:role/a"
NEGATED = [
    ("StringNotEquals", "a", "b"),
    ("StringNotEqualsIgnoreCase", "A", "b"),
    ("StringNotLike", "a*", "b"),
    ("ArnNotEquals", ARN, ARN[:-1]),
    ("ArnNotLike", f"{ARN[:-1]}*", "arn:aws:iam::123456789012:user/a"),
    ("NotIpAddress", "10.0.0.0/8", "11.0.0.1"),
    ("NumericNotEquals", "5", "6"),
    ("DateNotEquals", "2026-01-01", "2026-01-02"),
]
"""A negated operator, what it is asked, and a value that is not like that."""

SAME = {
    "A": "a",
    "a*": "ab",
    f"{ARN[:-1]}*": ARN,
    "10.0.0.0/8": "10.9.9.9",
    "5": "5.0",
    "2026-01-01": "2026-01-01T00:00:00Z",
}
"""A value that is like what is asked, where that is not the same text."""


def holds(operator, asked, has=None, absent=()):
    context = {} if has is None else {"aws:x": has}
    request = Request("s3:GetObject", "*", context=context, absent=frozenset(absent))
    return matching({operator: {"aws:x": asked}}, request, variables=True).holds


@pytest.mark.parametrize(("operator", "asked", "unlike"), NEGATED)
def test_a_negated_operator_holds_where_the_other_does_not(operator, asked, unlike):
    like = SAME.get(asked, asked)
    assert (holds(operator, asked, unlike), holds(operator, asked, like)) == (True, False)
    plain_one = OPPOSITES[operator]
    assert (holds(plain_one, asked, unlike), holds(plain_one, asked, like)) == (False, True)


@pytest.mark.parametrize("operator", [operator for operator, *_ in NEGATED])
def test_a_negated_operator_holds_of_a_key_that_is_surely_absent_and_of_no_unknown_one(operator):
    assert holds(operator, "1", absent=["aws:x"]) is True
    assert holds(OPPOSITES[operator], "1", absent=["aws:x"]) is False
    assert holds(operator, "1") is None
    assert holds(OPPOSITES[operator], "1") is None


def test_every_negated_operator_is_tried_here_and_negates_one_that_is_known():
    assert set(OPPOSITES) == {operator for operator, *_ in NEGATED}
    assert set(OPPOSITES.values()) <= set(COMPARISONS)


@pytest.mark.parametrize("operator", ["StringNotEqual", "NotStringEquals", "BoolNot", "NotBool"])
def test_an_operator_that_is_like_a_negated_one_is_unknown(operator):
    assert holds(operator, "a", "b") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("a", "b"), ("a*b*c", "axc"), ("a?", "a"), ("a?*", "a"), ("*b", "a"), ("a*b?c*", "abc")],
)
def test_what_is_not_like_a_pattern_is_certainly_not(text, value):
    assert plain(text).matches(value) is False
    assert holds("StringLike", text, value) is False


def test_the_default_of_a_variable_is_text_and_no_wildcard():
    nobody = Request("s3:GetObject", "*", absent=frozenset({"aws:username"}))
    filled = compiled("home/${aws:username, 'nobody'}/*", nobody, variables=True)
    assert filled.literal == "home/nobody/*"
    assert filled.matches("home/nobody/a")
    assert not filled.matches("home/ann/a")
    starred = compiled("${aws:username, '*'}", nobody, variables=True)
    assert starred.matches("*")
    assert not starred.matches("ann")


def test_a_variable_ends_at_its_first_brace():
    ann = Request("s3:GetObject", "*", context={"aws:username": "ann"})
    filled = compiled("${aws:username}}/{x}", ann, variables=True)
    assert filled.literal == "ann}/{x}"


def test_a_resource_carries_the_control_policies_of_its_owner():
    control = (({"Statement": []},),)
    document = {"Statement": []}
    for made in (Resource.bucket, Resource.key, Resource.role):
        assert made(document, "1", control).control == control
        assert made(document, "1", control).policy == document
    assert not Resource.bucket(document, "1").sovereign
    assert Resource.key(document, "1").sovereign
    assert Resource.role(document, "1").sovereign
    assert not Resource.plain("1").sovereign
