"""Who is asking, in the sandbox's Google Cloud, and as whom it may speak."""

import json
import stat
from pathlib import Path

import pytest
from gcp_fixtures import cloud, promised
from gcp_world import BUCKET, SCOPE, Caller, storage_client
from google.api_core import exceptions as refused
from google.auth import impersonated_credentials
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import AuthorizedSession, Request
from google.cloud.iam_credentials_v1 import GenerateAccessTokenRequest, IAMCredentialsClient
from google.oauth2 import service_account
from google.oauth2.credentials import Credentials

from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.cloud import GcpCloud
from preflight.sandbox.gcp.names import NUMBER, PROJECT

__all__ = ["cloud", "promised"]


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
