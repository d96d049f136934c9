"""The sandbox's Google Cloud, asked by Google's own clients: what it lets through, and what not."""

import io
import json
import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from google.api_core import exceptions as refused
from google.auth import impersonated_credentials
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import AuthorizedSession, Request
from google.cloud import storage
from google.cloud.iam_credentials_v1 import GenerateAccessTokenRequest, IAMCredentialsClient
from google.oauth2 import service_account
from google.oauth2.credentials import Credentials

from preflight.contract import VertexAI
from preflight.limits import LIMITS
from preflight.permissions import Identity, permissions
from preflight.sandbox.gcp import breakages, requests_file
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.cloud import GcpCloud
from preflight.sandbox.gcp.names import NUMBER, OPERATOR, PROJECT, VERTEX_AGENT, VERTEX_API
from preflight.sandbox.gcp.requests_file import Fault, import_rows
from preflight.sandbox.handlers.gcp import handlers, invokes

REGION = "europe-west4"
MODEL = "gemini-2.5-flash"
BUCKET = "sandbox-batch"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
JOB_SECONDS = 0.2


@pytest.fixture
def cloud(tmp_path):
    with GcpCloud(tmp_path, job_seconds=JOB_SECONDS, agent_seconds=0.05) as running:
        yield running


@pytest.fixture
def promised(cloud):
    return provisioned(cloud)


@pytest.fixture(scope="module")
def steady(tmp_path_factory):
    """A provisioned cloud for tests that leave it as it was."""
    with GcpCloud(tmp_path_factory.mktemp("steady"), job_seconds=JOB_SECONDS) as running:
        yield running, provisioned(running)


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


# --- identities ----------------------------------------------------------------------------------


def test_no_token_and_a_wrong_one_are_unauthenticated(cloud):
    nobody = Caller(cloud, "")
    status, body = nobody.call("GET", f"/v1/projects/{PROJECT}")
    assert (status, body["error"]["status"]) == (401, "UNAUTHENTICATED")
    nobody.session.headers["Authorization"] = "Bearer ya29.made-up"
    assert nobody.call("GET", f"/v1/projects/{PROJECT}")[0] == 401
    assert nobody.call("GET", f"/storage/v1/b/{BUCKET}")[0] == 401


def test_an_anonymous_caller_of_storage_is_told_what_it_may_not_do(cloud, promised):
    status, body = Caller(cloud, "").call("GET", f"/storage/v1/b/{promised.bucket}/o/x")
    assert status == 401
    assert body["error"]["message"].startswith(
        "Anonymous caller does not have storage.objects.get access to the Google Cloud Storage "
    )


def test_the_key_file_can_be_read_by_its_owner_only(cloud):
    path = Path(cloud.env["GOOGLE_APPLICATION_CREDENTIALS"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "STORAGE_EMULATOR_HOST" not in cloud.env


def test_a_key_of_another_sandbox_is_refused(cloud, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    with GcpCloud(other) as stranger:
        key = json.loads(Path(stranger.env["GOOGLE_APPLICATION_CREDENTIALS"]).read_text())
    key["token_uri"] = f"{cloud.url}/token"
    credentials = service_account.Credentials.from_service_account_info(key, scopes=[SCOPE])
    with pytest.raises(RefreshError, match="invalid_grant"):
        credentials.refresh(Request())


def test_a_token_that_the_account_signed_itself_is_taken(cloud):
    credentials = service_account.Credentials.from_service_account_file(
        cloud.env["GOOGLE_APPLICATION_CREDENTIALS"], scopes=[SCOPE]
    ).with_always_use_jwt_access(True)
    credentials.refresh(Request())
    caller = Caller(cloud, "")
    caller.session.headers["Authorization"] = f"Bearer {credentials.token}"
    assert caller.call("GET", f"/v1/projects/{PROJECT}")[1]["projectNumber"] == NUMBER


def operator_credentials(cloud):
    credentials = service_account.Credentials.from_service_account_file(
        cloud.env["GOOGLE_APPLICATION_CREDENTIALS"], scopes=[SCOPE]
    )
    credentials.refresh(Request())
    return Credentials(token=credentials.token)


def test_googles_impersonated_credentials_speak_as_the_gateway(cloud, promised):
    email = promised.gateway_service_account
    source = operator_credentials(cloud)
    path = f"/v1/projects/-/serviceAccounts/{email}:generateAccessToken"
    gateway = impersonated_credentials.Credentials(
        source, email, [SCOPE], iam_endpoint_override=f"{cloud.url}{path}"
    )
    gateway.refresh(Request())
    with AuthorizedSession(Credentials(token=gateway.token)) as session:
        asked = {"permissions": ["aiplatform.batchPredictionJobs.create", "storage.buckets.create"]}
        answer = session.post(f"{cloud.url}/v1/projects/{PROJECT}:testIamPermissions", json=asked)
    assert answer.json() == {"permissions": ["aiplatform.batchPredictionJobs.create"]}


def test_the_generated_iam_credentials_client_works_over_rest(cloud, promised):
    transport = IAMCredentialsClient.get_transport_class("rest")(
        host=cloud.url.removeprefix("http://"),
        url_scheme="http",
        credentials=operator_credentials(cloud),
    )
    client = IAMCredentialsClient(transport=transport)
    email = promised.gateway_service_account
    request = GenerateAccessTokenRequest(name=f"projects/-/serviceAccounts/{email}", scope=[SCOPE])
    with storage_client(cloud, client.generate_access_token(request).access_token) as gateway:
        assert gateway.bucket(BUCKET).test_iam_permissions(
            ["storage.objects.create", "storage.buckets.delete"]
        ) == ["storage.objects.create"]
    transport.close()


def test_who_may_not_impersonate_is_told_the_permission(cloud, promised):
    person = Caller(cloud, "ada@example.com")
    path = f"/v1/projects/-/serviceAccounts/{promised.gateway_service_account}"
    status, body = person.call("POST", f"{path}:generateAccessToken", json={"scope": [SCOPE]})
    assert status == 403
    assert "'iam.serviceAccounts.getAccessToken' denied on resource" in body["error"]["message"]
    # The right may come from the account's own policy as well as from the project's.
    role = "roles/iam.serviceAccountTokenCreator"
    policy = {"bindings": [{"role": role, "members": ["user:ada@example.com"]}]}
    Operator(cloud.env).call("POST", f"{path}:setIamPolicy", {"policy": policy})
    status, body = person.call("POST", f"{path}:generateAccessToken", json={"scope": [SCOPE]})
    assert (status, set(body)) == (200, {"accessToken", "expireTime"})


def test_an_owner_without_the_token_creator_role_may_not_impersonate(cloud, promised):
    def take_away(policy):
        policy["bindings"] = [
            one for one in policy["bindings"] if "TokenCreator" not in one["role"]
        ]

    operator = Operator(cloud.env)
    operator.change_policy(f"projects/{PROJECT}", take_away)
    path = f"/v1/projects/-/serviceAccounts/{promised.gateway_service_account}"
    with pytest.raises(refused.Forbidden, match="getAccessToken"):
        operator.call("POST", f"{path}:generateAccessToken", {"scope": [SCOPE]})


# --- storage -------------------------------------------------------------------------------------


def test_a_bucket_is_as_it_was_asked_for(cloud, promised):
    with Operator(cloud.env).storage() as client:
        bucket = client.get_bucket(BUCKET)
        assert (bucket.location, bucket.location_type) == ("EUROPE-WEST4", "region")
        assert bucket.project_number == int(NUMBER)
        assert bucket.iam_configuration.uniform_bucket_level_access_enabled
        assert bucket.iam_configuration.public_access_prevention == "enforced"
        assert bucket.labels == {"purpose": "batch"}
        (rule,) = bucket.lifecycle_rules
        assert rule == {
            "action": {"type": "Delete"},
            "condition": {"age": 30, "matchesPrefix": ["in/"]},
        }
        assert [
            client.create_bucket(f"other-{place}", location=place).location_type
            for place in ("eu", "nam4")
        ] == ["multi-region", "dual-region"]
        bucket.labels = {"purpose": "other"}
        bucket.patch()
        assert client.get_bucket(BUCKET).labels == {"purpose": "other"}
        assert client.get_bucket(BUCKET).iam_configuration.public_access_prevention == "enforced"


@pytest.mark.parametrize(
    ("name", "location", "error"),
    [
        ("on-mars", "mars-1", refused.BadRequest),
        ("Bad_Name", REGION, refused.BadRequest),
        (BUCKET, REGION, refused.Conflict),
    ],
)
def test_a_bucket_that_google_would_not_make_is_not_made(steady, name, location, error):
    cloud, _ = steady
    asked = {"name": name, "location": location}
    with pytest.raises(error):
        Operator(cloud.env).call("POST", f"/storage/v1/b?project={PROJECT}", asked)


def test_objects_go_in_by_every_kind_of_upload_and_come_back_whole(cloud, promised):
    del promised
    big = os.urandom(2_500_000)
    with Operator(cloud.env).storage() as client:
        bucket = client.bucket(BUCKET)
        text = bucket.blob("a/b c//d.txt")
        text.metadata = {"kept": "yes"}
        text.upload_from_string("hello", content_type="text/x-test")
        found = bucket.get_blob("a/b c//d.txt")
        assert (found.content_type, found.metadata) == ("text/x-test", {"kept": "yes"})
        in_parts = bucket.blob("big", chunk_size=1024 * 1024)
        in_parts.upload_from_file(io.BytesIO(big), content_type="image/x-test")
        assert bucket.get_blob("big").content_type == "image/x-test"
        assert bucket.blob("a/b c//d.txt").download_as_bytes() == b"hello"
        assert bucket.blob("big").download_as_bytes() == big
        assert bucket.blob("big").download_as_bytes(start=2, end=5) == big[2:6]
        assert [blob.name for blob in client.list_blobs(BUCKET, prefix="a/")] == ["a/b c//d.txt"]
        with pytest.raises(refused.PreconditionFailed):
            bucket.blob("big").upload_from_string("x", if_generation_match=0)
        with pytest.raises(refused.Conflict, match="not empty"):
            bucket.delete()
        bucket.blob("big").delete()
        with pytest.raises(refused.NotFound, match="No such object"):
            bucket.blob("big").download_as_bytes()


def test_a_policy_with_conditions_is_kept_and_obeyed(cloud, promised):
    del promised
    member = "user:ada@example.com"
    expression = f'resource.name.startsWith("projects/_/buckets/{BUCKET}/objects/in/")'
    binding = {
        "role": "roles/storage.objectCreator",
        "members": {member},
        "condition": {"title": "in only", "expression": expression},
    }
    with Operator(cloud.env).storage() as client:
        bucket = client.bucket(BUCKET)
        policy = bucket.get_iam_policy(requested_policy_version=3)
        policy.version = 3
        policy.bindings.append(binding)
        bucket.set_iam_policy(policy)
        kept = bucket.get_iam_policy(requested_policy_version=3)
        assert kept.version == 3
        assert binding in kept.bindings
        with pytest.raises(refused.PreconditionFailed):
            bucket.set_iam_policy(policy)
    ada = Caller(cloud, "ada@example.com")
    assert ada.upload([line(1)], key="in/a.jsonl")[0] == 200
    status, body = ada.upload([line(1)], key="out/a.jsonl")
    assert status == 403
    assert body["error"]["message"] == (
        "ada@example.com does not have storage.objects.create access to the Google Cloud Storage "
        "object. Permission 'storage.objects.create' denied on resource (or it may not exist)."
    )


@pytest.mark.parametrize(
    "binding",
    [
        {
            "role": "roles/storage.objectUser",
            "members": ["serviceAccount:nobody@x.gserviceaccount.com"],
        },
        {"role": "roles/storage.objectUsr", "members": ["user:ada@example.com"]},
        {"role": "roles/owner", "members": ["user:ada@example.com"]},
        {
            "role": "roles/storage.objectUser",
            "members": ["user:ada@example.com"],
            "condition": {"title": "odd", "expression": "resource.name.matches('.*')"},
        },
    ],
    ids=["unknown account", "unknown role", "role of projects", "condition not evaluated"],
)
def test_a_policy_that_cannot_be_obeyed_is_refused(steady, binding):
    cloud, _ = steady
    with pytest.raises(refused.BadRequest):
        Operator(cloud.env).change_policy(
            f"b/{BUCKET}", lambda policy: policy["bindings"].append(binding)
        )


def test_object_roles_do_not_show_the_bucket(cloud, promised):
    del promised
    who = "ada@example.com"
    caller = Caller(cloud, who)
    grant = handlers(cloud.env)["gcp:storage/bucketIAMMember:BucketIAMMember"].create
    member = {"bucket": BUCKET, "member": f"user:{who}"}
    grant("objects", {**member, "role": "roles/storage.objectAdmin"})
    assert caller.call("GET", f"/storage/v1/b/{BUCKET}/o")[0] == 200
    status, body = caller.call("GET", f"/storage/v1/b/{BUCKET}")
    assert status == 403
    assert body["error"]["message"].startswith(f"{who} does not have storage.buckets.get access")
    grant("bucket", {**member, "role": "roles/storage.legacyBucketReader"})
    assert caller.call("GET", f"/storage/v1/b/{BUCKET}")[0] == 200


def test_the_gateway_holds_each_row_of_the_permission_table_and_no_more(cloud, promised):
    gateway = Caller(cloud, promised.gateway_service_account)
    rows = {row.action for row in permissions("vertex", Identity.GATEWAY)}
    on_bucket = sorted(row for row in rows if row.startswith("storage."))
    asked = [*on_bucket, "storage.buckets.setIamPolicy"]
    _, body = gateway.call(
        "GET", f"/storage/v1/b/{BUCKET}/iam/testPermissions", params={"permissions": asked}
    )
    assert sorted(body["permissions"]) == on_bucket
    on_project = sorted(rows - set(on_bucket))
    asked = [*on_project, "resourcemanager.projects.setIamPolicy"]
    _, body = gateway.call(
        "POST", f"/v1/projects/{PROJECT}:testIamPermissions", json={"permissions": asked}
    )
    assert sorted(body["permissions"]) == on_project


# --- the project ---------------------------------------------------------------------------------


def test_what_the_program_reads_of_its_resources_is_there(cloud):
    make = {kind: one.create for kind, one in handlers(cloud.env).items()}
    project = invokes(cloud.env)["gcp:organizations/getProject:getProject"]({})
    assert (project["projectId"], project["number"], project["name"]) == (PROJECT, NUMBER, PROJECT)
    name, account = make["gcp:serviceaccount/account:Account"](
        "gw", {"accountId": "batch-gateway", "displayName": "Gateway"}
    )
    email = f"batch-gateway@{PROJECT}.iam.gserviceaccount.com"
    assert name == account["name"] == f"projects/{PROJECT}/serviceAccounts/{email}"
    assert (account["email"], account["member"]) == (email, f"serviceAccount:{email}")
    assert account["uniqueId"].isdecimal()
    with pytest.raises(refused.Conflict, match="already exists"):
        make["gcp:serviceaccount/account:Account"]("gw", {"accountId": "batch-gateway"})
    bucket_id, bucket = make["gcp:storage/bucket:Bucket"]("batch", {"location": REGION})
    assert bucket_id == bucket["name"]
    assert bucket["name"].startswith("batch-")
    assert len(bucket["name"]) == len("batch-") + 7
    assert bucket["location"] == "EUROPE-WEST4"
    assert bucket["url"] == f"gs://{bucket['name']}"
    _, agent = make["gcp:projects/serviceIdentity:ServiceIdentity"](
        "agent", {"service": VERTEX_API, "project": PROJECT}
    )
    assert agent["member"] == f"serviceAccount:{agent['email']}" == f"serviceAccount:{VERTEX_AGENT}"


def test_a_service_agent_cannot_be_granted_anything_before_it_exists(cloud):
    make = {kind: one.create for kind, one in handlers(cloud.env).items()}
    make["gcp:storage/bucket:Bucket"]("batch", {"location": REGION, "name": BUCKET})
    member = {"role": "roles/storage.objectUser", "member": f"serviceAccount:{VERTEX_AGENT}"}
    with pytest.raises(refused.BadRequest, match="does not exist"):
        make["gcp:storage/bucketIAMMember:BucketIAMMember"]("m", {"bucket": BUCKET, **member})


def test_grants_made_at_the_same_time_are_all_kept(cloud, promised):
    grant = handlers(cloud.env)["gcp:projects/iAMMember:IAMMember"].create
    members = [f"user:person-{number}@example.com" for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        asked = [{"role": "roles/viewer", "member": member} for member in members]
        list(pool.map(grant, [promised.project] * len(asked), asked))
    policy = Operator(cloud.env).call("POST", f"/v1/projects/{PROJECT}:getIamPolicy", {})
    (viewers,) = [one for one in policy["bindings"] if one["role"] == "roles/viewer"]
    assert viewers["members"] == sorted(members)


def test_roles_and_apis_answer_and_unknown_ones_do_not(cloud):
    operator = Operator(cloud.env)
    held = operator.call("GET", "/v1/roles/storage.objectAdmin")["includedPermissions"]
    assert "storage.objects.create" in held
    assert "storage.buckets.get" not in held
    with pytest.raises(refused.NotFound):
        operator.call("GET", "/v1/roles/storage.objectBoss")
    service = f"/v1/projects/{PROJECT}/services/{VERTEX_API}"
    assert operator.call("GET", service)["state"] == "DISABLED"
    operator.call("POST", f"{service}:enable", {})
    assert operator.call("GET", service)["state"] == "ENABLED"
    with pytest.raises(refused.Forbidden):
        operator.call("GET", f"/v1/projects/{PROJECT}/services/nothing.googleapis.com")
    with pytest.raises(refused.Forbidden, match="caller does not have permission"):
        operator.call("GET", "/v1/projects/another-project")


def test_a_deleted_account_is_gone_and_its_grants_name_nobody(cloud, promised):
    email = promised.gateway_service_account
    gateway = Caller(cloud, email)
    operator = Operator(cloud.env)
    path = f"/v1/projects/{PROJECT}/serviceAccounts/{email}"
    operator.call("DELETE", path)
    with pytest.raises(refused.NotFound):
        operator.call("GET", path)
    # Google's reference: the wildcard turns the 404 into a 403.
    with pytest.raises(refused.Forbidden):
        operator.call("GET", f"/v1/projects/-/serviceAccounts/{email}")
    assert gateway.call("GET", f"/storage/v1/b/{BUCKET}/o")[0] == 401
    policy = operator.call("GET", f"/storage/v1/b/{BUCKET}/iam")
    members = [member for one in policy["bindings"] for member in one["members"]]
    assert f"serviceAccount:{email}" not in members
    assert any(member.startswith(f"deleted:serviceAccount:{email}?uid=") for member in members)


@pytest.mark.parametrize(
    ("location", "model", "offered"),
    [
        (REGION, MODEL, True),
        ("us-central1", MODEL, True),
        ("global", MODEL, True),
        ("me-west1", MODEL, False),
        (REGION, "gemini-0.1-nano", False),
    ],
)
def test_a_model_is_where_it_is_published(steady, location, model, offered):
    cloud, _ = steady
    operator = Operator(cloud.env)
    path = f"/v1/projects/{PROJECT}/locations/{location}/publishers/google/models/{model}"
    if offered:
        assert operator.call("GET", path)["name"] == f"publishers/google/models/{model}"
    else:
        with pytest.raises(refused.NotFound, match="was not found or your project does not have"):
            operator.call("GET", path)


# --- jobs ----------------------------------------------------------------------------------------


def test_a_healthy_job_completes_with_one_result_for_each_request(cloud, promised):
    gateway = Caller(cloud, promised.gateway_service_account)
    rows = [line(number) for number in range(5)]
    assert gateway.upload(rows)[0] == 200
    status, created = gateway.create()
    assert (status, created["state"]) == (200, "JOB_STATE_QUEUED")
    job, seen = gateway.ended(created)
    assert seen[0] == "JOB_STATE_QUEUED"
    assert seen[-2:] == ["JOB_STATE_RUNNING", "JOB_STATE_SUCCEEDED"]
    stats = job["completionStats"]
    assert stats == {"successfulCount": "5", "failedCount": "0", "incompleteCount": "0"}
    folder = job["outputInfo"]["gcsOutputDirectory"]
    assert folder.startswith(f"gs://{BUCKET}/out/prediction-model-")
    results = [json.loads(one) for one in read(cloud, f"{folder}/predictions.jsonl").splitlines()]
    assert {one["requestId"]: one["request"] for one in results} == {
        row["requestId"]: row["request"] for row in rows
    }
    assert [one["requestId"] for one in results] != [row["requestId"] for row in rows]
    for one in results:
        assert one["status"] == ""
        text = one["response"]["candidates"][0]["content"]["parts"][0]["text"]
        number = one["requestId"].removeprefix("request-")
        assert text == f"You asked: What is a quay? {number}"
        used = one["response"]["usageMetadata"]
        assert used["totalTokenCount"] == used["promptTokenCount"] + used["candidatesTokenCount"]


def test_jobs_can_be_listed_found_by_name_and_cancelled(cloud, promised):
    gateway = Caller(cloud, promised.gateway_service_account)
    gateway.upload([line(1)])
    first, second = gateway.create()[1], gateway.create()[1]
    _, listed = gateway.call("GET", jobs(), params={"filter": 'displayName="test"'})
    assert [one["name"] for one in listed["batchPredictionJobs"]] == [second["name"], first["name"]]
    _, listed = gateway.call("GET", jobs(), params={"filter": 'displayName="other"'})
    assert listed["batchPredictionJobs"] == []
    _, page = gateway.call("GET", jobs(), params={"pageSize": 1})
    assert page["nextPageToken"] == "1"
    assert gateway.call("POST", f"/v1/{first['name']}:cancel", json={}) == (200, {})
    job, seen = gateway.ended(first)
    assert (seen[-1], "outputInfo" in job) == ("JOB_STATE_CANCELLED", False)
    assert gateway.ended(second)[0]["state"] == "JOB_STATE_SUCCEEDED"
    gateway.call("POST", f"/v1/{second['name']}:cancel", json={})
    assert gateway.ended(second)[0]["state"] == "JOB_STATE_SUCCEEDED"
    assert gateway.call("GET", f"{jobs()}/1")[0] == 404


def test_a_request_that_the_model_refuses_fails_alone(cloud, promised):
    gateway = Caller(cloud, promised.gateway_service_account)
    bad = line(1, generationConfig={"temperature": 9})
    gateway.upload([line(0), bad])
    job, _ = gateway.ended(gateway.create()[1])
    assert job["completionStats"]["successfulCount"] == job["completionStats"]["failedCount"] == "1"
    folder = job["outputInfo"]["gcsOutputDirectory"]
    results = [json.loads(one) for one in read(cloud, f"{folder}/predictions.jsonl").splitlines()]
    (failed,) = [one for one in results if one["status"]]
    assert failed["requestId"] == "request-1"
    assert "response" not in failed
    assert "temperature" in failed["status"]


def test_a_global_job_takes_a_bucket_anywhere(cloud, promised):
    gateway = Caller(cloud, promised.gateway_service_account)
    gateway.upload([line(1)])
    job, _ = gateway.ended(gateway.create(location="global")[1])
    assert job["state"] == "JOB_STATE_SUCCEEDED"


def test_a_model_that_is_not_offered_is_refused_at_once(cloud, promised):
    gateway = Caller(cloud, promised.gateway_service_account)
    status, body = gateway.create(model="gemini-0.1-nano")
    assert status == 404
    assert body["error"]["message"].startswith(
        f"Publisher Model `projects/{PROJECT}/locations/{REGION}/publishers/google/models/"
        "gemini-0.1-nano` was not found or your project does not have access to it."
    )


def test_the_first_use_of_a_project_has_to_wait_for_the_service_agent(cloud):
    operator = Operator(cloud.env)
    operator.call("POST", f"/v1/projects/{PROJECT}/services/{VERTEX_API}:enable", {})
    handlers(cloud.env)["gcp:storage/bucket:Bucket"].create(
        "b", {"name": BUCKET, "location": REGION}
    )
    caller = Caller(cloud, OPERATOR)
    caller.upload([line(1)])
    status, body = caller.create()
    assert (status, body["error"]["status"]) == (400, "FAILED_PRECONDITION")
    assert body["error"]["message"].startswith("Service agents are being provisioned")
    time.sleep(0.06)
    status, job = caller.create()
    assert status == 200
    # An agent made by use, not on request, is given its role on the project, and needs no other.
    assert caller.ended(job)[0]["state"] == "JOB_STATE_SUCCEEDED"


@pytest.mark.parametrize(
    ("content", "code", "text"),
    [
        (b"{not json\n", 3, "Failed to import data. line 1"),
        (jsonl(line(1)) + b"[1]\n", 3, "line 2"),
        (jsonl(line(1, tools=[{"googleSearch": {}}])), 3, "empty object"),
        (jsonl(line(1, **{"$defs": 1})), 3, "field name"),
        (jsonl(line(1, seed=1)) + jsonl(line(2, seed="1")), 3, "a string here and a number before"),
        (jsonl({"custom_id": "a", "body": {"messages": "hi"}}), 13, "INTERNAL"),
        (b"\n", 3, "no requests"),
        (b'{"request": ' + b'{"a":' * 16 + b"1" + b"}" * 17, 3, "nested deeper than 15"),
    ],
)
def test_a_malformed_line_fails_the_whole_job_late(steady, content, code, text):
    cloud, promised = steady
    gateway = Caller(cloud, promised.gateway_service_account)
    gateway.upload(content)
    status, created = gateway.create()
    assert status == 200
    job, _ = gateway.ended(created)
    assert (job["state"], job["error"]["code"]) == ("JOB_STATE_FAILED", code)
    assert text in job["error"]["message"]


def test_too_many_requests_fail_the_job(monkeypatch):
    assert LIMITS["vertex"].max_requests == requests_file.MAX_REQUESTS
    assert LIMITS["vertex"].max_bytes == requests_file.MAX_BYTES
    monkeypatch.setattr(requests_file, "MAX_REQUESTS", 3)
    assert len(import_rows(jsonl(line(1)) * 3)) == 3
    assert import_rows(jsonl(line(1)) * 4) == Fault(
        3, "Failed to import data. the file has more than 3 requests"
    )


def test_ids_that_are_digits_only_come_back_as_numbers():
    rows = [{**line(1), "requestId": "007"}, {**line(2), "requestId": "8"}]
    assert [row["requestId"] for row in import_rows(b"".join(map(jsonl, rows)))] == [7, 8]
    rows[1]["requestId"] = "request-8"
    kept = import_rows(b"".join(map(jsonl, rows)))
    assert [row["requestId"] for row in kept] == ["007", "request-8"]


# --- breakages -----------------------------------------------------------------------------------


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
