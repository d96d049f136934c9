"""Every question asked of the outside, as Protocols with plain answers, and the errors that cross them.

    PreflightError                 one sentence: where, what, how to repair it
    |-- UsageError                 exit code 2: the command line, a promise file, a request file
    |   |-- PromiseError           a promise that is missing, extra, secret or of the wrong kind
    |   `-- RequestFileError       a request file that cannot be read at all
    |-- LookError                  a question that got no answer; in a check it becomes Unknown
    |   |-- Refused                the look was denied: names the permission it needs
    |   |-- Unreachable            nothing answered, or not in time, or not in a form that can be read
    |   `-- CredentialsMissing     there is nobody to ask as
    `-- RunError                   exit code 1: the run itself did not go as planned

A missing thing is an answer (None); a refused question is not. No SDK exception crosses this line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from preflight.contract import AzureOpenAI, Bedrock, OpenAI, VertexAI


class PreflightError(Exception):
    """The base of all errors preflight raises on purpose.

    Args:
        where: the file, key, resource or address it is about.
        what: what is wrong there.
        remedy: the one change that repairs it.
    """

    exit_code = 2

    def __init__(self, where: str, what: str, remedy: str) -> None:
        """Keep the three parts; the message is one sentence of them."""
        super().__init__(f"{where}: {what}; {remedy}")
        self.where = where
        self.what = what
        self.remedy = remedy


class UsageError(PreflightError):
    """Wrong usage or unreadable input."""


class PromiseError(UsageError):
    """A promise that cannot be used."""


class RequestFileError(UsageError):
    """A request file that cannot be read."""


class LookError(PreflightError):
    """A question that got no answer."""

    exit_code = 3


class Refused(LookError):
    """The look was denied.

    Args:
        where: the resource that was looked at.
        permission: the action that would allow the look, as the provider spells it.
        who: the identity that asked, where it is known.
    """

    def __init__(
        self, where: str, permission: str, who: str = "the identity running preflight"
    ) -> None:
        """Word the refusal so that the permission to grant is in it."""
        super().__init__(where, f"{who} may not look", f"grant it {permission}")
        self.permission = permission
        self.who = who


class Unreachable(LookError):
    """Nothing answered, or not in time, or not in a form that can be read."""


class CredentialsMissing(LookError):
    """There are no usable credentials to ask with."""


class RunError(PreflightError):
    """The run did not go as planned; the ledger says how far it came."""

    exit_code = 1


# --- Amazon Web Services -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom the provider takes the asker for: the account (or project, or tenant) and the identity's full name."""

    account: str
    name: str


@dataclass(frozen=True, slots=True)
class Role:
    """An IAM role: its ARN and its trust policy, parsed."""

    arn: str
    trust: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the provider's own policy engine said about one action on one resource."""

    action: str
    resource: str
    allowed: bool
    explicitly_denied: bool = False
    missing_context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LifecycleRule:
    """A rule that deletes objects: their age in days, and the key prefix it holds for ("" = the whole bucket)."""

    days: int
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class KmsKey:
    """An encryption key: its ARN, its state (Enabled, Disabled, PendingDeletion...), its own policy, parsed."""

    arn: str
    state: str
    policy: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FoundationModel:
    """A Bedrock model in one region. `inference_types` holds ON_DEMAND or PROVISIONED; nothing there says "batch"."""

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
        """The customer key that encrypts new objects; None for S3's own keys (s3:GetEncryptionConfiguration)."""

    def kms_key(self, key: str) -> KmsKey | None:
        """The key; None where there is no such key (kms:DescribeKey, kms:GetKeyPolicy)."""

    def bucket_expiry(self, bucket: str) -> tuple[LifecycleRule, ...]:
        """The enabled rules that delete current objects (s3:GetLifecycleConfiguration)."""

    def role(self, arn: str) -> Role | None:
        """The role; None where it does not exist (iam:GetRole)."""

    def may(
        self, principal: str, action: str, resource: str, context: Mapping[str, str]
    ) -> Decision | None:
        """What IAM's own engine says (iam:SimulatePrincipalPolicy). `context`: condition key -> value.

        None where there is no such principal. A bucket's or a key's own policy has no part in the answer.
        """

    def foundation_model(self, region: str, model: str) -> FoundationModel | None:
        """The model in that region; None where it is not offered (bedrock:GetFoundationModel)."""

    def inference_profile(self, region: str, profile: str) -> InferenceProfile | None:
        """The profile in that region; None where it is not offered (bedrock:GetInferenceProfile)."""

    def model_agreement(self, region: str, model: str) -> Mapping[str, str]:
        """authorization, entitlement, region, agreement -> the provider's word (bedrock:GetFoundationModelAvailability)."""

    def batch_quotas(self, region: str) -> Mapping[str, float]:
        """Quota name -> applied value, defaults filled in, for names about batch inference (servicequotas:List*)."""

    def open_jobs(self, region: str, model_arns: Sequence[str]) -> int:
        """How many submitted or running batch jobs those models have (bedrock:ListModelInvocationJobs)."""


# --- Google Cloud --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GcsBucket:
    """A Cloud Storage bucket. `region` is lower-cased (us-central1, us, nam4); `location_type` region, multi-region..."""

    name: str
    region: str
    location_type: str
    project_number: str
    uniform_access: bool
    public_access_prevention: str
    kms_key: str | None = None
    expiry: tuple[LifecycleRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Binding:
    """One role given to one member; `condition` is the CEL expression, "" for none."""

    role: str
    member: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A service account."""

    email: str
    disabled: bool


class Gcp(Protocol):
    """Read-only questions about one Google Cloud project. All raise LookError where they get no answer."""

    def caller(self) -> Caller:
        """Who is asking: the e-mail of the credentials in use."""

    def project_number(self, project: str) -> str | None:
        """The project's number; None where there is no such project (resourcemanager.projects.get)."""

    def api_enabled(self, project: str, service: str) -> bool:
        """Whether the API (`aiplatform.googleapis.com`) is on (serviceusage.services.get)."""

    def bucket(self, name: str) -> GcsBucket | None:
        """The bucket; None where it does not exist (storage.buckets.get)."""

    def bucket_bindings(self, name: str) -> tuple[Binding, ...]:
        """The bucket's own IAM policy (storage.buckets.getIamPolicy)."""

    def project_bindings(self, project: str) -> tuple[Binding, ...]:
        """The project's IAM policy (resourcemanager.projects.getIamPolicy)."""

    def role_permissions(self, role: str) -> frozenset[str] | None:
        """What the role holds; None where there is no such role (iam.roles.get)."""

    def service_account(self, email: str) -> ServiceAccount | None:
        """The service account; None where it does not exist (iam.serviceAccounts.get)."""

    def bucket_grants(self, name: str, permissions: Sequence[str], identity: str) -> frozenset[str]:
        """Those of the permissions that the service account holds on the bucket, asked *as* it (impersonation).

        Needs iam.serviceAccounts.getAccessToken on the service account; Refused names that.
        """

    def project_grants(
        self, project: str, permissions: Sequence[str], identity: str
    ) -> frozenset[str]:
        """Those of the permissions that the service account holds on the project, asked *as* it (impersonation)."""

    def publisher_model(self, project: str, region: str, model: str) -> bool:
        """Whether Google publishes the model in that region (aiplatform publishers.models.get)."""


# --- Azure ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AzureAccount:
    """An Azure OpenAI (Cognitive Services) account. `region` is lower-case without blanks (swedencentral)."""

    region: str
    kind: str
    custom_subdomain: str
    identity_type: str
    provisioning_state: str
    public_network_access: str


@dataclass(frozen=True, slots=True)
class Deployment:
    """A model deployment. `capacity` counts thousands of enqueued tokens for the batch kinds."""

    name: str
    sku: str
    capacity: int
    model: str
    model_version: str
    provisioning_state: str


@dataclass(frozen=True, slots=True)
class RoleDefinition:
    """What one Azure role holds on the data plane."""

    name: str
    data_actions: tuple[str, ...]
    not_data_actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """A quota: what is taken and what there is, in the quota's own unit."""

    current: float
    limit: float


class Azure(Protocol):
    """Read-only questions about one Azure subscription. All raise LookError where they get no answer."""

    def caller(self) -> Caller:
        """Who is asking: the tenant and the object id (or application id) in the token."""

    def account(self, promised: AzureOpenAI) -> AzureAccount | None:
        """The account; None where it does not exist (Microsoft.CognitiveServices/accounts/read)."""

    def deployment(self, promised: AzureOpenAI) -> Deployment | None:
        """The deployment; None where it does not exist (Microsoft.CognitiveServices/accounts/deployments/read)."""

    def roles_of(self, promised: AzureOpenAI, principal_id: str) -> tuple[RoleDefinition, ...]:
        """The roles the principal holds on the account or above it (Microsoft.Authorization/roleAssignments/read).

        Assignments through groups are followed where the service does (`assignedTo`).
        """

    def usages(self, promised: AzureOpenAI) -> Mapping[str, Usage]:
        """Quota name (`OpenAI.GlobalBatch.gpt-4.1`) -> usage (Microsoft.CognitiveServices/locations/usages/read)."""


# --- the gateway ---------------------------------------------------------------------------------------------------

Route = OpenAI | AzureOpenAI | VertexAI | Bedrock


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """What the gateway said to one question: the HTTP status, and for a refusal its code and message.

    `batches`: for status 200 on a list of batches, id -> status word.
    """

    status: int
    code: str = ""
    message: str = ""
    batches: Mapping[str, str] = field(default_factory=dict)


NOT_THE_GATEWAY = "not_the_gateway"
"""The code of a GatewayAnswer where something answers that is no gateway: a web page, or JSON of another kind."""


class GatewayApi(Protocol):
    """Read-only questions of the gateway. Raise Unreachable where nothing answers, CredentialsMissing without a key."""

    def batches(self, route: Route) -> GatewayAnswer:
        """List batches with that provider's headers: GET {base}/batches?limit=100."""

    def files(self, route: Route) -> GatewayAnswer:
        """List files with that provider's headers: GET {base}/files."""
