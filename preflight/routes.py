"""FACTS: how the gateway is told which provider a call is for.

Source: the gateway's API reference for files and batches (read October 2026). No AWS region header
is documented: the region is the provider account's. The files reference does not list the Bedrock
headers; the conversion on upload needs bucket and model, so the same headers go on every call. How
the job role is passed on create is not confirmed: it goes as `role_arn` beside `model` in the body,
as in the open gateway that shares the header scheme; so does where the results are to go, as
`output_data_config`. Nothing tells whether the owner of a bucket of another account is named.
"""

from functools import singledispatch
from typing import Any

from preflight.contract import AzureOpenAI, Bedrock, OpenAI, VertexAI

CHAT = "/v1/chat/completions"


@singledispatch
def headers(promised: object) -> dict[str, str]:
    """The `x-tfy-*` headers of every call for this provider."""
    raise TypeError(promised)


@headers.register
def _(promised: OpenAI) -> dict[str, str]:
    return {"x-tfy-provider-name": promised.provider_name}


@headers.register
def _(promised: AzureOpenAI) -> dict[str, str]:
    return {
        "x-tfy-provider-name": promised.provider_name,
        "x-tfy-azure-api-version": promised.api_version,
    }


@headers.register
def _(promised: VertexAI) -> dict[str, str]:
    return {
        "x-tfy-provider-name": promised.provider_name,
        "x-tfy-vertex-storage-bucket-name": promised.bucket,
        "x-tfy-vertex-region": promised.region,
        "x-tfy-provider-model": promised.model,
    }


@headers.register
def _(promised: Bedrock) -> dict[str, str]:
    return {
        "x-tfy-provider-name": promised.provider_name,
        "x-tfy-aws-s3-bucket": promised.bucket,
        "x-tfy-aws-bedrock-model": promised.model,
    }


def endpoint(promised: object) -> str:
    """The `endpoint` to create a batch with. Azure takes its chat endpoint without the version."""
    return "/chat/completions" if isinstance(promised, AzureOpenAI) else CHAT


@singledispatch
def create_extras(promised: object) -> dict[str, Any]:
    """What the body of a create holds beside the OpenAI fields."""
    del promised
    return {}


@create_extras.register
def _(promised: VertexAI) -> dict[str, Any]:
    return {"model": promised.model}


@create_extras.register
def _(promised: Bedrock) -> dict[str, Any]:
    place = {"s3OutputDataConfig": {"s3Uri": promised.output_uri}}
    return {
        "model": promised.model,
        "role_arn": promised.job_role_arn,
        **({"output_data_config": place} if promised.output_uri else {}),
    }
