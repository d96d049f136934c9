"""Whom a role lets in: named askers, services, identity providers."""

from iam_askers import (
    ALL,
    BEDROCK,
    DENIED,
    MINE,
    ROLE,
    THEIRS,
    USER,
    of_bucket,
    of_role,
    policy,
    to,
)

from preflight.iam import Effect, Holdings, Kind, Principal, Request, Resource, decide


def test_a_role_is_assumed_by_name_or_as_one_of_a_trusted_account_that_may_assume_it():
    named, account = to({"AWS": ROLE}, Resource="*"), to({"AWS": MINE}, Resource="*")
    assert of_role(named).source == "trust policy"
    assert of_role(named).effect is Effect.ALLOW
    assert of_role(account).effect is Effect.NONE
    assert of_role(account, Holdings((ALL,))).effect is Effect.ALLOW
    assert of_role(to({"AWS": USER}), Holdings((ALL,))).effect is Effect.NONE


def trust(principal, **elements):
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    return policy(statement | elements)


def test_a_trust_policy_has_no_resource_and_other_policies_must_have_one():
    assert of_role(trust({"Service": BEDROCK.name}), asker=BEDROCK).effect is Effect.ALLOW
    for another in ({"Resource": "arn:aws:iam::1:role/x"}, {"NotResource": "*"}):
        document = trust({"Service": BEDROCK.name}, **another)
        assert of_role(document, asker=BEDROCK).effect is Effect.NONE
    unspecific = trust({"AWS": ROLE}, Action="s3:GetObject")
    assert of_bucket(unspecific).effect is Effect.UNKNOWN


def test_for_a_service_only_the_resource_decides():
    holdings = Holdings((DENIED,), boundary=DENIED, session=(DENIED,), control=((DENIED,),))
    for owner in (MINE, THEIRS, ""):
        verdict = of_role(trust({"Service": BEDROCK.name}), holdings, BEDROCK, owner)
        assert (verdict.effect, verdict.source) == (Effect.ALLOW, "trust policy")
    verdict = of_role(trust({"Service": "lambda.amazonaws.com"}), Holdings((ALL,)), BEDROCK)
    assert (verdict.effect, verdict.source) == (Effect.NONE, "trust policy")
    assert verdict.reason == "its Principal is lambda.amazonaws.com"
    verdict = of_bucket(to({"Service": "lambda.amazonaws.com"}), Holdings((ALL,)), BEDROCK)
    assert (verdict.effect, verdict.source) == (Effect.NONE, "bucket policy")


def test_a_provider_is_trusted_by_its_name_under_the_conditions_of_its_token():
    google = Principal(Kind.FEDERATED, "accounts.google.com")
    conditions = {"StringEquals": {"accounts.google.com:sub": "1234"}}
    document = trust(
        {"Federated": google.name}, Action="sts:AssumeRoleWithWebIdentity", Condition=conditions
    )
    for subject, effect in (("1234", Effect.ALLOW), ("5678", Effect.NONE)):
        request = Request(
            "sts:AssumeRoleWithWebIdentity", ROLE, google, {"accounts.google.com:sub": subject}
        )
        assert decide(request, Holdings(), Resource.role(document, MINE)).effect is effect
