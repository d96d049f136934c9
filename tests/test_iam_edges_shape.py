"""The edges of how requests and values are kept and quoted: lengths, sizes, families of keys."""

import pytest

from preflight.iam import Effect, Kind, Principal, Request, evaluate, role_of_session
from preflight.iam.request import Missing
from preflight.iam.shape import quoted, scalar


@pytest.mark.parametrize(("length", "cut"), [(119, False), (120, False), (121, True)])
def test_a_value_is_quoted_up_to_120_characters(length, cut):
    text = "a" * length
    assert quoted(text) == ("a" * 120 + "..." if cut else text)


@pytest.mark.parametrize(("count", "more"), [(4, ""), (5, " and 1 more")])
def test_four_values_are_quoted(count, more):
    assert quoted(*"abcde"[:count]) == "a, b, c, d" + more


def test_a_number_is_a_value_up_to_255_bits():
    assert scalar(2**255 - 1) == str(2**255 - 1)
    assert scalar(2**255) is None
    assert scalar(-(2**255) + 1) == str(-(2**255) + 1)


def test_a_family_of_absent_keys_reaches_over_further_slashes():
    request = Request("a:b", "*", absent=frozenset({"aws:PrincipalTag/", "aws:SourceIp"}))
    for key in ("aws:PrincipalTag/a", "AWS:principaltag/a/b", "aws:PrincipalTag/", "aws:sourceIP"):
        assert request.look(key) is Missing.ABSENT
    for key in ("aws:PrincipalTag", "aws:PrincipalTags/a", "aws:SourceIp/a"):
        assert request.look(key) is Missing.UNKNOWN


def test_one_absent_key_of_a_family_is_not_the_family():
    request = Request("a:b", "*", absent=frozenset({"aws:PrincipalTag/a"}))
    assert request.look("aws:PrincipalTag/A") is Missing.ABSENT
    assert request.look("aws:PrincipalTag/b") is Missing.UNKNOWN


def test_a_request_is_shown_as_it_was_put():
    request = Request("a:b", "*", context={"K": "v"}, absent=frozenset({"Q"}))
    assert "_values" not in repr(request)
    assert "_absent" not in repr(request)
    assert request == Request("a:b", "*", context={"K": "v"}, absent=frozenset({"Q"}))


def test_a_session_stands_for_its_role_whatever_it_is_called():
    arn = "arn:aws:sts::123456789012:assumed-role/job/"
    for session in ("today", "a:b", "a/b"):
        assert role_of_session(arn + session) == "arn:aws:iam::123456789012:role/job"


def test_an_element_that_no_document_has_is_named():
    for document in ({"Statements": []}, {"Version": "2012-10-17", "Statements": [], "Id": "x"}):
        ruling = evaluate(document, Request("a:b", "*"))
        assert ruling.reason == "its element Statements is not known"
    assert evaluate({"Version": 7}, Request("a:b", "*")).reason == (
        "its element Version is not known"
    )


def test_a_grant_by_name_stands_beside_one_to_anyone_with_a_condition_on_the_asker():
    """Of the two, the one that holds for certain counts."""
    arn = "arn:aws:iam::123456789012:user/ann"
    statement = {
        "Effect": "Allow",
        "Action": "*",
        "Resource": "*",
        "Principal": {"AWS": [arn, "*"], "Service": "a"},
        "Condition": {"ArnLike": {"aws:PrincipalArn": arn}},
    }
    ann = Request("a:b", "*", Principal.of_arn(arn), {"aws:PrincipalArn": arn})
    assert evaluate({"Statement": statement}, ann).effect is Effect.ALLOW
    service = Request("a:b", "*", Principal(Kind.SERVICE, "a"), {"aws:PrincipalArn": arn})
    assert evaluate({"Statement": statement}, service).effect is Effect.ALLOW


def test_a_trust_policy_is_about_its_own_role_however_the_action_is_written():
    trust = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
    role = "arn:aws:iam::123456789012:role/a"
    for action in ("sts:AssumeRole", "STS:assumerole"):
        asked = Request(action, role, Principal.of_arn(role))
        assert evaluate({"Statement": trust}, asked).effect is Effect.ALLOW
