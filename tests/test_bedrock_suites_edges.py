"""What is asked of Amazon Bedrock in which order, and which answers decide about the others."""

from dataclasses import replace

from bedrock_world import ACCOUNT, OTHER_ACCOUNT, FakeAws, ask, ids, verify

from preflight.checks.bedrock import CHECKS, QUOTA_CHECKS, SUITES
from preflight.outcomes import Failed, Passed, Skipped, Unknown

ORDER = {
    "bedrock bucket": "bucket bucket-region bucket-owner bucket-policy bucket-key bucket-expiry "
    "bucket-guards",
    "bedrock job role": "job-role job-role-trust job-role-bucket job-role-models",
    "bedrock gateway": "gateway-identity gateway-jobs gateway-bucket gateway-pass-role",
    "bedrock model": "model model-agreement model-batch model-retirement open-jobs",
}
GATES = {"credentials", "bucket", "job-role", "gateway-identity", "model"}


def test_each_suite_asks_who_is_asking_and_then_in_the_order_of_reading():
    assert {name: [one.id for one in checks] for name, checks in SUITES} == {
        name: [f"bedrock-{short}" for short in ("credentials", *order.split())]
        for name, order in ORDER.items()
    }
    assert [one.id for one in QUOTA_CHECKS] == ["bedrock-quota-minimum", "bedrock-quota-maximum"]


def test_what_is_not_there_has_no_properties():
    gates = {one.id for one in (*CHECKS, *QUOTA_CHECKS) if one.gate}
    assert gates == {f"bedrock-{short}" for short in GATES}


def test_with_the_credentials_of_another_account_nothing_else_is_asked():
    report = verify(FakeAws(account=OTHER_ACCOUNT))
    assert ids(report, Failed) == {"bedrock-credentials"}
    assert ids(report, Skipped) == {one.id for one in CHECKS} - {"bedrock-credentials"}
    assert not ids(report, Passed) | ids(report, Unknown)


def test_who_asks_is_said_and_in_which_account():
    assert (
        ask("bedrock-credentials", FakeAws()).detail == f"asking as arn:aws:iam::{ACCOUNT}:user/me"
    )
    found = ask("bedrock-credentials", replace(FakeAws(), account=OTHER_ACCOUNT))
    assert f"in account {OTHER_ACCOUNT}, but the stack is in account {ACCOUNT}" in found.problem
    assert found.remedy == f"set AWS_PROFILE to a profile of account {ACCOUNT}"
