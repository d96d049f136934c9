"""One-place breakages of the sandbox's Google Cloud, and how a forced job ends with each."""

import pytest
from gcp_fixtures import cloud, promised
from gcp_world import BUCKET, Caller, forced, jobs, line

from preflight.sandbox.gcp import breakages
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.names import NUMBER
from preflight.sandbox.handlers.gcp import handlers

__all__ = ["cloud", "promised"]


def test_without_a_breakage_the_forced_job_succeeds(cloud, promised):
    assert forced(cloud, promised) == ("JOB_STATE_SUCCEEDED", "")


@pytest.mark.parametrize(
    ("breakage", "where", "text"),
    [
        (
            breakages.move_bucket,
            "JOB_STATE_FAILED",
            f"bucket of gs://{BUCKET} is in location us-east1. It must be in the same regional",
        ),
        (breakages.remove_agent_grants, "JOB_STATE_FAILED", "failed to get GCS bucket location"),
        (breakages.remove_upload_right, "upload", "does not have storage.objects.create access"),
        (
            breakages.remove_job_right,
            "create",
            "Permission 'aiplatform.batchPredictionJobs.create' denied on resource",
        ),
        (
            breakages.disable_api,
            "create",
            f"Vertex AI API has not been used in project {NUMBER} before or it is disabled.",
        ),
        (breakages.delete_bucket, "upload", "The specified bucket does not exist."),
        (breakages.disable_service_account, "token", "FAILED_PRECONDITION"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_breakage_fails_the_forced_job(cloud, promised, breakage, where, text):
    with Operator(cloud.env).storage() as client:
        client.bucket(BUCKET).blob("left/over").upload_from_string("x")
    breakage(cloud.env, promised)
    stage, message = forced(cloud, promised)
    assert stage == where
    assert text in message


def test_a_moved_bucket_keeps_its_policy_and_settings(cloud, promised):
    operator = Operator(cloud.env)

    def look():
        resource = operator.call("GET", f"/storage/v1/b/{BUCKET}")
        policy = operator.call("GET", f"/storage/v1/b/{BUCKET}/iam?optionsRequestedPolicyVersion=3")
        kept = ("labels", "lifecycle", "iamConfiguration")
        return resource["location"], {key: resource[key] for key in kept}, policy["bindings"]

    before = look()
    breakages.move_bucket(cloud.env, promised)
    after = look()
    assert (before[0], after[0]) == ("EUROPE-WEST4", "US-EAST1")
    assert after[1:] == before[1:]


def test_a_disabled_account_loses_the_tokens_it_has(cloud, promised):
    gateway = Caller(cloud, promised.gateway_service_account)
    assert gateway.call("GET", jobs())[0] == 200
    breakages.disable_service_account(cloud.env, promised)
    status, body = gateway.call("GET", jobs())
    assert status == 401
    assert body["error"]["details"][0]["reason"] == "ACCOUNT_STATE_INVALID"


@pytest.mark.parametrize(
    ("roles", "code", "text"),
    [
        (["legacyBucketReader"], 7, "storage.objects.get access"),
        (["bucketViewer"], 7, "storage.objects.list access"),
        (["legacyBucketReader", "objectViewer"], 7, "storage.objects.create access"),
        (["objectUser"], 9, "failed to get GCS bucket location"),
    ],
)
def test_what_the_service_agent_lacks_is_found_late(cloud, promised, roles, code, text):
    breakages.remove_agent_grants(cloud.env, promised)
    grant = handlers(cloud.env)["gcp:storage/bucketIAMMember:BucketIAMMember"].create
    for role in roles:
        member = f"serviceAccount:{promised.service_agent}"
        grant("grant", {"bucket": BUCKET, "role": f"roles/storage.{role}", "member": member})
    gateway = Caller(cloud, promised.gateway_service_account)
    gateway.upload([line(1)])
    job, seen = gateway.ended(gateway.create()[1])
    assert (job["state"], job["error"]["code"]) == ("JOB_STATE_FAILED", code)
    assert text in job["error"]["message"]
    # What is missing for writing shows only when all the work is done.
    assert ("JOB_STATE_RUNNING" in seen) == ("create" in text)
