"""A healthy Bedrock account that can be broken in one place, and how its checks are asked."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from infra.grants import job_role_trust, tls_only
from preflight.checks.bedrock import CHECKS, SUITES
from preflight.contract import ENCRYPTED_TRANSPORT, NO_PUBLIC_ACCESS, Bedrock
from preflight.grants import bucket_policy
from preflight.permissions import PERMISSIONS, Identity, arns, condition
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
    Written,
)

ACCOUNT = "123456789012"
OTHER_ACCOUNT = "210987654321"
REGION = "us-west-2"
MODEL = "anthropic.claude-3-5-haiku-20241022-v1:0"
BUCKET = "batch-data"
JOB_ROLE = f"arn:aws:iam::{ACCOUNT}:role/batch-job"
GATEWAY = f"arn:aws:iam::{ACCOUNT}:role/batch-gateway"
RESULTS = "batch-results"
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
    guards=(ENCRYPTED_TRANSPORT, NO_PUBLIC_ACCESS),
)
WITH_KEY = dataclasses.replace(PROMISED, kms_key_arn=KEY)
APART = dataclasses.replace(PROMISED, output_uri=f"s3://{RESULTS}/done/")
ABROAD = dataclasses.replace(PROMISED, bucket_account=OTHER_ACCOUNT, guards=())
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

THROUGH_S3 = {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}

Right = tuple[str, str, str]


def granted(promised: Bedrock) -> dict[Right, Mapping[str, str]]:
    """(principal, action, resource) -> the condition it is granted under, from the table."""
    who = {Identity.GATEWAY: promised.gateway_principal_arn, Identity.JOB_ROLE: JOB_ROLE}
    return {
        (who[row.identity], row.action, arn): condition(row, promised)
        for row in PERMISSIONS
        if row.provider == "bedrock"
        for arn in arns(promised, row.on)
    }


def _allow(right: Right, on: Mapping[str, str]) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": right[1], "Resource": right[2]}
    return statement | ({"Condition": {"StringEquals": dict(on)}} if on else {})


@dataclass
class FakeAws:
    """A healthy account; every field may be broken. `refused`: look -> the permission it lacks."""

    account: str = ACCOUNT
    regions: dict[str, str] = field(default_factory=lambda: {BUCKET: REGION})
    owner: str = ACCOUNT
    policy: Mapping[str, Any] | None = field(default_factory=lambda: tls_only(PROMISED))
    policies: dict[str, Mapping[str, Any] | None] = field(default_factory=dict)
    bucket_key: str | None = None
    open_to_public: frozenset[str] = frozenset()
    logs: str | None = None
    keys: dict[str, KmsKey] = field(default_factory=dict)
    rules: tuple[LifecycleRule, ...] = (LifecycleRule(30),)
    roles: dict[str, Role] = field(
        default_factory=lambda: {JOB_ROLE: Role(JOB_ROLE, job_role_trust(PROMISED))}
    )
    principals: set[str] = field(default_factory=lambda: {GATEWAY, JOB_ROLE})
    rights: dict[Right, Mapping[str, str]] = field(default_factory=lambda: granted(PROMISED))
    denials: set[str] = field(default_factory=set)
    looks_at: tuple[str, ...] = ()
    boundary: Mapping[str, Any] | None = None
    control: tuple[tuple[Mapping[str, Any], ...], ...] = ()
    limits: Mapping[str, bool] = field(default_factory=dict)
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
        return self.policies.get(bucket, self.policy) if bucket in self.regions else None

    def bucket_kms_key(self, bucket: str) -> str | None:
        self._look("bucket_kms_key")
        return self.bucket_key if bucket in self.regions else None

    def bucket_public_access(self, bucket: str) -> frozenset[str]:
        self._look("bucket_public_access")
        assert bucket in self.regions
        return self.open_to_public

    def bucket_logging(self, bucket: str) -> str | None:
        self._look("bucket_logging")
        return self.logs if bucket in self.regions else None

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
        allowed = allowed and not denied and all(self.limits.values())
        return Decision(action, resource, allowed, denied, self.looks_at, **self.limits)

    def written(self, principal: str) -> Written | None:
        self._look("written")
        if principal not in self.principals:
            return None
        own = [_allow(right, on) for right, on in self.rights.items() if right[0] == principal]
        own += [{"Effect": "Deny", "Action": action, "Resource": "*"} for action in self.denials]
        if self.looks_at:
            keys = dict.fromkeys(self.looks_at, "somewhere")
            on = {"Action": "*", "Resource": "*", "Condition": {"StringEquals": keys}}
            own += [{"Effect": effect, **on} for effect in ("Allow", "Deny")]
        return Written(({"Version": "2012-10-17", "Statement": own},), self.boundary)

    def control_policies(self, account: str) -> tuple[tuple[Mapping[str, Any], ...], ...]:
        self._look("control_policies")
        assert account == ACCOUNT
        return self.control

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


def apart(**changes: Any) -> FakeAws:
    """A second bucket, for the results."""
    both = {BUCKET: REGION, RESULTS: REGION}
    policies = {RESULTS: tls_only(APART, RESULTS)}
    return FakeAws(**{"regions": both, "policies": policies, "rights": granted(APART)} | changes)


def abroad(**changes: Any) -> FakeAws:
    """A bucket of another account, whose policy lets both identities in."""
    made = {"owner": OTHER_ACCOUNT, "policy": bucket_policy(ABROAD), "rights": granted(ABROAD)}
    return FakeAws(**made | changes)


def encrypted(*statements: Mapping[str, Any], state: str = "Enabled") -> FakeAws:
    """A bucket with a customer key whose policy is these statements; by default, the account's."""
    account = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": list(statements or (account,))}
    world = FakeAws(bucket_key=KEY, keys={KEY: KmsKey(KEY, state, policy)})
    for who in (GATEWAY, JOB_ROLE):
        for action in ("kms:Decrypt", "kms:GenerateDataKey"):
            world.rights[who, action, KEY] = THROUGH_S3
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
    """A bucket with one more deny, for all and over everything, changed so."""
    made = {"Sid": "No", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    statements = [made | statement, *tls_only(PROMISED)["Statement"]]
    return FakeAws(policy={"Version": "2012-10-17", "Statement": statements})
