"""Malformed, hostile and huge documents: a clear answer soon, never a yes, never an exception."""

import json
import random
import sys

import pytest

from preflight.iam import (
    Effect,
    Holdings,
    Principal,
    Request,
    Resource,
    Unreadable,
    decide,
    document_of,
    evaluate,
)
from preflight.iam.patterns import Pattern, compiled

ROLE = "arn:aws:iam::123456789012:role/job"
OBJECT = "arn:aws:s3:::bucket/in/a.jsonl"
ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
ASKED = Request("s3:GetObject", OBJECT, context={"test:key": "a"})
TO_ROLE = Request("s3:GetObject", OBJECT, Principal.of_arn(ROLE), {"test:key": "a"})


def nested(depth, innermost="a"):
    value = innermost
    for number in range(depth):
        value = [value] if number % 2 else {"a": value}
    return value


STARS = "*" * 5000
STRANGE = (None, True, 0, -1.5, "", "a", [], {}, [[]], [{}], ["x", 1], {"a": 1}, nested(2000))
STRANGE += (10**5000, float("nan"), "${", STARS, "\x1b[31m::error::", "\ud800")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON: Expecting value"),
        ('{"Statement": [', "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        ("[]", "not a JSON object"),
        ("null", "not a JSON object"),
        (None, "no JSON document but NoneType"),
        (7, "no JSON document but int"),
        ('{"a":' * 200_000, "nested too deeply"),
        ("1" * 5000, "not JSON"),
        ('{"a": "' + "b" * 1_000_000 + '"}', "longer than 1000000 characters"),
    ],
)
def test_what_cannot_be_read_says_why_and_is_never_a_yes(text, reason):
    document = document_of(text)
    assert isinstance(document, Unreadable)
    assert reason in document.reason
    assert len(document.reason) < 200
    ruling = evaluate(document, ASKED)
    assert (ruling.effect, ruling.reason) == (Effect.UNKNOWN, document.reason)


def test_what_can_be_read_is_read():
    document = {"Version": "2012-10-17", "Statement": [ALLOW]}
    assert document_of(document) is document
    for text in (json.dumps(document), json.dumps(document).encode(), bytearray(b'{"a": 1}')):
        assert isinstance(document_of(text), dict)
    assert evaluate(document_of(json.dumps(document)), ASKED).effect is Effect.ALLOW
    assert len(document_of('{"a": "' + "b" * 999_991 + '"}')["a"]) == 999_991


@pytest.mark.parametrize("strange", STRANGE, ids=lambda value: str(type(value).__name__))
@pytest.mark.parametrize("request_", [ASKED, TO_ROLE], ids=["identity", "resource"])
def test_an_element_of_another_type_never_allows_and_never_raises(strange, request_):
    statement = ALLOW if request_ is ASKED else ALLOW | {"Principal": "*"}
    places = [
        {"Version": strange, "Statement": statement},
        {"Statement": strange},
        {"Statement": [strange]},
        {"Statement": statement, "Extra": strange},
    ]
    elements = ("Effect", "Action", "Resource", "NotAction", "NotResource", "Extra")
    elements += ("Condition",) if strange != {} else ()
    elements += ("Principal", "NotPrincipal")
    places += [{"Statement": statement | {name: strange}} for name in elements]
    places += [
        {"Statement": statement | {"Condition": {"StringEquals": condition}}}
        for condition in (strange, {"test:key": strange})
        if condition not in ({}, {"test:key": "a"})
    ]
    for place in places:
        ruling = evaluate(place, request_)
        # Stars are a pattern like any other, and no version is the first.
        if strange != STARS and place != {"Version": None, "Statement": statement}:
            assert ruling.effect is not Effect.ALLOW, place
        assert len(ruling.reason) < 1500


def test_a_strange_label_is_left_out():
    for sid in ("", 7, None, nested(3000), ["a"]):
        assert evaluate({"Statement": ALLOW | {"Sid": sid}}, ASKED).statement == "statement 1"
    long = evaluate({"Statement": ALLOW | {"Sid": "a" * 5000}}, ASKED).statement
    assert 100 < len(long) < 200


def test_a_malformed_neighbour_hides_no_explicit_deny_and_lends_no_yes():
    for broken in ("text", ALLOW | {"Effect": "allow"}, {"Effect": "Deny", "Action": []}):
        deny = ALLOW | {"Effect": "Deny"}
        assert evaluate({"Statement": [broken, ALLOW, deny]}, ASKED).effect is Effect.DENY
        assert evaluate({"Statement": [broken, ALLOW]}, ASKED).effect is Effect.UNKNOWN


@pytest.mark.parametrize("version", ["2012-10-18", "2012", 2012, [], "2008-10-17 "])
def test_a_version_that_is_not_known_makes_everything_unknown(version):
    deny = ALLOW | {"Effect": "Deny"}
    ruling = evaluate({"Version": version, "Statement": [ALLOW, deny]}, ASKED)
    assert ruling.effect is Effect.UNKNOWN
    assert "Version" in ruling.reason


def test_a_known_version_an_id_or_neither_make_no_difference():
    for document in ({}, {"Version": "2008-10-17"}, {"Version": "2012-10-17", "Id": "x"}):
        assert evaluate(document | {"Statement": ALLOW}, ASKED).effect is Effect.ALLOW


def test_without_a_version_there_are_no_variables():
    asked = Request("s3:GetObject", "arn:aws:s3:::b/ann", context={"aws:username": "ann"})
    statement = ALLOW | {"Resource": "arn:aws:s3:::b/${aws:username}"}
    assert evaluate({"Statement": statement}, asked).effect is Effect.NONE
    assert evaluate({"Version": "2012-10-17", "Statement": statement}, asked).effect is (
        Effect.ALLOW
    )


@pytest.mark.parametrize(
    "texts", [["s3:GetObject", 7], ["s3:GetObject", ""], "s3*", ["s3?GetObject"]]
)
def test_a_list_with_one_bad_action_or_an_action_without_a_service_is_no_yes(texts):
    assert evaluate({"Statement": ALLOW | {"Action": texts}}, ASKED).effect is Effect.UNKNOWN
    assert evaluate({"Statement": ALLOW | {"Action": "*"}}, ASKED).effect is Effect.ALLOW


def test_an_identity_policy_for_roles_must_name_them():
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    assert evaluate({"Statement": statement}, Request("sts:AssumeRole", ROLE)).effect is (
        Effect.UNKNOWN
    )


def test_random_damage_never_raises_and_never_turns_a_no_into_a_yes():
    dice = random.Random(4)
    healthy = {
        "Version": "2012-10-17",
        "Statement": [
            ALLOW | {"Principal": {"AWS": ROLE}, "Condition": {"StringLike": {"test:key": ["b*"]}}},
            ALLOW | {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:Put*"},
        ],
    }

    def damaged(value):
        if dice.random() < 0.15:
            return dice.choice([one for one in STRANGE if one not in (STARS, "a", {})])
        if isinstance(value, dict):
            return {key: damaged(item) for key, item in value.items() if dice.random() > 0.05}
        return [damaged(item) for item in value] if isinstance(value, list) else value

    resource = Resource.bucket
    for _ in range(500):
        statements = [damaged(one) for one in healthy["Statement"]]
        # The condition that does not hold must be there, or it is another document.
        statements[0] = healthy["Statement"][0] | {"Resource": damaged("*"), "Action": damaged("*")}
        document = {"Version": "2012-10-17", "Statement": statements[: dice.randint(1, 2)]}
        verdict = decide(TO_ROLE, Holdings(), resource(document, "123456789012"))
        assert verdict.effect is not Effect.ALLOW, document


def calls(function):
    """How many calls of Python functions it takes: the same on every machine."""
    counted = 0

    def count(_frame, event, _argument):
        nonlocal counted
        counted += event == "call"

    sys.setprofile(count)
    try:
        function()
    finally:
        sys.setprofile(None)
    return counted


def heavy(statements, conditions):
    condition = {
        "StringLike": {
            f"test:{number}": [f"a*{number}", "${test:key}*"] for number in range(conditions)
        }
    }
    return {"Version": "2012-10-17", "Statement": [ALLOW | {"Condition": condition}] * statements}


def test_the_work_grows_with_the_document_and_no_faster():
    context = {f"test:{number}": f"a-{number}" for number in range(100)} | {"test:key": "b"}
    asked = Request("s3:GetObject", OBJECT, context=context)
    small, wide, long = (
        calls(lambda size=size: evaluate(heavy(*size), asked))
        for size in ((20, 10), (20, 100), (200, 10))
    )
    assert wide < 11 * small
    assert long < 11 * small
    # For each condition of two texts, one with a variable.
    assert long / (200 * 10) < 80


def test_a_pattern_full_of_stars_is_compared_in_bounded_work():
    value = "a" * 200
    for text in ("a*" * 100 + "b", "*a" * 150 + "b", "?*" * 100 + "b", "*" * 50_000 + "b"):
        pattern = compiled(text, ASKED, variables=False)
        assert isinstance(pattern, Pattern)
        assert not pattern.matches(value)
        assert calls(lambda pattern=pattern: pattern.matches(value)) < 70_000
    assert compiled("*a" * 150, ASKED, variables=False).matches(value)
    assert compiled("a*" * 150, ASKED, variables=False).matches(value)


def test_a_pattern_of_open_variables_is_refused_at_once():
    text = "${" * 50_000
    assert calls(lambda: compiled(text, ASKED, variables=True)) < 50


def test_a_reason_quotes_only_the_beginning():
    texts = ["b" * 10_000] * 1000
    document = {"Statement": ALLOW | {"Condition": {"StringEquals": {"test:key": texts}}}}
    reason = evaluate(document, ASKED).reason
    assert "and 996 more" in reason
    assert len(reason) < 800
