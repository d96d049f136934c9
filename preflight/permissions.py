"""FACTS: the one table of permissions. infra grants each row, preflight asks each row, the docs print each row.

Sources: the providers' pages on batch permissions (Bedrock "batch-inference-permissions" and "batch-iam-sr", Google's
role contents, Azure's built-in AI roles), read October 2026.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from preflight.contract import Bedrock


class Identity(StrEnum):
    """Who needs the permission. The value is how messages name it."""

    GATEWAY = "the gateway identity"
    JOB_ROLE = "the Bedrock job role"
    SERVICE_AGENT = "the Vertex AI service agent"
    STORAGE_AGENT = "the Cloud Storage service agent"
    WORKLOAD = "the gateway's workload"


class On(StrEnum):
    """What the permission is held on."""

    BUCKET = "the bucket"
    OBJECTS = "the bucket's objects"
    RESULTS = "the results"
    KEY = "the customer key, where one is promised"
    JOB_ROLE = "the job role"
    MODELS = "the models"
    JOBS = "the batch jobs"
    JOB_LIST = "the list of batch jobs"
    PROJECT = "the project"
    SERVICE_ACCOUNT = "the gateway's service account, where an identity pool is promised"
    ACCOUNT = "the Azure OpenAI account"


@dataclass(frozen=True, slots=True)
class Permission:
    """One row: this identity needs this action on that, under this condition, because.

    `condition` maps IAM condition keys to the value they have when the provider asks (StringEquals); in a value,
    `{owner}` stands for the account of the bucket, `{storage}` for the name of S3 in the region. `granted_by` is the predefined role that carries the action, where
    the provider grants by roles.
    """

    provider: str
    identity: Identity
    action: str
    on: On
    why: str
    condition: Mapping[str, str] = field(default_factory=dict)
    granted_by: str = ""


_PASSED_TO_BEDROCK = {"iam:PassedToService": "bedrock.amazonaws.com"}
_OWN_BUCKET = {"aws:ResourceAccount": "{owner}"}
_THROUGH_S3 = {"kms:ViaService": "{storage}"}

# Object rights without the bucket's own: storage.objectUser holds no storage.buckets.get, legacyBucketReader does.
_OBJECTS = "roles/storage.objectUser"
_BUCKET = "roles/storage.legacyBucketReader"
_VERTEX_USER = "roles/aiplatform.user"
_KEY_USER = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
_AZURE_CONTRIBUTOR = "Cognitive Services OpenAI Contributor"

# fmt: off
PERMISSIONS = (
    # Bedrock: the gateway identity
    Permission("bedrock", Identity.GATEWAY, "bedrock:CreateModelInvocationJob", On.JOBS, "creates the job"),
    Permission("bedrock", Identity.GATEWAY, "bedrock:CreateModelInvocationJob", On.MODELS, "creates the job for the model"),
    Permission("bedrock", Identity.GATEWAY, "bedrock:GetModelInvocationJob", On.JOBS, "reads the job's status"),
    Permission("bedrock", Identity.GATEWAY, "bedrock:StopModelInvocationJob", On.JOBS, "cancels the job"),
    Permission("bedrock", Identity.GATEWAY, "bedrock:ListModelInvocationJobs", On.JOB_LIST, "lists the open jobs, and finds a job whose answer was lost"),
    Permission("bedrock", Identity.GATEWAY, "s3:ListBucket", On.BUCKET, "finds the job's output files"),
    Permission("bedrock", Identity.GATEWAY, "s3:PutObject", On.OBJECTS, "uploads the requests"),
    Permission("bedrock", Identity.GATEWAY, "s3:GetObject", On.RESULTS, "downloads the results"),
    Permission("bedrock", Identity.GATEWAY, "s3:GetObjectAttributes", On.RESULTS, "sizes the results before it downloads them"),
    Permission("bedrock", Identity.GATEWAY, "iam:PassRole", On.JOB_ROLE, "hands the job role to Bedrock", _PASSED_TO_BEDROCK),
    Permission("bedrock", Identity.GATEWAY, "kms:GenerateDataKey", On.KEY, "encrypts the requests", _THROUGH_S3),
    Permission("bedrock", Identity.GATEWAY, "kms:Decrypt", On.KEY, "decrypts the results", _THROUGH_S3),
    # Bedrock: the job role
    Permission("bedrock", Identity.JOB_ROLE, "s3:ListBucket", On.BUCKET, "finds the requests", _OWN_BUCKET),
    Permission("bedrock", Identity.JOB_ROLE, "s3:GetObject", On.OBJECTS, "reads the requests", _OWN_BUCKET),
    Permission("bedrock", Identity.JOB_ROLE, "s3:PutObject", On.RESULTS, "writes the results", _OWN_BUCKET),
    Permission("bedrock", Identity.JOB_ROLE, "kms:Decrypt", On.KEY, "decrypts the requests", _THROUGH_S3),
    Permission("bedrock", Identity.JOB_ROLE, "kms:GenerateDataKey", On.KEY, "encrypts the results", _THROUGH_S3),
    Permission("bedrock", Identity.JOB_ROLE, "bedrock:InvokeModel", On.MODELS, "runs the model in every region it may be routed to"),
    # Vertex AI: the gateway's service account
    Permission("vertex", Identity.GATEWAY, "storage.objects.create", On.OBJECTS, "uploads the requests", granted_by=_OBJECTS),
    Permission("vertex", Identity.GATEWAY, "storage.objects.get", On.OBJECTS, "downloads the results", granted_by=_OBJECTS),
    Permission("vertex", Identity.GATEWAY, "storage.objects.list", On.OBJECTS, "finds the job's output files", granted_by=_OBJECTS),
    Permission("vertex", Identity.GATEWAY, "aiplatform.batchPredictionJobs.create", On.PROJECT, "creates the job", granted_by=_VERTEX_USER),
    Permission("vertex", Identity.GATEWAY, "aiplatform.batchPredictionJobs.get", On.PROJECT, "reads the job's status", granted_by=_VERTEX_USER),
    Permission("vertex", Identity.GATEWAY, "aiplatform.batchPredictionJobs.list", On.PROJECT, "finds a job whose answer was lost", granted_by=_VERTEX_USER),
    Permission("vertex", Identity.GATEWAY, "aiplatform.batchPredictionJobs.cancel", On.PROJECT, "cancels the job", granted_by=_VERTEX_USER),
    # Vertex AI: the service agent
    Permission("vertex", Identity.SERVICE_AGENT, "storage.buckets.get", On.BUCKET, "finds out where the bucket is", granted_by=_BUCKET),
    Permission("vertex", Identity.SERVICE_AGENT, "storage.objects.get", On.OBJECTS, "reads the requests", granted_by=_OBJECTS),
    Permission("vertex", Identity.SERVICE_AGENT, "storage.objects.list", On.OBJECTS, "finds the requests", granted_by=_OBJECTS),
    Permission("vertex", Identity.SERVICE_AGENT, "storage.objects.create", On.OBJECTS, "writes the results", granted_by=_OBJECTS),
    # Vertex AI: Cloud Storage's service agent
    Permission("vertex", Identity.STORAGE_AGENT, "cloudkms.cryptoKeyVersions.useToEncrypt", On.KEY, "encrypts requests and results", granted_by=_KEY_USER),
    Permission("vertex", Identity.STORAGE_AGENT, "cloudkms.cryptoKeyVersions.useToDecrypt", On.KEY, "decrypts requests and results", granted_by=_KEY_USER),
    # Vertex AI: the gateway's own identity, outside Google Cloud
    Permission("vertex", Identity.WORKLOAD, "iam.serviceAccounts.getAccessToken", On.SERVICE_ACCOUNT, "acts as the gateway's service account", granted_by="roles/iam.workloadIdentityUser"),
    # Azure OpenAI: the gateway's Entra principal
    Permission("azure", Identity.GATEWAY, "Microsoft.CognitiveServices/accounts/OpenAI/files/write", On.ACCOUNT, "uploads the requests", granted_by=_AZURE_CONTRIBUTOR),
    Permission("azure", Identity.GATEWAY, "Microsoft.CognitiveServices/accounts/OpenAI/files/read", On.ACCOUNT, "downloads the results", granted_by=_AZURE_CONTRIBUTOR),
    Permission("azure", Identity.GATEWAY, "Microsoft.CognitiveServices/accounts/OpenAI/batch-jobs/write", On.ACCOUNT, "creates the job", granted_by=_AZURE_CONTRIBUTOR),
    Permission("azure", Identity.GATEWAY, "Microsoft.CognitiveServices/accounts/OpenAI/batch-jobs/read", On.ACCOUNT, "reads the job's status", granted_by=_AZURE_CONTRIBUTOR),
    Permission("azure", Identity.GATEWAY, "Microsoft.CognitiveServices/accounts/OpenAI/batches/read", On.ACCOUNT, "lists the open jobs", granted_by=_AZURE_CONTRIBUTOR),
    Permission("azure", Identity.GATEWAY, "Microsoft.CognitiveServices/accounts/OpenAI/batches/cancel/action", On.ACCOUNT, "cancels the job", granted_by=_AZURE_CONTRIBUTOR),
)
# fmt: on
"""Every right a batch job needs, by provider and identity."""


def permissions(provider: str, identity: Identity, *on: On) -> tuple[Permission, ...]:
    """The rows of one identity at one provider; with `on`, those held on one of these."""
    return tuple(
        row
        for row in PERMISSIONS
        if row.provider == provider and row.identity is identity and (not on or row.on in on)
    )


def held(promised: Bedrock, identity: Identity, *on: On) -> tuple[Permission, ...]:
    """The rows that hold for this promise: none about a key where none is promised."""
    return tuple(row for row in permissions("bedrock", identity, *on) if arns(promised, row.on))


def arns(promised: Bedrock, on: On) -> tuple[str, ...]:
    """The ARNs that a row about `on` is granted and asked for; none for a key that is not promised.

    Raises KeyError for what is not in AWS.
    """
    s3 = f"arn:{promised.partition}:s3:::"
    jobs = f"arn:{promised.partition}:bedrock:{promised.region}:{promised.account}:model-invocation-job/*"
    return {
        On.BUCKET: tuple(f"{s3}{bucket}" for bucket in buckets(promised)),
        On.OBJECTS: (f"{s3}{promised.bucket}/*",),
        On.RESULTS: (f"{s3}{results(promised)}*",),
        On.KEY: (promised.kms_key_arn,) if promised.kms_key_arn else (),
        On.JOB_ROLE: (promised.job_role_arn,),
        On.MODELS: promised.model_arns,
        On.JOBS: (jobs,),
        On.JOB_LIST: ("*",),  # listing names no resource
    }[on]


def buckets(promised: Bedrock) -> tuple[str, ...]:
    """The bucket of the requests, and that of the results where it is another one."""
    return tuple(dict.fromkeys((promised.bucket, results(promised).partition("/")[0])))


def results(promised: Bedrock) -> str:
    """Where results go: `BUCKET/`, or `BUCKET/PREFIX/`."""
    place = (promised.output_uri or promised.bucket).removeprefix("s3://").rstrip("/")
    return f"{place}/"


def owner(promised: Bedrock) -> str:
    """The account that owns the bucket."""
    return promised.bucket_account or promised.account


def storage(promised: Bedrock) -> str:
    """What S3 calls itself where it uses a key for somebody (kms:ViaService)."""
    suffix = ".cn" if promised.partition == "aws-cn" else ""
    return f"s3.{promised.region}.amazonaws.com{suffix}"


def condition(row: Permission, promised: Bedrock) -> dict[str, str]:
    """The row's condition with the promised names filled in: IAM condition key -> value."""
    names = {"owner": owner(promised), "storage": storage(promised)}
    return {key: value.format(**names) for key, value in row.condition.items()}


def trust_source_arn(promised: Bedrock) -> str:
    """The aws:SourceArn that Bedrock names when it assumes the job role: any batch job of the account and region."""
    return arns(promised, On.JOBS)[0]
