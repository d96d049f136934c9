"""The program that `pulumi up` runs: read the settings, build what is on, export the promises."""

import pulumi

from infra.azure_openai import AzureOpenAIBatch
from infra.bedrock import BedrockBatch
from infra.config import load
from infra.promise import written
from infra.vertex import VertexBatch
from preflight.contract import VERSION

settings = load(pulumi.Config())

pulumi.export("version", VERSION)
pulumi.export("gateway", written(settings.gateway))
if settings.openai:
    pulumi.export("openai", written(settings.openai))
if settings.azure:
    pulumi.export("azure", AzureOpenAIBatch("batch-azure", settings.azure).promise)
if settings.vertex:
    pulumi.export("vertex", VertexBatch("batch-vertex", settings.vertex).promise)
if settings.bedrock:
    pulumi.export("bedrock", BedrockBatch("batch-bedrock", settings.bedrock).promise)
