"""Bedrock's control plane as boto3's `bedrock` client speaks it: models, profiles, batch jobs."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, jsonify, request

from preflight.sandbox.aws.authority import Authority, AwsError, Caller
from preflight.sandbox.aws.jobs import Jobs
from preflight.sandbox.aws.models import (
    Model,
    Profile,
    find_model,
    find_profile,
    models_in,
    profiles_in,
)

_MADE = datetime(2024, 11, 1, tzinfo=UTC).isoformat()


def bedrock(authority: Authority, jobs: Jobs) -> Flask:
    """The application. Every call is authenticated and authorised by ministack's engine."""
    app = Flask("sandbox-bedrock")

    def caller(action: str, resource: str = "*") -> Caller:
        found = authority.caller(request, "bedrock")
        wanted = resource.format(region=found.region, account=found.account)
        authority.require(found.access_key_id, f"bedrock:{action}", wanted, found.region)
        return found

    @app.errorhandler(AwsError)
    def refused(error: AwsError) -> tuple[Response, int, dict[str, str]]:
        return jsonify(message=error.message), error.status, {"x-amzn-ErrorType": error.code}

    _add_catalogue(app, caller)
    _add_jobs(app, authority, jobs, caller)
    return app


def _add_catalogue(app: Flask, caller: Callable[..., Caller]) -> None:
    @app.get("/foundation-models")
    def list_models() -> Response:
        region = caller("ListFoundationModels").region
        provider = request.args.get("byProvider", "").lower()
        wanted = request.args.get("byInferenceType")
        summaries = [
            _model(model, region)
            for model in models_in(region)
            if provider in model.provider.lower()
        ]
        if wanted:
            summaries = [each for each in summaries if wanted in each["inferenceTypesSupported"]]
        return jsonify(modelSummaries=summaries)

    @app.get("/foundation-models/<path:identifier>")
    def get_model(identifier: str) -> Response:
        wanted = identifier.rpartition("foundation-model/")[2]
        arn = "arn:aws:bedrock:{region}::foundation-model/" + wanted
        region = caller("GetFoundationModel", arn).region
        model = find_model(region, identifier)
        if model is None:
            raise _not_found(f"Could not resolve the foundation model from {identifier}.")
        return jsonify(modelDetails=_model(model, region))

    @app.get("/foundation-model-availability/<path:identifier>")
    def availability(identifier: str) -> Response:
        region = caller("GetFoundationModelAvailability").region
        here = find_model(region, identifier) is not None
        word = "AVAILABLE" if here else "NOT_AVAILABLE"
        return jsonify(
            modelId=identifier,
            agreementAvailability={"status": word},
            authorizationStatus="AUTHORIZED",
            entitlementAvailability=word,
            regionAvailability=word,
        )

    @app.get("/inference-profiles")
    def list_profiles() -> Response:
        found = caller("ListInferenceProfiles")
        offered = () if request.args.get("type") == "APPLICATION" else profiles_in(found.region)
        return jsonify(inferenceProfileSummaries=[_profile(each, found) for each in offered])

    @app.get("/inference-profiles/<path:identifier>")
    def get_profile(identifier: str) -> Response:
        wanted = identifier.rpartition("inference-profile/")[2]
        arn = "arn:aws:bedrock:{region}:{account}:inference-profile/" + wanted
        found = caller("GetInferenceProfile", arn)
        profile = find_profile(found.region, identifier)
        if profile is None:
            raise _not_found(f"Inference profile {identifier} was not found.")
        return jsonify(_profile(profile, found))


def _add_jobs(app: Flask, authority: Authority, jobs: Jobs, caller: Callable[..., Caller]) -> None:
    @app.post("/model-invocation-job")
    def create() -> Response:
        # What is created decides which permissions are needed: the jobs ask for them.
        found = authority.caller(request, "bedrock")
        return jsonify(jobArn=jobs.create(found, request.get_json()))

    @app.get("/model-invocation-jobs")
    def list_jobs() -> Response:
        found = caller("ListModelInvocationJobs")
        return jsonify(jobs.page(found, request.args))

    @app.get("/model-invocation-job/<path:identifier>")
    def get_job(identifier: str) -> Response:
        found = caller("GetModelInvocationJob", _job_arn(identifier))
        return jsonify(jobs.describe(jobs.find(found, identifier)))

    @app.post("/model-invocation-job/<path:identifier>/stop")
    def stop(identifier: str) -> Response:
        found = caller("StopModelInvocationJob", _job_arn(identifier))
        jobs.stop(jobs.find(found, identifier))
        return jsonify({})


def _job_arn(identifier: str) -> str:
    job = identifier.rpartition("model-invocation-job/")[2]
    return "arn:aws:bedrock:{region}:{account}:model-invocation-job/" + job


def _not_found(message: str) -> AwsError:
    return AwsError("ResourceNotFoundException", message, 404)


def _model(model: Model, region: str) -> dict[str, Any]:
    return {
        "modelArn": model.arn(region),
        "modelId": model.id,
        "modelName": model.name,
        "providerName": model.provider,
        "inputModalities": ["TEXT"],
        "outputModalities": ["TEXT"],
        "responseStreamingSupported": True,
        "customizationsSupported": [],
        # The service model's enumeration lacks the second word; the service says it all the same.
        "inferenceTypesSupported": [
            "ON_DEMAND" if region in model.on_demand else "INFERENCE_PROFILE"
        ],
        "modelLifecycle": {"status": "LEGACY" if model.legacy else "ACTIVE"},
    }


def _destinations(profile: Profile) -> str:
    regions = (arn.split(":")[3] or "every commercial region" for arn in profile.model_arns)
    return ", ".join(regions)


def _profile(profile: Profile, caller: Caller) -> Mapping[str, Any]:
    return {
        "inferenceProfileName": f"{profile.prefix.upper()} {profile.model.name}",
        "description": f"Routes requests to {_destinations(profile)}.",
        "createdAt": _MADE,
        "updatedAt": _MADE,
        "inferenceProfileArn": profile.arn(caller.account),
        "models": [{"modelArn": arn} for arn in profile.model_arns],
        "inferenceProfileId": profile.id,
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
    }
