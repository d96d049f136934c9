"""What CreateModelInvocationJob refuses at once about the request itself."""

import re
from collections.abc import Mapping
from typing import Any

from preflight.sandbox.aws.authority import AwsError, Caller
from preflight.sandbox.aws.models import find_model, find_profile

HOURS = range(24, 169)
"""The timeouts that a job may have; the first is the default."""

_NAME = re.compile(r"[a-zA-Z0-9]{1,63}(-*[a-zA-Z0-9+\-.]){0,63}")


def model_arns(caller: Caller, identifier: str) -> tuple[str, ...]:
    """The ARNs that the job needs rights on: the model, or the profile and its model everywhere.

    Raises AwsError for a model that cannot do this job.
    """
    profile = find_profile(caller.region, identifier)
    if profile is not None:
        model, arns = profile.model, (profile.arn(caller.account), *profile.model_arns)
    else:
        found = find_model(caller.region, identifier)
        if found is None:
            raise AwsError("ValidationException", "The provided model identifier is invalid.")
        model, arns = found, (found.arn(caller.region),)
    if not model.quota_name:
        raise AwsError(
            "ValidationException", "Batch inference is not supported for the requested model"
        )
    if profile is None and caller.region not in model.on_demand:
        raise AwsError(
            "ValidationException",
            f"Invocation of model ID {model.id} with on-demand throughput isn't supported. Retry "
            "your request with the ID or ARN of an inference profile that contains this model.",
        )
    return arns


def check_shape(request: Mapping[str, Any]) -> None:
    """Raise AwsError for what the service model of CreateModelInvocationJob forbids."""
    if not _NAME.fullmatch(request["jobName"]):
        raise AwsError("ValidationException", f"Invalid job name {request['jobName']}.")
    if request.get("timeoutDurationInHours", HOURS[0]) not in HOURS:
        raise AwsError("ValidationException", "timeoutDurationInHours must be 24 to 168.")
    if ":role/" not in request["roleArn"]:
        raise AwsError("ValidationException", f"Invalid role ARN {request['roleArn']}.")
    for side, place in (("input", "s3InputDataConfig"), ("output", "s3OutputDataConfig")):
        uri = request[f"{side}DataConfig"][place]["s3Uri"]
        if not uri.startswith("s3://"):
            raise AwsError("ValidationException", f"Invalid S3 URI {uri}.")
