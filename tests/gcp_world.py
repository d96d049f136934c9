"""A provisioned Google Cloud of the sandbox, and whoever asks it over plain HTTP."""

import json
import time

import pytest
import requests
from google.cloud import storage
from google.oauth2.credentials import Credentials

from preflight.contract import VertexAI
from preflight.permissions import Identity, permissions
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.names import NUMBER, PROJECT, VERTEX_API
from preflight.sandbox.handlers.gcp import handlers

REGION = "europe-west4"
MODEL = "gemini-2.5-flash"
BUCKET = "sandbox-batch"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
JOB_SECONDS = 0.2


def provisioned(cloud):
    """What the Pulumi program provisions, made through the handlers of its resources."""
    make = {kind: one.create for kind, one in handlers(cloud.env).items()}
    make["gcp:projects/service:Service"]("vertex", {"service": VERTEX_API})
    _, agent = make["gcp:projects/serviceIdentity:ServiceIdentity"](
        "agent", {"service": VERTEX_API}
    )
    _, gateway = make["gcp:serviceaccount/account:Account"]("gw", {"accountId": "batch-gateway"})
    asked = {
        "name": BUCKET,
        "location": REGION,
        "uniformBucketLevelAccess": True,
        "publicAccessPrevention": "enforced",
        "labels": {"purpose": "batch"},
        "lifecycleRules": [
            {"action": {"type": "Delete"}, "condition": {"age": 30, "matchesPrefixes": ["in/"]}}
        ],
    }
    make["gcp:storage/bucket:Bucket"]("batch", asked)
    for who, member in (
        (Identity.GATEWAY, gateway["member"]),
        (Identity.SERVICE_AGENT, agent["member"]),
    ):
        for role in {row.granted_by for row in permissions("vertex", who)}:
            on_bucket = role.startswith("roles/storage.")
            token = (
                "gcp:storage/bucketIAMMember:BucketIAMMember"
                if on_bucket
                else "gcp:projects/iAMMember:IAMMember"
            )
            where = {"bucket": BUCKET} if on_bucket else {"project": PROJECT}
            make[token]("grant", {**where, "role": role, "member": member})
    return VertexAI(
        provider_name="vertex-main",
        project=PROJECT,
        project_number=NUMBER,
        region=REGION,
        bucket=BUCKET,
        model=MODEL,
        gateway_service_account=gateway["email"],
        service_agent=agent["email"],
    )


class Caller:
    """Plain HTTP as one identity, so that the error bodies can be read."""

    def __init__(self, cloud, email):
        self.url = cloud.url
        self.session = requests.Session()
        self.session.trust_env = False
        if email:
            answer = self.session.post(f"{cloud.url}/sandbox/tokens", json={"email": email})
            assert answer.status_code == 200, answer.text
            self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def call(self, method, path, **request):
        answer = self.session.request(method, f"{self.url}{path}", **request)
        return answer.status_code, answer.json() if answer.content else {}

    def upload(self, lines, key="in/requests.jsonl", bucket=BUCKET):
        path = f"/upload/storage/v1/b/{bucket}/o?uploadType=media&name={key}"
        content = lines if isinstance(lines, bytes) else b"".join(jsonl(line) for line in lines)
        return self.call("POST", path, data=content)

    def create(self, location=REGION, model=MODEL, bucket=BUCKET):
        job = {
            "displayName": "test",
            "model": f"publishers/google/models/{model}",
            "inputConfig": {
                "instancesFormat": "jsonl",
                "gcsSource": {"uris": [f"gs://{bucket}/in/requests.jsonl"]},
            },
            "outputConfig": {
                "predictionsFormat": "jsonl",
                "gcsDestination": {"outputUriPrefix": f"gs://{bucket}/out"},
            },
        }
        return self.call("POST", f"{jobs(location)}", json=job)

    def ended(self, job):
        """The job once it is over, and the states it was seen in."""
        seen = [job["state"]]
        for _ in range(200):
            status, now = self.call("GET", f"/v1/{job['name']}")
            assert status == 200, now
            if now["state"] != seen[-1]:
                seen.append(now["state"])
            if "endTime" in now:
                return now, seen
            time.sleep(0.01)
        pytest.fail(f"the job is still {seen[-1]}")


def jobs(location=REGION):
    return f"/v1/projects/{PROJECT}/locations/{location}/batchPredictionJobs"


def jsonl(value):
    return json.dumps(value).encode() + b"\n"


def line(number, prompt="What is a quay?", **request):
    contents = [{"role": "user", "parts": [{"text": f"{prompt} {number}"}]}]
    return {"request": {"contents": contents, **request}, "requestId": f"request-{number}"}


def read(cloud, uri):
    bucket, _, key = uri.removeprefix("gs://").partition("/")
    with Operator(cloud.env).storage() as client:
        return client.bucket(bucket).blob(key).download_as_bytes()


def storage_client(cloud, token):
    return storage.Client(
        project=PROJECT,
        credentials=Credentials(token=token),
        client_options={"api_endpoint": cloud.url},
    )


def forced(cloud, promised, lines=None):
    """What really happens to a job that the gateway forces through: its first refusal or end."""
    try:
        gateway = Caller(cloud, promised.gateway_service_account)
    except AssertionError as error:
        return "token", str(error)
    status, body = gateway.upload(lines or [line(n) for n in range(3)])
    if status != 200:
        return "upload", body["error"]["message"]
    status, body = gateway.create()
    if status != 200:
        return "create", body["error"]["message"]
    job, _ = gateway.ended(body)
    return job["state"], job.get("error", {}).get("message", "")
