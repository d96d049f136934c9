"""What a policy says of a request: its statements, variables, and documents of other shapes."""

import pytest
from iam_policies import (
    ACCOUNT,
    OBJECT,
    allow,
    condition,
    deny,
    policy,
    says,
)

from preflight.iam import Effect


def test_an_explicit_deny_wins_wherever_it_stands():
    for order in ((allow(), deny(Sid="No")), (deny(Sid="No"), allow())):
        ruling = says(policy(*order))
        assert ruling.effect is Effect.DENY
        assert ruling.statement == 'statement "No"'


def test_a_policy_that_does_not_speak_of_the_action_says_nothing():
    ruling = says(policy(allow(Action="s3:PutObject")))
    assert ruling.effect is Effect.NONE
    assert ruling.reason == "its Action is s3:PutObject"
    empty = says(policy())
    assert (empty.effect, empty.delegated) == (Effect.NONE, False)
    assert empty.reason == "it has no statement that allows anything"


def test_the_statement_that_comes_nearest_gives_the_reason():
    document = policy(
        allow(Action="s3:PutObject"),
        allow(Sid="Near", Condition={"StringEquals": {"test:key": "other"}}),
    )
    ruling = says(document, {"test:key": "mine"})
    assert ruling.effect is Effect.NONE
    assert ruling.statement == 'statement "Near"'
    assert ruling.reason == "it asks StringEquals test:key other, but it is mine"


def test_actions_have_no_case_and_resources_do():
    assert says(policy(allow(Action="S3:GETOBJECT"))).effect is Effect.ALLOW
    assert says(policy(allow(Resource=OBJECT.upper()))).effect is Effect.NONE


@pytest.mark.parametrize(
    "document",
    [
        {},
        policy("allow everything"),
        policy(allow(Effect="Maybe")),
        policy(allow(), {"Effect": "Deny", "Resource": "*"}),
        policy(allow(NotAction="s3:PutObject")),
        policy(allow(NotResource="*")),
        policy(allow(Since="2026")),
        policy(allow(Condition="none")),
        policy(allow(Condition={"StringEquals": "none"})),
        policy(allow(Principal="*")),
    ],
)
def test_a_document_of_another_shape_is_never_a_yes(document):
    assert says(document).effect is Effect.UNKNOWN


def test_a_deny_that_might_hold_makes_the_answer_unknown():
    document = policy(allow(), deny(Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}))
    assert says(document).effect is Effect.UNKNOWN
    assert says(document, {"aws:SourceVpce": "vpce-1"}).effect is Effect.ALLOW
    assert says(document, absent={"aws:SourceVpce"}).effect is Effect.DENY


def test_variables_are_filled_in_and_their_values_are_no_wildcards():
    document = policy(allow(Resource="arn:aws:s3:::bucket/${aws:username}/*"))
    assert says(document, {"aws:username": "in"}).effect is Effect.ALLOW
    assert says(document, {"aws:username": "*"}).effect is Effect.NONE
    assert says(document).effect is Effect.UNKNOWN
    assert says(document, absent={"aws:username"}).effect is Effect.NONE


def test_a_variable_without_a_value_takes_its_default():
    document = policy(allow(Resource="arn:aws:s3:::bucket/${aws:username, 'in'}/*"))
    assert says(document, absent={"aws:username"}).effect is Effect.ALLOW
    assert says(document, {"aws:username": "out"}).effect is Effect.NONE


def test_a_literal_star_is_written_as_a_variable():
    document = condition("StringLike", "a${*}b?")
    assert says(document, {"test:key": "a*bc"}).effect is Effect.ALLOW
    assert says(document, {"test:key": "axbc"}).effect is Effect.NONE


def test_old_documents_have_no_variables():
    document = policy(
        allow(Condition={"StringEquals": {"test:key": "${aws:username}"}}), version="2008-10-17"
    )
    assert says(document, {"test:key": "me", "aws:username": "me"}).effect is Effect.NONE
    assert says(document, {"test:key": "${aws:username}"}).effect is Effect.ALLOW


def test_a_variable_without_a_value_equals_nothing_and_excludes_nothing():
    excluding = allow(NotResource="arn:aws:s3:::${aws:username}/*")
    del excluding["Resource"]
    assert says(policy(excluding), absent={"aws:username"}).effect is Effect.ALLOW
    for operator, effect in (("StringNotEquals", Effect.ALLOW), ("StringEquals", Effect.NONE)):
        document = condition(operator, "${aws:username}")
        assert says(document, {"test:key": "a"}, absent={"aws:username"}).effect is effect
        assert says(document, {"test:key": "a"}).effect is Effect.UNKNOWN


def test_a_ruling_names_the_condition_keys_of_its_statement():
    conditions = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    ruling = says(policy(allow(Condition=conditions)), {"aws:SourceAccount": ACCOUNT})
    assert ruling.keys == {"aws:sourceaccount"}
