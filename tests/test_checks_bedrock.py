from dataclasses import replace

import pytest
from bedrock_world import (
    ACCOUNT,
    BUCKET,
    GATEWAY,
    JOB_ROLE,
    KEY,
    PROFILE_ARN,
    PROMISED,
    ROOT,
    ROUTED,
    WITH_PROFILE,
    FakeAws,
    answer,
    ask,
    encrypted,
    granted,
    ids,
    trusting,
    verify,
    with_policy,
    with_profile,
    without,
)

from preflight.checks.bedrock import CHECKS, QUOTA_CHECKS, SUITES
from preflight.contract import ACCESS_LOGS
from preflight.outcomes import Failed, Passed, Unknown
from preflight.permissions import Identity
from preflight.seams import Aws, LifecycleRule

# --- the healthy world --------------------------------------------------------------------------


def test_a_healthy_account_passes_every_check_without_a_caveat_but_the_models_regions():
    report = verify(FakeAws())
    assert ids(report, Passed) == {one.id for one in CHECKS}
    caveats = {r.check_id for r in report.results if r.outcome.caveat}  # type: ignore[union-attr]
    assert caveats == {"bedrock-model-batch"}
    assert all(r.outcome.detail for r in report.results)  # type: ignore[union-attr]


def test_an_inference_profile_passes_every_check():
    assert ids(verify(with_profile(), WITH_PROFILE), Passed) == {one.id for one in CHECKS}


def test_a_customer_key_that_both_may_use_passes():
    assert isinstance(ask("bedrock-bucket-key", encrypted()), Passed)


def test_every_check_says_why_it_is_asked():
    for one in (*CHECKS, *QUOTA_CHECKS):
        assert one.id.startswith("bedrock-")
        assert len(one.explanation) > 40, one.id


def test_every_row_of_the_table_is_asked_with_its_condition():
    world = FakeAws()
    verify(world)
    for right, condition in granted(PROMISED).items():
        contexts = [context for asked, context in world.asked if asked == right]
        assert contexts, right
        assert any(condition.items() <= context.items() for context in contexts), right


def test_every_region_of_a_profile_is_asked():
    world = with_profile()
    verify(world, WITH_PROFILE)
    asked = {right[2] for right, _ in world.asked if right[:2] == (JOB_ROLE, "bedrock:InvokeModel")}
    assert asked == {PROFILE_ARN, *ROUTED}


def test_a_model_is_not_asked_as_if_it_were_in_the_account():
    """A condition aws:ResourceAccount on InvokeModel keeps the role from models, which AWS owns."""
    world = FakeAws()
    world.rights[JOB_ROLE, "bedrock:InvokeModel", PROMISED.model_arns[0]] = {
        "aws:ResourceAccount": ACCOUNT
    }
    assert ids(verify(world), Failed) == {"bedrock-job-role-models"}


# --- one breakage at a time ---------------------------------------------------------------------

BREAKAGES = {
    "wrong account": (FakeAws(account="999999999999"), "bedrock-credentials"),
    "no bucket": (FakeAws(regions={}), "bedrock-bucket"),
    "bucket elsewhere": (FakeAws(regions={BUCKET: "eu-west-1"}), "bedrock-bucket-region"),
    "somebody's bucket": (FakeAws(owner="999999999999"), "bedrock-bucket-owner"),
    "bucket policy keeps the role out": (
        with_policy(Principal={"AWS": JOB_ROLE}),
        "bedrock-bucket-policy",
    ),
    "bucket policy keeps the gateway's uploads out": (
        with_policy(Principal={"AWS": GATEWAY}, Action="s3:PutObject"),
        "bedrock-bucket-policy",
    ),
    "results expire while the job runs": (
        FakeAws(rules=(LifecycleRule(7),)),
        "bedrock-bucket-expiry",
    ),
    "plain text is taken": (FakeAws(policy=None), "bedrock-bucket-guards"),
    "the public is not kept out": (
        FakeAws(open_to_public=frozenset({"BlockPublicAcls"})),
        "bedrock-bucket-guards",
    ),
    "no key": (FakeAws(bucket_key=KEY), "bedrock-bucket-key"),
    "key disabled": (encrypted(state="Disabled"), "bedrock-bucket-key"),
    "key for the gateway only": (
        encrypted(
            {"Effect": "Allow", "Principal": {"AWS": GATEWAY}, "Action": "kms:*", "Resource": "*"}
        ),
        "bedrock-bucket-key",
    ),
    "role may not decrypt": (
        without(encrypted(), (JOB_ROLE, "kms:Decrypt")),
        "bedrock-bucket-key",
    ),
    "no job role": (FakeAws(roles={}), "bedrock-job-role"),
    "trusts another service": (
        trusting(Principal={"Service": "lambda.amazonaws.com"}),
        "bedrock-job-role-trust",
    ),
    "trusts its account": (trusting(Principal={"AWS": ROOT}), "bedrock-job-role-trust"),
    "role writes no results": (
        without(FakeAws(), (JOB_ROLE, "s3:PutObject")),
        "bedrock-job-role-bucket",
    ),
    "role runs no model": (
        without(FakeAws(), (JOB_ROLE, "bedrock:InvokeModel")),
        "bedrock-job-role-models",
    ),
    "gateway starts no jobs": (
        without(FakeAws(), (GATEWAY, "bedrock:CreateModelInvocationJob")),
        "bedrock-gateway-jobs",
    ),
    "gateway reads no results": (
        without(FakeAws(), (GATEWAY, "s3:GetObject")),
        "bedrock-gateway-bucket",
    ),
    "gateway passes no role": (
        without(FakeAws(), (GATEWAY, "iam:PassRole")),
        "bedrock-gateway-pass-role",
    ),
    "no gateway identity": (FakeAws(principals={JOB_ROLE}), "bedrock-gateway-identity"),
    "no such model": (FakeAws(models={}), "bedrock-model"),
    "not agreed to": (
        FakeAws(agreement=FakeAws().agreement | {"agreement": "NOT_AVAILABLE"}),
        "bedrock-model-agreement",
    ),
    "not yet agreed to": (
        FakeAws(agreement=FakeAws().agreement | {"agreement": "PENDING"}),
        "bedrock-model-agreement",
    ),
    "too many open jobs": (FakeAws(jobs=20), "bedrock-open-jobs"),
}


@pytest.mark.parametrize(("world", "check_id"), BREAKAGES.values(), ids=BREAKAGES)
def test_one_breakage_fails_exactly_its_check(world, check_id):
    report = verify(world)
    assert ids(report, Failed) == {check_id}
    assert not ids(report, Unknown)
    failed = answer(report, check_id)
    assert failed.problem
    assert failed.remedy


def test_every_check_has_a_breakage():
    unbroken = {one.id for one in CHECKS} - {check_id for _, check_id in BREAKAGES.values()}
    # The one knows no failure, as a table may be old; the other's tests are in a file of their own.
    assert unbroken == {"bedrock-model-batch", "bedrock-model-retirement"}


PERMISSION_CHECKS = {
    "bedrock-bucket-policy": Identity.JOB_ROLE,
    "bedrock-job-role-trust": Identity.JOB_ROLE,
    "bedrock-job-role-bucket": Identity.JOB_ROLE,
    "bedrock-job-role-models": Identity.JOB_ROLE,
    "bedrock-gateway-jobs": Identity.GATEWAY,
    "bedrock-gateway-bucket": Identity.GATEWAY,
    "bedrock-gateway-pass-role": Identity.GATEWAY,
}


@pytest.mark.parametrize(("check_id", "identity"), PERMISSION_CHECKS.items())
def test_a_permission_message_names_the_identity_and_its_arn(check_id, identity):
    world = next(world for world, broken in BREAKAGES.values() if broken == check_id)
    arn = JOB_ROLE if identity is Identity.JOB_ROLE else GATEWAY
    assert f"{identity.value} {arn}" in answer(verify(world), check_id).problem


# --- a refused look is not an answer ------------------------------------------------------------

LOGGED = replace(PROMISED, guards=(ACCESS_LOGS,))
LOOKS = {
    "caller": {one.id for one in CHECKS},
    "bucket_region": {one.id for one in SUITES[0][1]} - {"bedrock-credentials"},
    "bucket_owned_by": {"bedrock-bucket-owner"},
    "bucket_policy": {"bedrock-bucket-policy", "bedrock-bucket-guards"},
    "bucket_public_access": {"bedrock-bucket-guards"},
    "bucket_logging": {"bedrock-bucket-guards"},
    "bucket_kms_key": {"bedrock-bucket-key"},
    "kms_key": {"bedrock-bucket-key"},
    "bucket_expiry": {"bedrock-bucket-expiry"},
    "role": {"bedrock-job-role", "bedrock-job-role-trust"},
    "may": {"bedrock-gateway-identity", "bedrock-job-role-bucket", "bedrock-job-role-models"},
    "foundation_model": {"bedrock-model"},
    "inference_profile": {"bedrock-model"},
    "model_agreement": {"bedrock-model-agreement"},
    "batch_quotas": {"bedrock-open-jobs"},
    "open_jobs": {"bedrock-open-jobs"},
}


@pytest.mark.parametrize("look", LOOKS)
def test_a_refused_look_is_unknown_and_names_the_permission(look):
    promised = {"inference_profile": WITH_PROFILE, "bucket_logging": LOGGED}.get(look, PROMISED)
    world = encrypted() if look == "kms_key" else FakeAws()
    world.rights |= granted(promised)
    # Where IAM's engine may not be asked, the documents answer; here neither may be looked at.
    closed = {look, "written"} if look == "may" else {look}
    world.refused = {one: f"aws:{one}" for one in closed}
    report = verify(world, promised)
    unknown = ids(report, Unknown)
    assert unknown
    assert unknown <= LOOKS[look]
    assert not ids(report, Failed)
    for check_id in unknown:
        assert answer(report, check_id).needs == ", or ".join(
            f"aws:{one}" for one in sorted(closed)
        )


def test_every_look_of_the_protocol_is_refused_once():
    looks = {name for name in vars(Aws) if not name.startswith("_")}
    # The second way's are in test_checks_bedrock_ways.
    assert set(LOOKS) == looks - {"written", "control_policies"}
