"""Questions about one AWS account, and their answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from preflight.seams.plain import Caller, LifecycleRule


@dataclass(frozen=True, slots=True)
class Role:
    """An IAM role: its ARN and its trust policy, parsed."""

    arn: str
    trust: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the provider's own policy engine said about one action on one resource.

    `boundary_allows` and `organization_allows` say so of the permissions boundary and of the
    organization's policies; None where there is none.
    """

    action: str
    resource: str
    allowed: bool
    explicitly_denied: bool = False
    missing_context: tuple[str, ...] = ()
    boundary_allows: bool | None = None
    organization_allows: bool | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What is written about a role or user in its own account, parsed.

    `policies` are those in it, those attached to it, and those of a user's groups; `boundary` is
    its permissions boundary, None for none; `keys` are condition keys of its requests that are
    known by looking: its name, its tags, the time.
    """

    policies: tuple[Mapping[str, Any], ...]
    boundary: Mapping[str, Any] | None = None
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KmsKey:
    """An encryption key.

    Its ARN, its state (Enabled, Disabled, PendingDeletion...), its own policy, parsed.
    """

    arn: str
    state: str
    policy: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FoundationModel:
    """A Bedrock model in one region.

    `inference_types` holds ON_DEMAND or PROVISIONED; nothing there says "batch".
    """

    arn: str
    name: str
    lifecycle: str
    inference_types: frozenset[str]


@dataclass(frozen=True, slots=True)
class InferenceProfile:
    """A Bedrock inference profile and the model ARN in every region it routes to."""

    arn: str
    status: str
    model_arns: tuple[str, ...]


class Aws(Protocol):
    """Read-only questions about one AWS account. All raise LookError where they get no answer."""

    def caller(self) -> Caller:
        """Who is asking (sts:GetCallerIdentity)."""

    def bucket_region(self, bucket: str) -> str | None:
        """The bucket's region; None where there is no such bucket (s3:ListBucket, HeadBucket)."""

    def bucket_owned_by(self, bucket: str, account: str) -> bool:
        """Whether the bucket belongs to the account (HeadBucket with ExpectedBucketOwner)."""

    def bucket_policy(self, bucket: str) -> Mapping[str, Any] | None:
        """The bucket policy, parsed; None where it has none (s3:GetBucketPolicy)."""

    def bucket_kms_key(self, bucket: str) -> str | None:
        """The customer key that encrypts new objects; None for S3's own keys.

        Looked up by s3:GetEncryptionConfiguration.
        """

    def bucket_public_access(self, bucket: str) -> frozenset[str]:
        """What of public access the bucket itself does not block, in AWS's words.

        Looked up by s3:GetBucketPublicAccessBlock. The account may block it all the same.
        """

    def bucket_logging(self, bucket: str) -> str | None:
        """The bucket that takes the access logs; None for no logs (s3:GetBucketLogging)."""

    def kms_key(self, key: str) -> KmsKey | None:
        """The key; None where there is no such key (kms:DescribeKey, kms:GetKeyPolicy)."""

    def bucket_expiry(self, bucket: str) -> tuple[LifecycleRule, ...]:
        """The enabled rules that delete current objects (s3:GetLifecycleConfiguration)."""

    def role(self, arn: str) -> Role | None:
        """The role; None where it does not exist (iam:GetRole)."""

    def may(
        self, principal: str, action: str, resource: str, context: Mapping[str, str]
    ) -> Decision | None:
        """What IAM's own engine says (iam:SimulatePrincipalPolicy).

        `context`: condition key -> value.

        None where there is no such principal. A bucket's or a key's own policy has no part in the
        answer; the policies of the account's organization have, but for those with conditions.
        """

    def written(self, principal: str) -> Written | None:
        """All that is written about a role or user; None where there is no such principal.

        Looked up by iam:GetRole or iam:GetUser, iam:List* and iam:Get*.
        """

    def control_policies(self, account: str) -> tuple[tuple[Mapping[str, Any], ...], ...]:
        """The service control policies that hold for the account: from the root down, by level.

        Looked up by organizations:Describe* and List*. () where the account is in no organization,
        or leads it.
        """

    def foundation_model(self, region: str, model: str) -> FoundationModel | None:
        """The model in that region; None where it is not offered (bedrock:GetFoundationModel)."""

    def inference_profile(self, region: str, profile: str) -> InferenceProfile | None:
        """The profile in that region; None where it is not offered.

        Looked up by bedrock:GetInferenceProfile.
        """

    def model_agreement(self, region: str, model: str) -> Mapping[str, str]:
        """authorization, entitlement, region, agreement -> the provider's word.

        Looked up by bedrock:GetFoundationModelAvailability.
        """

    def batch_quotas(self, region: str) -> Mapping[str, float]:
        """Quota name -> applied value, defaults filled in, for names about batch inference.

        Looked up by servicequotas:List*.
        """

    def open_jobs(self, region: str, model_arns: Sequence[str]) -> int:
        """How many submitted or running batch jobs those models have.

        Looked up by bedrock:ListModelInvocationJobs.
        """
