"""Who is asked about, at the edges: several entries, disguised accounts, paths; and the reasons."""

import pytest
from iam_askers import (
    ALL,
    ANN,
    JOB,
    MINE,
    NOTHING,
    OBJECT,
    ROLE,
    ROOT,
    SESSION,
    THEIRS,
    TODAY,
    USER,
    allow,
    of_bucket,
    on,
    policy,
    to,
)

from preflight.iam import Effect, Holdings, Kind, Principal, Request, Resource, evaluate

BEDROCK = Principal(Kind.SERVICE, "bedrock.amazonaws.com")
OTHERS = [f"arn:aws:iam::{THEIRS}:user/bob", "arn:aws:iam::111111111111:user/eve"]


def asked(document, asker=None, **more):
    return evaluate(document, Request("s3:GetObject", OBJECT, asker, **more))


# --- one of many


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_user_is_meant_wherever_it_stands_in_the_list(at):
    names = [*OTHERS[:at], USER, *OTHERS[at:]]
    assert asked(to({"AWS": names}), ANN).effect is Effect.ALLOW
    assert asked(to({"AWS": OTHERS}), ANN).effect is Effect.NONE


def test_a_service_is_meant_wherever_it_stands_in_the_list():
    for names in (["a.amazonaws.com", BEDROCK.name], [BEDROCK.name, "a.amazonaws.com"]):
        assert asked(to({"Service": names}), BEDROCK).effect is Effect.ALLOW


def test_an_account_in_disguise_may_be_anybodys_but_is_no_service():
    disguised = to({"CanonicalUser": "79a59df900b949e5"})
    assert asked(disguised, JOB).effect is Effect.UNKNOWN
    assert asked(disguised, BEDROCK).effect is Effect.NONE
    # As one of an account it would need its own policies, and it has none.
    assert of_bucket(disguised).effect is Effect.NONE
    assert of_bucket(disguised, owner=THEIRS, holdings=Holdings((ALL,))).effect is Effect.UNKNOWN


def test_a_deny_that_leaves_out_a_session_and_its_account_but_not_its_role_is_in_doubt():
    def leaving_out(*names):
        deny = {"Effect": "Deny", "NotPrincipal": {"AWS": list(names)}}
        return policy(allow(Principal="*"), allow(**deny))

    assert asked(leaving_out(SESSION, ROOT), TODAY).effect is Effect.UNKNOWN
    assert asked(leaving_out(SESSION, ROLE), TODAY).effect is Effect.UNKNOWN
    assert asked(leaving_out(ROLE, ROOT), TODAY).effect is Effect.UNKNOWN
    assert asked(leaving_out(SESSION, ROOT, ROLE), TODAY).effect is Effect.ALLOW
    assert asked(leaving_out(USER, ROOT), ANN).effect is Effect.ALLOW


# --- names


def test_a_path_may_hold_a_colon():
    arn = f"arn:aws:iam::{MINE}:role/a:b/job"
    asker = Principal.of_arn(arn)
    assert (asker.name, asker.account, asker.short) == (arn, MINE, "job")


@pytest.mark.parametrize("resource", ["role/", "role/a/", "role", "group/a", "role:a"])
def test_a_role_or_user_without_a_name_is_none(resource):
    with pytest.raises(ValueError, match="arn:aws:iam"):
        Principal.of_arn(f"arn:aws:iam::{MINE}:{resource}")


@pytest.mark.parametrize(
    ("name", "partition", "short"),
    [
        (ROLE, "aws", "job"),
        ("arn:aws-us-gov:iam::1:user/a", "aws-us-gov", "a"),
        ("bedrock.amazonaws.com", "", "bedrock.amazonaws.com"),
    ],
)
def test_the_parts_of_a_name(name, partition, short):
    asker = Principal(Kind.USER, name)
    assert (asker.partition, asker.short) == (partition, short)


# --- reasons


def test_several_values_that_are_asked_for_are_joined_by_or():
    document = policy(allow(Condition={"StringEquals": {"k": ["a", "b"]}}))
    assert (
        asked(document, context={"k": "c"}).reason == "it asks StringEquals k a or b, but it is c"
    )


@pytest.mark.parametrize(("word", "effect"), [("True", Effect.ALLOW), ("FALSE", Effect.NONE)])
def test_whether_a_key_must_be_absent_has_no_case(word, effect):
    document = policy(allow(Condition={"Null": {"k": word}}))
    assert asked(document, absent=frozenset({"k"})).effect is effect


def test_a_service_that_the_organization_keeps_out_is_told_so():
    resource = Resource.bucket(to({"Service": BEDROCK.name}), MINE, ((to("*"),), (NOTHING,)))
    shut = Resource.bucket(resource.policy, MINE, ((policy(),),))
    verdict = on(shut, asker=BEDROCK)
    assert (verdict.effect, verdict.source) == (
        Effect.NONE,
        "resource control policy of level 1",
    )


def test_a_bucket_of_another_account_that_does_not_allow_it_is_named_with_its_statement():
    elsewhere = policy(allow(Principal={"AWS": ROLE}, Action="s3:PutObject", Sid="Up"))
    verdict = of_bucket(elsewhere, Holdings((ALL,)), owner=THEIRS)
    assert (verdict.effect, verdict.source) == (Effect.NONE, "bucket policy")
    assert verdict.statement == 'bucket policy 1, statement "Up"'
    assert verdict.reason == "its Action is s3:PutObject"


def test_of_a_boundary_and_a_session_only_the_one_that_limits_is_named():
    holdings = Holdings((ALL,), boundary=NOTHING, session=(ALL,))
    verdict = of_bucket(to("*"), holdings)
    assert verdict.effect is Effect.UNKNOWN
    assert "whether the permissions boundary takes that away" in verdict.reason
    verdict = of_bucket(to("*"), Holdings((ALL,), boundary=ALL, session=(NOTHING,)))
    assert "whether the session policy takes that away" in verdict.reason
    verdict = of_bucket(to("*"), Holdings((ALL,), boundary=NOTHING, session=(NOTHING,)))
    assert "the permissions boundary, session policy takes" in verdict.reason


def test_a_deny_that_does_not_apply_explains_no_lack_of_an_allow():
    near = allow(Effect="Deny", Sid="Near", Condition={"StringEquals": {"k": "other"}})
    for order in ((near, allow(Action="s3:PutObject")), (allow(Action="s3:PutObject"), near)):
        ruling = asked(policy(*order), context={"k": "mine"})
        assert (ruling.effect, ruling.reason) == (Effect.NONE, "its Action is s3:PutObject")
    assert asked(policy(near), context={"k": "mine"}).reason == (
        "it has no statement that allows anything"
    )
