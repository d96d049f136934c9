"""All documents together: both sides, boundaries, sessions, organizations, keys, trust."""

import pytest
from iam_askers import (
    ALL,
    ANN,
    BEDROCK,
    DENIED,
    HIDDEN,
    JOB,
    MINE,
    NOTHING,
    OBJECT,
    PERHAPS,
    PERHAPS_NOT,
    ROLE,
    ROOT,
    SESSION,
    THEIRS,
    TODAY,
    USER,
    allow,
    of_bucket,
    of_key,
    of_role,
    on,
    policy,
    to,
)

from preflight.iam import Effect, Holdings, Principal, Request, Resource, decide


def test_the_asker_must_be_named():
    with pytest.raises(ValueError, match="no principal"):
        decide(Request("s3:GetObject", OBJECT), Holdings(), Resource.plain(MINE))


@pytest.mark.parametrize(
    ("holdings", "effect", "source"),
    [
        (Holdings(), Effect.NONE, "identity policy"),
        (Holdings((NOTHING, ALL)), Effect.ALLOW, "identity policy"),
        (Holdings((ALL, DENIED)), Effect.DENY, "identity policy"),
        (Holdings((ALL,), boundary=ALL), Effect.ALLOW, "identity policy"),
        (Holdings((ALL,), boundary=NOTHING), Effect.NONE, "permissions boundary"),
        (Holdings((ALL,), boundary=DENIED), Effect.DENY, "permissions boundary"),
        (Holdings((ALL,), boundary=HIDDEN), Effect.UNKNOWN, "permissions boundary"),
        (Holdings((NOTHING,), boundary=ALL), Effect.NONE, "identity policy"),
        (Holdings((ALL,), session=(NOTHING, ALL)), Effect.ALLOW, "identity policy"),
        (Holdings((ALL,), session=(NOTHING,)), Effect.NONE, "session policy"),
        (Holdings((ALL,), session=(DENIED,)), Effect.DENY, "session policy"),
        (Holdings((ALL,), control=((ALL,), (NOTHING, ALL))), Effect.ALLOW, "identity policy"),
        (
            Holdings((ALL,), control=((ALL,), (NOTHING,))),
            Effect.NONE,
            "service control policy of level 2",
        ),
        (
            Holdings((ALL,), control=((DENIED,), (ALL,))),
            Effect.DENY,
            "service control policy of level 1",
        ),
        (
            Holdings((ALL,), control=((HIDDEN,),)),
            Effect.UNKNOWN,
            "service control policy of level 1",
        ),
        (Holdings((HIDDEN,)), Effect.UNKNOWN, "identity policy"),
        (Holdings((HIDDEN, ALL)), Effect.UNKNOWN, "identity policy"),
        (Holdings((HIDDEN, DENIED)), Effect.DENY, "identity policy"),
        (Holdings((HIDDEN,), boundary=NOTHING), Effect.NONE, "permissions boundary"),
        (Holdings((PERHAPS,)), Effect.UNKNOWN, "identity policy"),
        (Holdings((PERHAPS, ALL)), Effect.ALLOW, "identity policy"),
        (Holdings((PERHAPS_NOT,)), Effect.UNKNOWN, "identity policy"),
        (Holdings((PERHAPS_NOT, DENIED)), Effect.DENY, "identity policy"),
        (Holdings((PERHAPS_NOT,), boundary=NOTHING), Effect.NONE, "permissions boundary"),
    ],
)
def test_on_what_has_no_policy_the_askers_own_documents_decide(holdings, effect, source):
    verdict = on(Resource.plain(MINE), holdings)
    assert (verdict.effect, verdict.source) == (effect, source)
    assert verdict.allowed is (effect is Effect.ALLOW)


def test_what_has_no_policy_is_closed_to_other_accounts():
    assert on(Resource.plain(THEIRS), Holdings((ALL,))).effect is Effect.NONE


def test_a_verdict_names_the_policy_the_statement_and_its_condition_keys():
    condition = {"StringEquals": {"aws:PrincipalAccount": MINE}}
    holdings = Holdings((NOTHING, policy(allow(Sid="Mine", Condition=condition))))
    verdict = on(Resource.plain(MINE), holdings, context={"aws:PrincipalAccount": MINE})
    assert verdict.statement == 'identity policy 2, statement "Mine"'
    assert verdict.keys == {"aws:principalaccount"}
    verdict = on(Resource.plain(MINE), holdings, context={"aws:PrincipalAccount": THEIRS})
    assert verdict.reason.startswith("it asks StringEquals aws:PrincipalAccount")


def test_a_verdict_that_nothing_allows_does_not_quote_a_deny_that_might_be():
    verdict = on(
        Resource.plain(MINE),
        Holdings((policy(allow(Action="ec2:*"), PERHAPS_NOT["Statement"][1]),)),
    )
    assert (verdict.effect, verdict.statement) == (Effect.NONE, "identity policy 1, statement 1")
    assert verdict.reason == "its Action is ec2:*"


@pytest.mark.parametrize(
    ("principal", "asker", "effect"),
    [
        ({"AWS": USER}, ANN, Effect.ALLOW),
        ({"AWS": ROLE}, JOB, Effect.ALLOW),
        ({"AWS": SESSION}, TODAY, Effect.ALLOW),
        ("*", JOB, Effect.ALLOW),
        ({"AWS": ROOT}, JOB, Effect.NONE),
        ({"AWS": THEIRS}, JOB, Effect.NONE),
    ],
)
def test_a_bucket_policy_allows_its_own_accounts_identities_by_name(principal, asker, effect):
    verdict = of_bucket(to(principal), asker=asker)
    source = "bucket policy" if effect is Effect.ALLOW else "identity policy"
    assert (verdict.effect, verdict.source) == (effect, source)


@pytest.mark.parametrize("limits", [{"boundary": NOTHING}, {"session": (NOTHING,)}])
def test_limits_take_away_what_a_role_is_granted_and_not_what_its_session_or_a_user_is(limits):
    holdings = Holdings(**limits)
    assert of_bucket(to({"AWS": ROLE}), holdings).effect is Effect.NONE
    assert of_bucket(to({"AWS": ROLE}), holdings, TODAY).effect is Effect.NONE
    assert of_bucket(to({"AWS": SESSION}), holdings, TODAY).effect is Effect.ALLOW
    assert of_bucket(to({"AWS": USER}), holdings, ANN).effect is Effect.ALLOW
    assert of_bucket(to({"AWS": SESSION}), holdings, TODAY, owner=THEIRS).effect is Effect.NONE


def test_whether_limits_take_away_what_anyone_is_granted_is_not_known_but_by_principal_arn():
    holdings = Holdings(boundary=NOTHING)
    verdict = of_bucket(to("*"), holdings)
    assert (verdict.effect, verdict.source) == (Effect.UNKNOWN, "bucket policy")
    assert "permissions boundary" in verdict.reason
    assert "session" not in verdict.reason
    by_arn = to("*", Condition={"ArnEquals": {"aws:PrincipalArn": ROLE}})
    context = {"aws:PrincipalArn": ROLE}
    assert of_bucket(by_arn, holdings, context=context).effect is Effect.ALLOW
    named = to({"AWS": ROLE}, Condition={"ArnEquals": {"aws:PrincipalArn": ROLE}})
    assert of_bucket(named, context=context).effect is Effect.ALLOW
    assert of_bucket(named, holdings, context=context).effect is Effect.NONE
    doubtful = {"ArnEquals": context, "StringEquals": {"aws:SourceVpce": "vpce-1"}}
    assert of_bucket(to("*", Condition=doubtful), context=context).effect is Effect.UNKNOWN
    other = {"aws:PrincipalArn": USER}
    assert of_bucket(by_arn, holdings, context=other).effect is Effect.NONE


@pytest.mark.parametrize(
    ("principal", "holdings", "effect"),
    [
        ({"AWS": MINE}, Holdings((ALL,)), Effect.ALLOW),
        ({"AWS": ROLE}, Holdings((ALL,)), Effect.ALLOW),
        ("*", Holdings((ALL,)), Effect.ALLOW),
        ({"AWS": ROLE}, Holdings(), Effect.NONE),
        ({"AWS": ROLE}, Holdings((ALL,), boundary=NOTHING), Effect.NONE),
        ({"AWS": ROLE}, Holdings((ALL,), control=((NOTHING,),)), Effect.NONE),
        ({"AWS": THEIRS}, Holdings((ALL,)), Effect.NONE),
        ({"AWS": ROLE}, Holdings((HIDDEN,)), Effect.UNKNOWN),
    ],
)
def test_across_accounts_both_sides_must_allow(principal, holdings, effect):
    assert of_bucket(to(principal), holdings, owner=THEIRS).effect is effect
    assert of_key(to(principal), holdings, owner=THEIRS).effect is effect
    assert of_role(to(principal, Resource="*"), holdings, owner=THEIRS).effect is effect


def test_across_accounts_it_is_the_askers_side_that_a_yes_names():
    for verdict in (of_key, of_bucket, of_role):
        allowed = verdict(to({"AWS": ROLE}), Holdings((ALL,)), owner=THEIRS)
        assert allowed.source == "identity policy"


def test_a_bucket_without_a_policy_is_closed_to_other_accounts_and_open_to_its_own():
    assert of_bucket(None, Holdings((ALL,)), owner=THEIRS).effect is Effect.NONE
    assert of_bucket(None, Holdings((ALL,))).effect is Effect.ALLOW


def test_a_bucket_of_an_unknown_owner_is_judged_where_both_answers_are_one():
    assert of_bucket(to({"AWS": ROLE}), Holdings((ALL,)), owner="").effect is Effect.ALLOW
    assert of_bucket(None, owner="").effect is Effect.NONE
    verdict = of_bucket(None, Holdings((ALL,)), owner="")
    assert verdict.effect is Effect.UNKNOWN
    assert "account" in verdict.reason


@pytest.mark.parametrize("owner", [MINE, THEIRS])
def test_a_deny_of_the_bucket_beats_every_right(owner):
    denying = policy(
        allow(Principal="*"), allow(Effect="Deny", Principal={"AWS": MINE}, Sid="Closed")
    )
    verdict = of_bucket(denying, Holdings((ALL,)), owner=owner)
    assert (verdict.effect, verdict.source) == (Effect.DENY, "bucket policy")
    assert verdict.statement == 'bucket policy 1, statement "Closed"'


def test_a_bucket_policy_that_cannot_be_seen_may_deny():
    verdict = of_bucket(HIDDEN, Holdings((ALL,)))
    assert (verdict.effect, verdict.reason) == (Effect.UNKNOWN, "the look was refused")


def test_a_resource_control_policy_limits_whoever_asks():
    for control, effect in ((ALL, Effect.UNKNOWN), (to("*"), Effect.ALLOW)):
        resource = Resource.bucket(None, MINE, control=((control,),))
        assert on(resource, Holdings((ALL,))).effect is effect
    denying = policy(allow(Principal="*"), allow(Effect="Deny", Principal="*"))
    resource = Resource.role(
        to({"Service": BEDROCK.name}, Resource="*"), MINE, control=((to("*"),), (denying,))
    )
    verdict = on(resource, asker=BEDROCK, action="sts:AssumeRole", name=ROLE)
    assert (verdict.effect, verdict.source) == (
        Effect.DENY,
        "resource control policy of level 2",
    )


@pytest.mark.parametrize(
    ("principal", "holdings", "effect", "source"),
    [
        ({"AWS": ROOT}, Holdings((ALL,)), Effect.ALLOW, "identity policy"),
        ({"AWS": ROOT}, Holdings(), Effect.NONE, "identity policy"),
        ({"AWS": ROLE}, Holdings(), Effect.ALLOW, "key policy"),
        ({"AWS": ROLE}, Holdings((ALL,)), Effect.ALLOW, "key policy"),
        ({"AWS": USER}, Holdings((ALL,)), Effect.NONE, "key policy"),
        ({"AWS": USER}, Holdings(), Effect.NONE, "key policy"),
        ("*", Holdings(), Effect.ALLOW, "key policy"),
        ({"AWS": [ROOT, ROLE]}, Holdings((NOTHING,)), Effect.ALLOW, "key policy"),
        ({"AWS": ROOT}, Holdings((ALL,), boundary=NOTHING), Effect.NONE, "permissions boundary"),
        ({"AWS": ROLE}, Holdings(boundary=NOTHING), Effect.NONE, "identity policy"),
        ({"AWS": ROOT}, Holdings((DENIED,)), Effect.DENY, "identity policy"),
    ],
)
def test_identity_policies_count_for_a_key_only_where_its_policy_lets_the_account_in(
    principal, holdings, effect, source
):
    verdict = of_key(to(principal), holdings)
    assert (verdict.effect, verdict.source) == (effect, source)


def test_everybody_but_a_few_always_means_whoever_has_a_boundary():
    few = {"AWS": [ROOT, ROLE, SESSION]}
    denying = policy({"Effect": "Deny", "NotPrincipal": few, "Action": "*", "Resource": "*"})
    assert of_bucket(denying, Holdings((ALL,)), TODAY).effect is Effect.ALLOW
    assert of_bucket(denying, Holdings((ALL,))).effect is Effect.UNKNOWN
    assert of_bucket(denying, Holdings((ALL,), boundary=ALL), TODAY).effect is Effect.DENY
    assert of_bucket(denying, Holdings((ALL,), boundary=HIDDEN), TODAY).effect is Effect.UNKNOWN
    assert of_bucket(denying, Holdings((ALL,), boundary=HIDDEN), ANN).effect is Effect.UNKNOWN
    stranger = Principal.of_arn(f"arn:aws:iam::{THEIRS}:role/x")
    assert of_bucket(denying, Holdings((ALL,), boundary=HIDDEN), stranger).effect is Effect.DENY
    allowing = policy({"Effect": "Allow", "NotPrincipal": few, "Action": "*", "Resource": "*"})
    assert of_bucket(allowing, Holdings(boundary=ALL), TODAY).effect is Effect.NONE
