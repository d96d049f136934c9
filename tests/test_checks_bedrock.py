import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from infra.grants import job_role_trust, tls_only
from preflight.check import Failed, Passed, Unknown
from preflight.checks.bedrock import CHECKS, QUOTA_CHECKS, SUITES, Judged
from preflight.contract import Bedrock
from preflight.permissions import PERMISSIONS, Identity, arns
from preflight.report import Report
from preflight.runner import Suite, World, run
from preflight.seams import (
    Aws,
    Caller,
    Decision,
    FoundationModel,
    InferenceProfile,
    KmsKey,
    LifecycleRule,
    Refused,
    Role,
)

ACCOUNT = "123456789012"
REGION = "us-west-2"
MODEL = "anthropic.claude-3-5-haiku-20241022-v1:0"
BUCKET = "batch-data"
JOB_ROLE = f"arn:aws:iam::{ACCOUNT}:role/batch-job"
GATEWAY = f"arn:aws:iam::{ACCOUNT}:role/batch-gateway"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1111"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"

PROMISED = Bedrock(
    provider_name="bedrock-main",
    partition="aws",
    account=ACCOUNT,
    region=REGION,
    bucket=BUCKET,
    model=MODEL,
    model_arns=(f"arn:aws:bedrock:{REGION}::foundation-model/{MODEL}",),
    job_role_arn=JOB_ROLE,
    gateway_principal_arn=GATEWAY,
)
PROFILE = f"us.{MODEL}"
PROFILE_ARN = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:inference-profile/{PROFILE}"
ROUTED = tuple(
    f"arn:aws:bedrock:{region}::foundation-model/{MODEL}" for region in ("us-east-1", REGION)
)
WITH_PROFILE = dataclasses.replace(PROMISED, model=PROFILE, model_arns=(PROFILE_ARN, *ROUTED))

QUOTAS = {
    "Minimum number of records per batch inference job for Claude 3.5 Haiku": 100.0,
    "Records per input file per batch inference job for Claude 3.5 Haiku": 50_000.0,
    "Records per batch inference job for Claude 3.5 Haiku": 60_000.0,
    "Batch inference input file size (in GB) for Claude 3.5 Haiku": 1.0,
    "Sum of in-progress and submitted batch inference jobs using a base model for "
    "Claude 3.5 Haiku": 20.0,
}

Right = tuple[str, str, str]


def granted(promised: Bedrock) -> dict[Right, Mapping[str, str]]:
    """(principal, action, resource) -> the condition it is granted under, from the table."""
    who = {Identity.GATEWAY: promised.gateway_principal_arn, Identity.JOB_ROLE: JOB_ROLE}
    return {
        (who[row.identity], row.action, arn): {
            key: value.format(account=ACCOUNT) for key, value in row.condition.items()
        }
        for row in PERMISSIONS
        if row.provider == "bedrock"
        for arn in arns(promised, row.on)
    }


@dataclass
class FakeAws:
    """A healthy account; every field may be broken. `refused`: look -> the permission it lacks."""

    account: str = ACCOUNT
    regions: dict[str, str] = field(default_factory=lambda: {BUCKET: REGION})
    owner: str = ACCOUNT
    policy: Mapping[str, Any] | None = field(default_factory=lambda: tls_only(PROMISED))
    bucket_key: str | None = None
    keys: dict[str, KmsKey] = field(default_factory=dict)
    rules: tuple[LifecycleRule, ...] = (LifecycleRule(30),)
    roles: dict[str, Role] = field(
        default_factory=lambda: {JOB_ROLE: Role(JOB_ROLE, job_role_trust(PROMISED))}
    )
    principals: set[str] = field(default_factory=lambda: {GATEWAY, JOB_ROLE})
    rights: dict[Right, Mapping[str, str]] = field(default_factory=lambda: granted(PROMISED))
    denials: set[str] = field(default_factory=set)
    looks_at: tuple[str, ...] = ()
    models: dict[str, FoundationModel] = field(
        default_factory=lambda: {
            MODEL: FoundationModel(
                PROMISED.model_arns[0], "Claude 3.5 Haiku", "ACTIVE", frozenset({"ON_DEMAND"})
            )
        }
    )
    profiles: dict[str, InferenceProfile] = field(
        default_factory=lambda: {PROFILE: InferenceProfile(PROFILE_ARN, "ACTIVE", ROUTED)}
    )
    agreement: dict[str, str] = field(
        default_factory=lambda: {
            "authorization": "AUTHORIZED",
            "entitlement": "AVAILABLE",
            "region": "AVAILABLE",
            "agreement": "AVAILABLE",
        }
    )
    quotas: dict[str, float] = field(default_factory=lambda: dict(QUOTAS))
    jobs: int = 3
    refused: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[Right, Mapping[str, str]]] = field(default_factory=list)

    def _look(self, name: str) -> None:
        if name in self.refused:
            raise Refused("the account", self.refused[name], "me")

    def caller(self) -> Caller:
        self._look("caller")
        return Caller(self.account, f"arn:aws:iam::{self.account}:user/me")

    def bucket_region(self, bucket: str) -> str | None:
        self._look("bucket_region")
        return self.regions.get(bucket)

    def bucket_owned_by(self, bucket: str, account: str) -> bool:
        self._look("bucket_owned_by")
        return bucket in self.regions and account == self.owner

    def bucket_policy(self, bucket: str) -> Mapping[str, Any] | None:
        self._look("bucket_policy")
        return self.policy if bucket in self.regions else None

    def bucket_kms_key(self, bucket: str) -> str | None:
        self._look("bucket_kms_key")
        return self.bucket_key if bucket in self.regions else None

    def kms_key(self, key: str) -> KmsKey | None:
        self._look("kms_key")
        return self.keys.get(key)

    def bucket_expiry(self, bucket: str) -> tuple[LifecycleRule, ...]:
        self._look("bucket_expiry")
        return self.rules if bucket in self.regions else ()

    def role(self, arn: str) -> Role | None:
        self._look("role")
        return self.roles.get(arn)

    def may(
        self, principal: str, action: str, resource: str, context: Mapping[str, str]
    ) -> Decision | None:
        self._look("may")
        right = (principal, action, resource)
        self.asked.append((right, context))
        if principal not in self.principals:
            return None
        condition = self.rights.get(right)
        allowed = condition is not None and condition.items() <= context.items()
        denied = action in self.denials
        return Decision(action, resource, allowed and not denied, denied, self.looks_at)

    def foundation_model(self, region: str, model: str) -> FoundationModel | None:
        self._look("foundation_model")
        return self.models.get(model) if region == REGION else None

    def inference_profile(self, region: str, profile: str) -> InferenceProfile | None:
        self._look("inference_profile")
        return self.profiles.get(profile) if region == REGION else None

    def model_agreement(self, region: str, model: str) -> Mapping[str, str]:
        self._look("model_agreement")
        assert (region, model) == (REGION, MODEL)
        return self.agreement

    def batch_quotas(self, region: str) -> Mapping[str, float]:
        self._look("batch_quotas")
        return self.quotas if region == REGION else {}

    def open_jobs(self, region: str, model_arns: Sequence[str]) -> int:
        self._look("open_jobs")
        assert model_arns
        return self.jobs if region == REGION else 0


def verify(world: FakeAws, promised: Bedrock = PROMISED) -> Report:
    aws: Aws = world
    shared = World(lambda: aws)
    return run([Suite("bedrock", name, checks, promised, shared) for name, checks in SUITES])


def ids(report: Report, kind: type) -> set[str]:
    return {result.check_id for result in report.results if isinstance(result.outcome, kind)}


def answer(report: Report, check_id: str) -> Any:
    return next(result.outcome for result in report.results if result.check_id == check_id)


def ask(check_id: str, world: FakeAws, promised: Bedrock = PROMISED) -> Any:
    return next(one for one in CHECKS if one.id == check_id)(promised, world)


def with_profile(**changes: Any) -> FakeAws:
    return FakeAws(rights=granted(WITH_PROFILE), **changes)


def encrypted(*statements: Mapping[str, Any], state: str = "Enabled") -> FakeAws:
    """A bucket with a customer key whose policy is these statements; by default, the account's."""
    account = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": list(statements or (account,))}
    world = FakeAws(bucket_key=KEY, keys={KEY: KmsKey(KEY, state, policy)})
    for who in (GATEWAY, JOB_ROLE):
        for action in ("kms:Decrypt", "kms:GenerateDataKey"):
            world.rights[who, action, KEY] = {}
    return world


def without(world: FakeAws, *lost: tuple[str, str]) -> FakeAws:
    """The world after (principal, action) are taken away."""
    world.rights = {right: on for right, on in world.rights.items() if right[:2] not in lost}
    return world


def trusting(**changes: Any) -> FakeAws:
    """A job role whose one trust statement is changed; None takes an element away."""
    statement = {**job_role_trust(PROMISED)["Statement"][0], **changes}
    statement = {name: value for name, value in statement.items() if value is not None}
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    return FakeAws(roles={JOB_ROLE: Role(JOB_ROLE, trust)})


def with_policy(**statement: Any) -> FakeAws:
    """A bucket whose policy is one deny for all, over everything, changed so."""
    made = {"Sid": "No", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    return FakeAws(policy={"Version": "2012-10-17", "Statement": [made | statement]})


# --- the healthy world -------------------------------------------------------------------------


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


# --- one breakage at a time --------------------------------------------------------------------

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
    assert unbroken == {"bedrock-model-batch"}, "it knows no failure: a table may be old"


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


# --- a refused look is not an answer -----------------------------------------------------------

LOOKS = {
    "caller": {one.id for one in CHECKS},
    "bucket_region": {one.id for one in SUITES[0][1]} - {"bedrock-credentials"},
    "bucket_owned_by": {"bedrock-bucket-owner"},
    "bucket_policy": {"bedrock-bucket-policy"},
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
    promised = WITH_PROFILE if look == "inference_profile" else PROMISED
    world = encrypted() if look == "kms_key" else FakeAws()
    world.rights |= granted(promised)
    world.refused = {look: f"aws:{look}"}
    report = verify(world, promised)
    unknown = ids(report, Unknown)
    assert unknown
    assert unknown <= LOOKS[look]
    assert not ids(report, Failed)
    for check_id in unknown:
        assert answer(report, check_id).needs == f"aws:{look}"


def test_every_look_of_the_protocol_is_refused_once():
    looks = {name for name in vars(Aws) if not name.startswith("_")}
    assert set(LOOKS) == looks


# --- the trust policy --------------------------------------------------------------------------

JOBS = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:model-invocation-job"


@pytest.mark.parametrize(
    "condition",
    [
        {"ArnLike": {"aws:SourceArn": f"{JOBS}/*"}},
        {"StringLike": {"aws:SourceArn": f"{JOBS}/*"}},
        {"ArnEquals": {"aws:SourceArn": f"arn:aws:bedrock:*:{ACCOUNT}:model-invocation-job/*"}},
        {"StringEquals": {"aws:SourceAccount": ["999999999999", ACCOUNT]}},
    ],
)
def test_trust_for_jobs_to_come_passes(condition):
    found = ask("bedrock-job-role-trust", trusting(Condition=condition))
    assert isinstance(found, Passed)
    assert not found.caveat


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"ArnEquals": {"aws:SourceArn": f"{JOBS}/abc123def456"}}, "abc123def456"),
        ({"StringEquals": {"aws:SourceArn": f"{JOBS}/*"}}, "StringEquals"),
        ({"ArnLike": {"aws:SourceArn": f"{JOBS}/*".replace(REGION, "eu-west-1")}}, "eu-west-1"),
        ({"StringEquals": {"aws:SourceAccount": "999999999999"}}, "999999999999"),
        ({"StringEquals": {"sts:ExternalId": "secret"}}, "does not carry it"),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, "does not carry it"),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, "does not carry it"),
    ],
)
def test_trust_that_no_job_to_come_can_meet_fails_and_says_why(condition, said):
    found = ask("bedrock-job-role-trust", trusting(Condition=condition))
    assert isinstance(found, Failed)
    assert said in found.problem
    assert f"{JOBS}/*" in found.remedy


def test_trust_without_a_condition_passes_with_a_caveat():
    found = ask("bedrock-job-role-trust", trusting(Condition=None))
    assert isinstance(found, Passed)
    assert "aws:SourceAccount" in found.caveat


def test_trust_that_hangs_on_what_nobody_knows_is_unknown():
    found = ask(
        "bedrock-job-role-trust", trusting(Condition={"StringEquals": {"aws:SourceOrgID": "o-1"}})
    )
    assert isinstance(found, Unknown)
    assert "aws:SourceOrgID" in found.reason


def test_an_explicit_deny_in_the_trust_policy_is_named():
    world = FakeAws()
    statements = job_role_trust(PROMISED)["Statement"]
    denial = {"Sid": "Never", "Effect": "Deny", "Principal": "*", "Action": "sts:*"}
    trust = {"Version": "2012-10-17", "Statement": [*statements, denial]}
    world.roles[JOB_ROLE] = Role(JOB_ROLE, trust)
    assert 'statement "Never"' in ask("bedrock-job-role-trust", world).problem


# --- the bucket policy -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        {"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}},
        {"Condition": {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}},
        {"Condition": {"ArnNotLike": {"aws:PrincipalArn": [JOB_ROLE, GATEWAY]}}},
        {"Principal": {"AWS": "arn:aws:iam::999999999999:root"}},
        {"Resource": f"arn:aws:s3:::{BUCKET}/elsewhere/*"},
        {"Action": "s3:DeleteObject"},
    ],
)
def test_a_bucket_policy_that_keeps_only_others_out_passes(statement):
    assert isinstance(ask("bedrock-bucket-policy", with_policy(**statement)), Passed)


def test_a_bucket_policy_that_hangs_on_the_network_is_unknown():
    world = with_policy(Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})
    found = ask("bedrock-bucket-policy", world)
    assert isinstance(found, Unknown)
    assert "aws:SourceVpce" in found.reason
    assert 'statement "No"' in found.reason


def test_a_deny_is_worse_than_a_doubt():
    world = with_policy(Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})
    assert world.policy
    world.policy["Statement"].append(
        {"Effect": "Deny", "Principal": {"AWS": JOB_ROLE}, "Action": "*", "Resource": "*"}
    )
    assert isinstance(ask("bedrock-bucket-policy", world), Failed)


def test_no_bucket_policy_denies_nothing():
    assert isinstance(ask("bedrock-bucket-policy", FakeAws(policy=None)), Passed)


def test_a_right_that_only_the_bucket_policy_gives_passes_with_a_caveat():
    world = with_policy(Effect="Allow", Principal={"AWS": JOB_ROLE})
    found = ask("bedrock-job-role-bucket", without(world, (JOB_ROLE, "s3:PutObject")))
    assert isinstance(found, Passed)
    assert "bucket policy" in found.caveat


def test_a_bucket_policy_for_the_whole_account_gives_nobody_a_right():
    world = with_policy(Effect="Allow", Principal={"AWS": ROOT})
    found = ask("bedrock-job-role-bucket", without(world, (JOB_ROLE, "s3:PutObject")))
    assert isinstance(found, Failed)


def test_a_principal_of_another_kind_is_unknown():
    promised = dataclasses.replace(PROMISED, gateway_principal_arn=ROOT)
    found = ask("bedrock-bucket-policy", FakeAws(), promised)
    assert isinstance(found, Unknown)
    assert ROOT in found.reason


# --- the simulator's doubts --------------------------------------------------------------------


def test_a_denied_right_that_hangs_on_a_missing_key_is_unknown():
    world = without(FakeAws(looks_at=("aws:SourceIp",)), (GATEWAY, "iam:PassRole"))
    found = ask("bedrock-gateway-pass-role", world)
    assert isinstance(found, Unknown)
    assert "aws:SourceIp" in found.reason


def test_an_allowed_right_whose_policies_look_at_a_missing_key_says_so():
    found = ask("bedrock-gateway-pass-role", FakeAws(looks_at=("aws:SourceIp",)))
    assert isinstance(found, Passed)
    assert "aws:SourceIp" in found.caveat


def test_the_tables_own_condition_keys_are_no_doubt():
    looks_at = ("aws:ResourceAccount", "iam:PassedToService")
    assert not ask("bedrock-gateway-jobs", FakeAws(looks_at=looks_at)).caveat


def test_an_explicit_deny_is_told_apart():
    found = ask("bedrock-gateway-pass-role", FakeAws(denials={"iam:PassRole"}))
    assert "denied by a policy" in found.problem
    assert "remove the statement" in found.remedy


# --- the key -----------------------------------------------------------------------------------


def test_a_key_policy_that_names_both_needs_no_other():
    both = {"AWS": [GATEWAY, JOB_ROLE]}
    world = encrypted({"Effect": "Allow", "Principal": both, "Action": "kms:*", "Resource": "*"})
    lost = [(who, action) for who, action, on in world.rights if on == KEY]
    assert isinstance(ask("bedrock-bucket-key", without(world, *lost)), Passed)


def test_a_key_policy_by_way_of_s3_is_met():
    via = {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
    assert isinstance(ask("bedrock-bucket-key", encrypted(statement | {"Condition": via})), Passed)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ({"Sid": "Never", "Effect": "Deny"}, Failed),
        ({"Effect": "Allow", "Condition": {"StringEquals": {"aws:SourceVpce": "v"}}}, Unknown),
    ],
)
def test_a_key_policy_that_denies_or_doubts_is_no_yes(statement, kind):
    everyone = {"Principal": "*", "Action": "kms:*", "Resource": "*"}
    assert isinstance(ask("bedrock-bucket-key", encrypted(everyone | statement)), kind)


def test_an_identity_whose_own_policy_denies_the_key_fails():
    world = encrypted()
    world.denials = {"kms:Decrypt"}
    assert "denies" in ask("bedrock-bucket-key", world).problem


# --- expiry ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "kind"), [(7, Failed), (8, Passed)])
def test_objects_outlive_the_longest_job_and_a_day(days, kind):
    assert isinstance(ask("bedrock-bucket-expiry", FakeAws(rules=(LifecycleRule(days),))), kind)


def test_a_short_rule_for_one_prefix_is_a_caveat():
    found = ask("bedrock-bucket-expiry", FakeAws(rules=(LifecycleRule(1, "tmp/"),)))
    assert isinstance(found, Passed)
    assert "tmp/" in found.caveat
    assert "for ever" in found.detail


# --- the model ---------------------------------------------------------------------------------


def bare(**changes: Any) -> FakeAws:
    world = FakeAws()
    world.models[MODEL] = dataclasses.replace(world.models[MODEL], **changes)
    return world


def test_a_model_that_runs_only_through_a_profile_fails_and_names_the_profile():
    found = ask("bedrock-model", bare(inference_types=frozenset({"PROVISIONED"})))
    assert "only through an inference profile" in found.problem
    assert PROFILE in found.remedy


def test_a_legacy_model_passes_with_a_caveat():
    assert "withdrawn" in ask("bedrock-model", bare(lifecycle="LEGACY")).caveat


def test_a_profile_that_routes_further_than_promised_fails():
    world = with_profile()
    new = f"arn:aws:bedrock:us-east-2::foundation-model/{MODEL}"
    world.profiles[PROFILE] = InferenceProfile(PROFILE_ARN, "ACTIVE", (*ROUTED, new))
    report = verify(world, WITH_PROFILE)
    assert ids(report, Failed) == {"bedrock-model"}
    assert new in answer(report, "bedrock-model").problem


@pytest.mark.parametrize(
    "profiles", [{}, {PROFILE: InferenceProfile(PROFILE_ARN, "CREATING", ROUTED)}]
)
def test_a_profile_that_is_not_there_or_not_active_fails(profiles):
    assert isinstance(ask("bedrock-model", with_profile(profiles=profiles), WITH_PROFILE), Failed)


def test_a_word_that_bedrock_never_used_before_is_unknown():
    world = FakeAws(agreement=FakeAws().agreement | {"agreement": "ERROR"})
    assert isinstance(ask("bedrock-model-agreement", world), Unknown)


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("amazon.nova-lite-v1:0", Unknown),
        ("us.amazon.nova-lite-v1:0", Passed),
        ("cohere.command-r-v1:0", Unknown),
        (MODEL, Passed),
    ],
)
def test_the_table_tells_which_models_run_as_batch_jobs(model, kind):
    promised = dataclasses.replace(PROMISED, model=model, model_arns=())
    assert isinstance(ask("bedrock-model-batch", FakeAws(), promised), kind)


# --- quotas ------------------------------------------------------------------------------------


def judge(number: int, requests: int, size: int = 1000, **changes: Any) -> Any:
    promised = changes.pop("promised", PROMISED)
    return QUOTA_CHECKS[number](promised, Judged(FakeAws(**changes), requests, size))


@pytest.mark.parametrize(
    ("requests", "kind"), [(99, Failed), (100, Passed), (50_000, Passed), (50_001, Failed)]
)
def test_a_job_takes_from_the_least_to_the_most_requests(requests, kind):
    answers = [judge(number, requests) for number in (0, 1)]
    assert any(isinstance(found, kind) for found in answers)
    assert (kind is Failed) == any(isinstance(found, Failed) for found in answers)


@pytest.mark.parametrize(("size", "kind"), [(10**9, Passed), (10**9 + 1, Failed)])
def test_a_file_has_a_largest_size(size, kind):
    assert isinstance(judge(1, 1000, size), kind)


def test_without_a_row_the_default_is_used_and_said():
    found = judge(0, 100, quotas={})
    assert isinstance(found, Passed)
    assert "default of 2025-06" in found.detail
    assert found.caveat
    assert isinstance(judge(0, 99, quotas={}), Failed)
    assert "Service Quotas" in judge(0, 100).detail


def test_the_minimum_is_not_taken_for_the_maximum():
    """ "Records per batch inference job for X" is the tail of "Minimum number of ..."."""
    quotas = {"Minimum number of records per batch inference job for Claude 3.5 Haiku": 100.0}
    assert isinstance(judge(1, 5000, quotas=quotas), Passed)


def test_the_unit_may_stand_at_the_end():
    quotas = {"Batch inference input file size for Claude 3.5 Haiku (in GB)": 2.0}
    assert isinstance(judge(1, 1000, 2 * 10**9, quotas=quotas), Passed)


def test_a_longer_model_name_is_another_model():
    quotas = {"Minimum number of records per batch inference job for Claude 3.5 Haiku v2": 900.0}
    assert isinstance(judge(0, 100, quotas=quotas), Passed)


def test_a_model_that_the_table_does_not_spell_is_found_by_its_display_name():
    promised = dataclasses.replace(PROMISED, model="amazon.nova-9-v1:0", model_arns=())
    named = FoundationModel("", "Nova 9", "ACTIVE", frozenset())
    quotas = {"Minimum number of records per batch inference job for nova  9 V1": 500.0}
    found = judge(0, 400, quotas=quotas, models={promised.model: named}, promised=promised)
    assert isinstance(found, Failed)
    assert "500" in found.problem


def test_a_model_without_any_name_falls_back_on_the_default():
    promised = dataclasses.replace(PROMISED, model="new.model-v1:0", model_arns=())
    quotas = {"Minimum number of records per batch inference job for ": 500.0}
    assert isinstance(judge(0, 100, quotas=quotas, models={}, promised=promised), Passed)


def test_the_stricter_of_two_spellings_holds():
    name = "Minimum number of records per batch inference job for {}"
    quotas = {name.format("Claude 3.5 Haiku"): 100.0, name.format("CLAUDE 3.5 HAIKU"): 200.0}
    assert isinstance(judge(0, 150, quotas=quotas), Failed)


def test_the_number_of_open_jobs_falls_back_on_the_default():
    found = ask("bedrock-open-jobs", FakeAws(quotas={}, jobs=19))
    assert isinstance(found, Passed)
    assert found.caveat
    assert isinstance(ask("bedrock-open-jobs", FakeAws(quotas={}, jobs=20)), Failed)


@pytest.mark.parametrize("look", ["batch_quotas"])
def test_a_refused_look_at_the_quotas_is_no_default(look):
    for number in (0, 1):
        with pytest.raises(Refused):
            judge(number, 100, refused={look: "servicequotas:ListServiceQuotas"})
