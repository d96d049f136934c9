"""The edges of what is asked of the bucket: its absence, its rules, its guards, and the words."""

from dataclasses import replace

import pytest
from bedrock_world import (
    ABROAD,
    ACCOUNT,
    APART,
    BUCKET,
    JOB_ROLE,
    OTHER_ACCOUNT,
    PROMISED,
    REGION,
    RESULTS,
    FakeAws,
    abroad,
    apart,
    ask,
)

from infra.grants import tls_only
from preflight.outcomes import Failed, Passed, Unknown
from preflight.seams import LifecycleRule

GUARDS = "bedrock-bucket-guards"
EXPIRY = "bedrock-bucket-expiry"


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def tls_denied(**changes):
    (made,) = tls_only(PROMISED)["Statement"]
    return made | changes


def test_a_bucket_that_is_not_there_has_no_region_to_compare():
    found = ask("bedrock-bucket-region", FakeAws(regions={}))
    assert isinstance(found, Failed)
    assert found.problem == f"bucket {BUCKET} does not exist"
    found = ask("bedrock-bucket-region", apart(regions={BUCKET: REGION}), APART)
    assert found.problem == f"bucket {RESULTS} does not exist"


def test_one_bucket_is_spoken_of_as_one_and_two_as_two():
    assert ask("bedrock-bucket", FakeAws()).detail == f"{BUCKET} exists"
    assert ask("bedrock-bucket", apart(), APART).detail == f"{BUCKET} and {RESULTS} exist"
    one = ask("bedrock-bucket-region", FakeAws())
    assert one.detail == f"{BUCKET} is in {REGION}"
    two = ask("bedrock-bucket-region", apart(), APART)
    assert two.detail == f"{BUCKET} and {RESULTS} are in {REGION}"


def test_a_policy_at_home_denies_nothing_and_one_abroad_lets_in():
    assert ask("bedrock-bucket-policy", FakeAws()).detail.startswith("no policy of")
    assert "lets the gateway" in ask("bedrock-bucket-policy", abroad(), ABROAD).detail


# --- how long it keeps objects


def test_how_long_a_job_may_take_and_how_long_results_must_stay_are_said():
    found = ask(EXPIRY, FakeAws(rules=(LifecycleRule(7),)))
    assert "may take 168 hours" in found.problem
    assert "after 8 days or more" in found.remedy


def test_the_shortest_of_several_rules_counts():
    found = ask(EXPIRY, FakeAws(rules=(LifecycleRule(5), LifecycleRule(3), LifecycleRule(30))))
    assert isinstance(found, Failed)
    assert "after 3 days" in found.problem
    kept = ask(EXPIRY, FakeAws(rules=(LifecycleRule(60), LifecycleRule(30), LifecycleRule(40))))
    assert isinstance(kept, Passed)
    assert kept.detail == f"{BUCKET} keeps objects 30 days"


def test_without_a_rule_objects_stay_for_ever():
    assert ask(EXPIRY, FakeAws(rules=())).detail == f"{BUCKET} keeps objects for ever"


# --- plain text


@pytest.mark.parametrize("action", ["s3:ListBucket", "s3:GetObject", "s3:PutObject"])
def test_plain_text_must_be_refused_for_each_kind_of_request(action):
    others = {"s3:ListBucket", "s3:GetObject", "s3:PutObject"} - {action}
    found = ask(GUARDS, FakeAws(policy=policy(tls_denied(Action=sorted(others)))))
    assert isinstance(found, Failed)
    assert "plain text" in found.problem


def test_plain_text_must_be_refused_to_the_job_role_too():
    others = {"ArnNotEquals": {"aws:PrincipalArn": JOB_ROLE}}
    statement = tls_denied()
    statement["Condition"] = statement["Condition"] | others
    assert isinstance(ask(GUARDS, FakeAws(policy=policy(statement))), Failed)


def test_plain_text_must_be_refused_to_somebody_else_in_the_account_too():
    ours = {"ArnEquals": {"aws:PrincipalArn": JOB_ROLE}}
    statement = tls_denied()
    statement["Condition"] = statement["Condition"] | ours
    assert isinstance(ask(GUARDS, FakeAws(policy=policy(statement))), Failed)


def test_somebody_else_is_asked_about_as_one_of_the_stacks_account():
    """Its bucket may be another's: what is said of the owner's account is not said of it."""
    promised = replace(ABROAD, guards=PROMISED.guards)
    statement = tls_denied()
    statement["Condition"] = statement["Condition"] | {
        "StringEquals": {"aws:PrincipalAccount": ACCOUNT}
    }
    world = abroad(policy=policy(statement))
    assert isinstance(ask(GUARDS, world, promised), Passed)
    statement["Condition"]["StringEquals"] = {"aws:PrincipalAccount": OTHER_ACCOUNT}
    assert isinstance(ask(GUARDS, world, promised), Failed)


def test_what_is_known_of_any_request_is_known_of_one_in_plain_text():
    statement = tls_denied()
    statement["Condition"] = statement["Condition"] | {
        "StringEquals": {"s3:ResourceAccount": ACCOUNT}
    }
    assert isinstance(ask(GUARDS, FakeAws(policy=policy(statement))), Passed)
    statement["Condition"]["StringEquals"] = {"aws:SourceVpce": "vpce-1"}
    assert isinstance(ask(GUARDS, FakeAws(policy=policy(statement))), Unknown)


def test_no_guard_is_promised_and_none_is_named():
    found = ask(GUARDS, FakeAws(), replace(PROMISED, guards=()))
    assert found.detail == "the stack promises none: the bucket is used as it is"
