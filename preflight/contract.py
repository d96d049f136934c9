"""What a stack promises: the Pulumi program exports these, and preflight parses with them.

A stack has one output per section: `version`, `gateway`, and one per provider that is on. Nothing
here is secret.
"""

from dataclasses import dataclass

VERSION = 1
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


@dataclass(frozen=True, slots=True)
class VertexAI:
    """Vertex AI: a bucket in the model's region; Vertex AI reads it as its service agent."""

    provider_name: str
    project: str
    project_number: str
    region: str
    bucket: str
    model: str
    gateway_service_account: str
    service_agent: str


@dataclass(frozen=True, slots=True)
class Bedrock:
    """Amazon Bedrock: a bucket in the model's region, the job role, the gateway's own principal.

    `model` is a foundation model id or an inference profile id; `model_arns` every ARN the job role
    must be allowed to invoke for it: the model, or the profile and its model in each destination
    region.
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


@dataclass(frozen=True, slots=True)
class Promises:
    """All that one stack promises; a provider that is off is None."""

    gateway: Gateway
    openai: OpenAI | None = None
    azure: AzureOpenAI | None = None
    vertex: VertexAI | None = None
    bedrock: Bedrock | None = None


PROVIDERS = ("openai", "azure", "vertex", "bedrock")
"""The providers, by the name the command line and the outputs use; also the order of reading."""
