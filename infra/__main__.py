"""The program that `pulumi up` runs: read the settings, build what is on, export the promises."""

import pulumi

from infra import azure_openai, bedrock, vertex
from infra.config import load
from infra.promise import written
from preflight.contract import VERSION

settings = load(pulumi.Config())

pulumi.export("version", VERSION)
pulumi.export("gateway", written(settings.gateway))
if settings.openai:
    pulumi.export("openai", [written(target) for target in settings.openai])
if settings.azure:
    pulumi.export("azure", azure_openai.build(settings.azure))
if settings.vertex:
    pulumi.export("vertex", vertex.build(settings.vertex))
if settings.bedrock:
    pulumi.export("bedrock", bedrock.build(settings.bedrock))
