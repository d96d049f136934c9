"""One value against one text: every operator, wildcards, ARNs and variables at their edges."""

import pytest

from preflight.iam import Effect, Request, evaluate
from preflight.iam.arns import arn_like, resource_like
from preflight.iam.operators import COMPARISONS, OPPOSITES, WITH_VARIABLES
from preflight.iam.patterns import compiled
from preflight.iam.request import Missing
from preflight.iam.truth import all_of, any_of, negated

ASKED = Request("s3:GetObject", "*", context={"aws:username": "ann", "aws:tags": ("a", "b")})


def pattern(text, *, variables=True):
    return compiled(text, ASKED, variables=variables)


@pytest.mark.parametrize(
    ("truths", "any_", "all_"),
    [
        ((), False, True),
        ((True,), True, True),
        ((False,), False, False),
        ((None,), None, None),
        ((None, True), True, None),
        ((True, None), True, None),
        ((None, False), None, False),
        ((False, None), None, False),
        ((True, False), True, False),
    ],
)
def test_what_cannot_be_told_decides_only_where_nothing_else_does(truths, any_, all_):
    assert any_of(iter(truths)) is any_
    assert all_of(iter(truths)) is all_


def test_the_opposite_of_what_cannot_be_told_cannot_be_told():
    assert [negated(truth) for truth in (True, False, None)] == [False, True, None]


@pytest.mark.parametrize(
    ("operator", "value", "text", "holds"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", "a", "A", False),
        ("StringEquals", "a?", "a?", True),
        ("StringEquals", "ab", "a?", False),
        ("StringEqualsIgnoreCase", "aB", "Ab", True),
        ("StringEqualsIgnoreCase", "aB", "A*", False),
        ("StringLike", "ab", "a?", True),
        ("StringLike", "aB", "ab", False),
        ("StringLike", "a\nb", "a*b", True),
        ("StringLike", "a\nb", "a?b", True),
        ("Bool", "TRUE", "true", True),
        ("Bool", "false", "True", False),
        ("Bool", "yes", "true", None),
        ("Bool", "true", "yes", None),
        ("Bool", "yes", "yes", None),
        ("BinaryEquals", "QQ==", "QQ==", True),
        ("BinaryEquals", "QQ==", "QR==", True),
        ("BinaryEquals", "QQ==", "Qg==", False),
        ("BinaryEquals", "QQ==", "Q", None),
        ("BinaryEquals", "Q!Q==", "QQ==", None),
        ("BinaryEquals", "QQ==", "Q!Q==", None),
        ("BinaryEquals", "é", "QQ==", None),
        ("IpAddress", "10.1.2.3", "10.0.0.0/8", True),
        ("IpAddress", "10.1.2.3", "10.1.2.3", True),
        ("IpAddress", "10.1.2.3", "10.1.2.9/24", True),
        ("IpAddress", "11.1.2.3", "10.0.0.0/8", False),
        ("IpAddress", "2001:db8::5", "2001:DB8::/32", True),
        ("IpAddress", "2001:db8::5", "10.0.0.0/8", False),
        ("IpAddress", "10.1.2.3", "10.0.0.0/255.0.0.0", None),
        ("IpAddress", "10.1.2.3", "10.0.0.0/99", None),
        ("IpAddress", "10.1.2.3", "10.*", None),
        ("IpAddress", "here", "10.0.0.0/8", None),
        ("NumericEquals", "1", "1.0", True),
        ("NumericEquals", "0.1", "0.10", True),
        ("NumericEquals", "+1", "-1", False),
        ("NumericEquals", "1e0", "1", None),
        ("NumericEquals", "1", "1_0", None),
        ("NumericEquals", "nan", "nan", None),
        ("NumericEquals", "1", " 1", None),
        ("NumericEquals", "\u0661", "1", None),
        ("NumericEquals", "1" * 40, "1" * 40, True),
        ("NumericEquals", "1" * 41, "1" * 41, None),
        ("NumericLessThan", "9", "10", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericLessThanEquals", "11", "10", False),
        ("NumericGreaterThan", "10", "9.5", True),
        ("NumericGreaterThan", "10", "10", False),
        ("NumericGreaterThanEquals", "10", "10", True),
        ("NumericGreaterThanEquals", "9", "10", False),
        ("DateEquals", "2026-01-01T00:00:00Z", "2026-01-01", True),
        ("DateEquals", "2026-01-01T00:00Z", "2026-01", True),
        ("DateEquals", "2026-02-01", "2026-01", False),
        ("DateEquals", "2026-01-02", "2026-01", False),
        ("DateEquals", "1767225600", "2026-01-01T02:00:00.000+02:00", True),
        ("DateEquals", "12345", "1970-01-01T03:25:45Z", True),
        ("DateEquals", "2026", "2026-01-01", None),
        ("DateEquals", "2026-01-01T00:00:00", "2026-01-01", None),
        ("DateEquals", "20260101", "1970-08-23T11:48:21Z", True),
        ("DateEquals", "2026-W01-1", "2026-01-01", None),
        ("DateEquals", "2026-13-01", "2026-01-01", None),
        ("DateEquals", "9" * 11, "2026-01-01", False),
        ("DateEquals", "9" * 12, "2026-01-01", None),
        ("DateEquals", "0000-01-01", "2026-01-01", None),
        ("DateLessThan", "2026-01-01", "2026-01-02", True),
        ("DateLessThan", "2026-01-02", "2026-01-02", False),
        ("DateLessThanEquals", "2026-01-02", "2026-01-02", True),
        ("DateLessThanEquals", "2026-01-03", "2026-01-02", False),
        ("DateGreaterThan", "2026-01-03", "2026-01-02", True),
        ("DateGreaterThan", "2026-01-02", "2026-01-02", False),
        ("DateGreaterThanEquals", "2026-01-02", "2026-01-02", True),
        ("DateGreaterThanEquals", "2026-01-01", "2026-01-02", False),
    ],
)
def test_an_operator_compares_as_documented(operator, value, text, holds):
    assert COMPARISONS[operator](value, pattern(text)) is holds


@pytest.mark.parametrize("operator", sorted(OPPOSITES))
def test_a_negated_operator_is_the_opposite_and_takes_an_absent_key_for_different(operator):
    samples = {
        "String": ("a", "b"),
        "Arn": ("arn:aws:s3:::a", "arn:aws:s3:::b"),
        "NotIp": ("10.0.0.1", "10.0.0.2"),
        "Numeric": ("1", "2"),
        "Date": ("2026-01-01", "2026-01-02"),
    }
    same, other = next(pair for name, pair in samples.items() if operator.startswith(name))
    for actual, effect in (
        ({"k": other}, Effect.ALLOW),
        ({"k": same}, Effect.NONE),
        ({}, Effect.ALLOW),
    ):
        request = Request("a:b", "*", context=actual, absent=frozenset({"k"}))
        statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        document = {"Statement": statement | {"Condition": {operator: {"k": same}}}}
        assert evaluate(document, request).effect is effect


def test_only_texts_and_arns_have_variables():
    names = {*COMPARISONS, *OPPOSITES}
    assert {name for name in names if name.startswith(("String", "Arn"))} == WITH_VARIABLES
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    condition = {"Condition": {"NumericEquals": {"k": ["${aws:username}", "1"]}}}
    request = Request("a:b", "*", context={"k": "1", "aws:username": "1"})
    for version, effect in (("2012-10-17", Effect.UNKNOWN), ("2008-10-17", Effect.ALLOW)):
        document = {"Version": version, "Statement": statement | condition}
        assert evaluate(document, request).effect is effect


@pytest.mark.parametrize(
    ("text", "matching", "other"),
    [
        ("", ("",), ("a",)),
        ("*", ("", "a", "a:b"), ()),
        ("?", ("a", ":"), ("", "ab")),
        ("a", ("a",), ("", "A", "aa", "ba")),
        ("a*", ("a", "ab"), ("", "ba")),
        ("*a", ("a", "ba", "aa"), ("", "ab")),
        ("a*a", ("aa", "aba", "aaa"), ("a",)),
        ("*a*", ("a", "bab"), ("", "b")),
        ("a**b", ("ab", "axb"), ("a",)),
        ("a*b*c", ("abc", "axbxc", "abbc", "abcbc"), ("ac", "acb", "ab")),
        ("*ab*ab", ("abab", "xababab"), ("ab", "aba", "abxa")),
        ("a?*", ("ab", "abc"), ("a",)),
        ("*?a", ("ba", "bba"), ("a",)),
        ("a??b*", ("axyb", "axybz"), ("axb", "axyzb")),
        ("*a?b*", ("aab", "xaxby", "aaxb"), ("ab", "aaxxb")),
    ],
)
def test_wildcards_stand_for_other_text(text, matching, other):
    for value in matching:
        assert pattern(text).matches(value), value
    for value in other:
        assert not pattern(text).matches(value), value


def test_case_counts_unless_it_is_ignored():
    assert pattern("S3:Get*").matches("s3:getOBJECT", ignore_case=True)
    assert not pattern("S3:Get*").matches("s3:getOBJECT")


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("${aws:username}", "ann"),
        ("a-${ aws:username }-b", "a-ann-b"),
        ("${AWS:UserName, 'x'}", "ann"),
        ("${aws:username}${aws:username}", "annann"),
        ("${*}${?}${$}", "*?$"),
        ("$aws:username}", "$aws:username}"),
        ("a?*", "a?*"),
        ("a???", "a???"),
    ],
)
def test_a_variable_is_filled_in(text, literal):
    assert pattern(text).literal == literal


@pytest.mark.parametrize(
    "text",
    [
        "${",
        "a${b",
        "${aws:username",
        "${}",
        "${,}",
        "${aws:tags}",
        "${aws:username, x}",
        "${aws:username, 'x' y}",
    ],
)
def test_a_variable_that_is_not_well_formed_or_has_several_values_is_unknown(text):
    assert pattern(text) is Missing.UNKNOWN
    statement = {"Effect": "Allow", "Action": "*", "Resource": ["no", text]}
    document = {"Version": "2012-10-17", "Statement": statement}
    assert evaluate(document, ASKED).effect is Effect.UNKNOWN


def test_what_a_variable_brings_in_is_no_wildcard():
    request = Request("a:b", "*", context={"aws:username": "*", "aws:userid": "?:x"})
    filled = compiled("${aws:username}/*", request, variables=True)
    assert filled.matches("*/a")
    assert not filled.matches("x/a")
    assert [one.literal for one in compiled("a${aws:userid}", request, variables=True).split()] == [
        "a?",
        "x",
    ]


ROLE = "arn:aws:iam::123456789012:role/a:b"


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (ROLE, True),
        ("arn:aws:iam::123456789012:role/*", True),
        ("arn:aws:iam::123456789012:role/a?b", True),
        ("arn:*:iam:*:*:*", True),
        ("arn:aws:i?m::12*12:role/a:b", True),
        ("*:*:*:*:*:*", True),
        ("arn:aws:iam:?:123456789012:role/a:b", False),
        ("arn:aws:iam:*:role/a:b", False),
        ("arn:aws:*:role/a:b", None),
        ("arn:aws:iam:*:*:*:b", True),
        ("arn:aws:iam*", None),
        ("*", None),
        ("arn:aws:s3*", False),
        ("arn:aws:iam::123456789012:role/A:b", False),
    ],
)
def test_an_arn_is_compared_part_by_part(text, holds):
    assert arn_like(ROLE, pattern(text)) is holds


def test_what_is_no_arn_is_like_none():
    assert arn_like("a:b", pattern("*:*:*:*:*:*")) is False
    assert arn_like("", pattern("arn:aws:s3:::x")) is False


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("*", True),
        (ROLE, True),
        ("arn:aws:iam::123456789012:role/*", True),
        ("arn:aws:iam:*", True),
        ("arn:aws:*", True),
        ("arn:aws:iam::1*:role/a:b", True),
        ("arn:*:role/a:b", True),
        ("arn:*:iam:*:role/a:b", True),
        ("arn:aws:i*m::123456789012:role/*", True),
        ("arn:a*m::123456789012:role/a:b", None),
        ("arn:aws?iam::123456789012:role/a:b", None),
        ("arn:aws:i?m:*:role/a:b", None),
        ("arn:aws:iam?:123456789012:role/a:b", None),
        ("arn:aws:i?m*:role/a:b", None),
        ("arn:aws:ia?*:role/a:b", None),
        ("arn:aws:iam*:123456789012:role/a:*b", True),
        ("arn:aws:iam*:123456789012:ro?e/a:b", None),
        ("arn:aws:iam::*2:role/*", True),
        ("arn:aws:iam::*9:role/*", False),
        ("arn:aws:s3:::*", False),
    ],
)
def test_a_resource_is_one_text_in_which_a_star_reaches_over_colons_only_at_the_end_of_a_part(
    text, holds
):
    assert resource_like(ROLE, pattern(text)) is holds


def test_a_resource_that_is_no_arn_is_only_the_star():
    assert resource_like("*", pattern("*")) is True
    assert resource_like("*", pattern("arn:aws:s3:::b")) is False
