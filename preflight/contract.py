"""What a stack promises: the Pulumi program exports these, and preflight parses with them.

A stack has one output per section: `version`, `gateway`, and one per provider that is on: a list of
targets, each one model in one region. Nothing here is secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from preflight import vocabulary

VERSION = 2
"""Of the outputs' shape. It grows when a reader of the old shape would misread the new one."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """The AI gateway. Nothing is added to `base_url` but paths such as `/files` and `/batches`."""

    base_url: str


@dataclass(frozen=True, slots=True)
class OpenAI:
    """OpenAI: nothing is provisioned.

    `provider_name` is the gateway's provider account, `model` OpenAI's own id.
    """

    provider_name: str
    model: str


@dataclass(frozen=True, slots=True)
class AzureOpenAI:
    """Azure OpenAI: an account and a deployment of a batch kind.

    `gateway_principal_id` is an Entra object id.
    """

    provider_name: str
    subscription_id: str
    resource_group: str
    account: str
    region: str
    deployment: str
    model: str
    sku: str
    api_version: str
    gateway_principal_id: str


ENCRYPTED_TRANSPORT = "encrypted-transport"
NO_PUBLIC_ACCESS = "no-public-access"
ACCESS_LOGS = "access-logs"
GUARDS = (ENCRYPTED_TRANSPORT, NO_PUBLIC_ACCESS, ACCESS_LOGS)
"""What a stack may promise of its bucket beyond what a job needs: that plain text is refused, that
the public is kept out, that each access is logged."""


@dataclass(frozen=True, slots=True)
class VertexAI:
    """Vertex AI: a bucket in the model's region; Vertex AI reads it as its service agent.

    `kms_key` is the customer key's resource name, None where Google's own keys encrypt the bucket;
    `storage_agent` who uses it, Cloud Storage's service agent in the bucket's project.
    `federation` is the member of a workload identity pool that acts as the gateway's service
    account, None where the gateway comes by its token in another way; `federation_provider` the
    pool's provider by its full name, `federation_issuer` whose tokens it takes,
    `federation_audience` for whom they are, None for the provider itself. `guards` are of `GUARDS`.
    """

    provider_name: str
    project: str
    project_number: str
    region: str
    bucket: str
    model: str
    gateway_service_account: str
    service_agent: str
    kms_key: str | None = None
    storage_agent: str | None = None
    federation: str | None = None
    federation_provider: str | None = None
    federation_issuer: str | None = None
    federation_audience: str | None = None
    guards: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bedrock:
    """Amazon Bedrock: a bucket in the model's region, the job role, the gateway's own principal.

    `model` is a foundation model id or an inference profile id; `model_arns` every ARN the job role
    must be allowed to invoke for it: the model, or the profile and its model in each destination
    region. `bucket_account` owns the bucket, None where that is `account`; `output_uri` is where
    results go, None for beside the requests; `kms_key_arn` the customer key that encrypts both,
    None for S3's own keys; `guards` are of `GUARDS`.
    """

    provider_name: str
    partition: str
    account: str
    region: str
    bucket: str
    model: str
    model_arns: tuple[str, ...]
    job_role_arn: str
    gateway_principal_arn: str
    bucket_account: str | None = None
    output_uri: str | None = None
    kms_key_arn: str | None = None
    guards: tuple[str, ...] = ()


Target = OpenAI | AzureOpenAI | VertexAI | Bedrock
"""Where a batch can be sent: one model, in one region, through one account at the gateway."""

CLASSES: Mapping[str, type[Target]] = {
    "openai": OpenAI,
    "azure": AzureOpenAI,
    "vertex": VertexAI,
    "bedrock": Bedrock,
}
"""Of each provider, by the name the command line and the outputs use."""

PROVIDERS = vocabulary.PROVIDERS
"""In the order of reading."""


@dataclass(frozen=True, slots=True)
class Promises:
    """All that one stack promises; a provider that is off has no targets."""

    gateway: Gateway
    openai: tuple[OpenAI, ...] = ()
    azure: tuple[AzureOpenAI, ...] = ()
    vertex: tuple[VertexAI, ...] = ()
    bedrock: tuple[Bedrock, ...] = ()

    def of(self, provider: str) -> tuple[Target, ...]:
        """A provider's targets, in the order of the outputs."""
        found: tuple[Target, ...] = getattr(self, provider)
        return found
