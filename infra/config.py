"""The stack's settings: the only reader of pulumi.Config. Every bad value is told, and at once."""

from dataclasses import dataclass

import pulumi

from infra.azure_args import AzureOpenAIArgs
from infra.azure_settings import azure_settings
from infra.bedrock_args import BedrockArgs
from infra.bedrock_settings import bedrock_settings
from infra.reader import Reader, Values
from infra.shared_settings import shared_settings
from infra.vertex_args import VertexArgs
from infra.vertex_settings import vertex_settings
from preflight.contract import Gateway, OpenAI


class SettingsError(pulumi.RunError):
    """Settings that cannot be used: one sentence each. Pulumi shows it without a traceback."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that is asked for, a value for each region; a provider that is off has none."""

    gateway: Gateway
    openai: tuple[OpenAI, ...]
    azure: tuple[AzureOpenAIArgs, ...]
    vertex: tuple[VertexArgs, ...]
    bedrock: tuple[BedrockArgs, ...]


def load(values: Values) -> Settings:
    """Read every setting that is in use. Raises SettingsError naming all that are wrong."""
    read = Reader(values)
    read.refuse_unknown()
    gateway = Gateway(read.url("gatewayUrl"))
    shared = shared_settings(read)
    settings = Settings(
        gateway,
        _openai(read) if read.flag("openaiEnabled") else (),
        azure_settings(read, shared) if read.flag("azureEnabled") else (),
        vertex_settings(read, shared) if read.flag("vertexEnabled") else (),
        bedrock_settings(read, shared) if read.flag("bedrockEnabled") else (),
    )
    if read.problems:
        raise SettingsError("\n".join(read.problems))
    return settings


def _openai(read: Reader) -> tuple[OpenAI, ...]:
    account = read.text("openaiProviderName")
    return tuple(OpenAI(account, model) for model in read.texts("openaiModels"))
