"""What AWS says about a Bedrock model: offered, agreed to, limited, busy."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

from preflight.cloud import aws_calls, aws_forms
from preflight.cloud.aws_session import AwsSession
from preflight.seams import FoundationModel, InferenceProfile
from preflight.seams.together import together

_NO_RESOURCE = "ResourceNotFoundException"
_LARGEST_PAGE = 100
_OPEN = ("Submitted", "Validating", "Scheduled", "InProgress")


class Models(AwsSession):
    """The questions of `seams.Aws` about a model."""

    def foundation_model(self, region: str, model: str) -> FoundationModel | None:
        """The model in that region. Bedrock calls an id that it never heard of invalid."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - instant start-up

        def look() -> FoundationModel | None:
            client = self._client("bedrock", region)
            try:
                answer = client.get_foundation_model(modelIdentifier=model)
            except ClientError as error:
                if _is_unheard_of(error.response):
                    return None
                raise
            return aws_forms.foundation_model(answer["modelDetails"])

        return self._asked(look, f"{model} in {region}", "bedrock:GetFoundationModel", _NO_RESOURCE)

    def inference_profile(self, region: str, profile: str) -> InferenceProfile | None:
        """The profile in that region."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - instant start-up

        def look() -> InferenceProfile | None:
            client = self._client("bedrock", region)
            try:
                answer = client.get_inference_profile(inferenceProfileIdentifier=profile)
            except ClientError as error:
                if _is_unheard_of(error.response):
                    return None
                raise
            return aws_forms.inference_profile(answer)

        return self._asked(
            look, f"{profile} in {region}", "bedrock:GetInferenceProfile", _NO_RESOURCE
        )

    def model_agreement(self, region: str, model: str) -> Mapping[str, str]:
        """Bedrock's four words on whether the account may use the model."""

        def look() -> Mapping[str, str]:
            client = self._client("bedrock", region)
            answer = client.get_foundation_model_availability(modelId=model)
            return {
                "authorization": answer["authorizationStatus"],
                "entitlement": answer["entitlementAvailability"],
                "region": answer["regionAvailability"],
                "agreement": answer["agreementAvailability"]["status"],
            }

        return self._told(look, f"{model} in {region}", "bedrock:GetFoundationModelAvailability")

    def batch_quotas(self, region: str) -> Mapping[str, float]:
        """Quota name -> value: the defaults, and over them what is applied to the account."""
        default, applied = together(
            [
                lambda: self._quotas(
                    region, "list_aws_default_service_quotas", "ListAWSDefaultServiceQuotas"
                ),
                lambda: self._quotas(region, "list_service_quotas", "ListServiceQuotas"),
            ]
        )
        return {**default, **applied}

    def _quotas(self, region: str, operation: str, action: str) -> Mapping[str, float]:
        def look() -> Mapping[str, float]:
            pages = self._client("service-quotas", region).get_paginator(operation)
            return {
                quota["QuotaName"]: float(quota["Value"])
                for page in pages.paginate(
                    ServiceCode="bedrock", PaginationConfig={"PageSize": _LARGEST_PAGE}
                )
                for quota in page["Quotas"]
                if "batch inference" in quota["QuotaName"].lower() and "Value" in quota
            }

        # A region that has no Bedrock has no quotas of it either.
        where = f"the Bedrock quotas of {region}"
        return self._asked(look, where, f"servicequotas:{action}", "NoSuchResourceException") or {}

    def open_jobs(self, region: str, model_arns: Sequence[str]) -> int:
        """How many jobs of these models, under any id or profile, are submitted or running."""
        models = {aws_forms.base_model(arn) for arn in model_arns}

        def jobs(status: str) -> list[Mapping[str, Any]]:
            pages = self._client("bedrock", region).get_paginator("list_model_invocation_jobs")
            found = pages.paginate(
                statusEquals=status, PaginationConfig={"PageSize": _LARGEST_PAGE}
            )
            return [job for page in found for job in page["invocationJobSummaries"]]

        def look() -> int:
            # A job that moves on between two of the questions is listed twice.
            listed = together([partial(jobs, status) for status in _OPEN])
            open_now = {
                job["jobArn"]
                for job in chain.from_iterable(listed)
                if aws_forms.base_model(job["modelId"]) in models
            }
            return len(open_now)

        return self._told(look, f"the batch jobs in {region}", "bedrock:ListModelInvocationJobs")


def _is_unheard_of(response: Mapping[str, Any]) -> bool:
    """Whether a ValidationException is about the model's id; others are about the account."""
    message = str(response.get("Error", {}).get("Message", "")).lower()
    return aws_calls.error_code(response) == "ValidationException" and "identifier" in message
