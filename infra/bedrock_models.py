"""Every ARN that running a Bedrock model touches."""

import re
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

_PROFILE = re.compile(r"(us|us-gov|eu|apac|jp|au|ca|global)\..+")
"""An inference profile's id: a geography before a model's."""


def model_arns(
    region: str,
    model: str,
    partition: pulumi.Output[str],
    asking: pulumi.InvokeOutputOptions,
) -> pulumi.Output[list[str]]:
    """The model's own ARN, or the profile's and those it routes to.

    Where a profile routes to is asked of AWS, for it changes as regions are added.
    """
    if not _PROFILE.fullmatch(model):
        return partition.apply(
            lambda name: [f"arn:{name}:bedrock:{region}::foundation-model/{model}"]
        )
    profile = aws.bedrock.get_inference_profile_output(
        inference_profile_id=model, region=region, opts=asking
    )
    return pulumi.Output.all(
        partition=partition, own=profile.inference_profile_arn, models=profile.models
    ).apply(lambda seen: _profile_arns(model, **seen))


def _profile_arns(
    profile: str, *, partition: str, own: str, models: Sequence[Mapping[str, str]]
) -> list[str]:
    """A global profile is also checked against the model without a region."""
    geography, _, model = profile.partition(".")
    anywhere = f"arn:{partition}:bedrock:::foundation-model/{model}"
    everywhere = [anywhere] if geography == "global" else []
    return list(dict.fromkeys([own, *everywhere, *(one["model_arn"] for one in models)]))
