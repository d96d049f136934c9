"""A double of Google's APIs that answers each path as told, and every look at it."""

import json

from flask import Flask, Response, request

from preflight.cloud import gcp
from preflight.contract import VertexAI

GATEWAY = "gateway@p.iam.gserviceaccount.com"
PROMISED = VertexAI("vertex-main", "p", "42", "europe-west4", "b", "m", GATEWAY, "agent")
ACCOUNT = f"/v1/projects/p/serviceAccounts/{GATEWAY}"
TOKEN = f"/v1/projects/-/serviceAccounts/{GATEWAY}:generateAccessToken"
POOL = "projects/42/locations/global/workloadIdentityPools/batches"
PROVIDER = f"{POOL}/providers/gateway"
RING = "projects/p/locations/europe-west4/keyRings/r"
KEY = f"{RING}/cryptoKeys/k"


LOOKS = {
    "project_number": (("p",), "/v1/projects/p", "resourcemanager.projects.get"),
    "api_enabled": (
        ("p", "aiplatform.googleapis.com"),
        "/v1/projects/p/services/aiplatform.googleapis.com",
        "serviceusage.services.get",
    ),
    "bucket": (("b",), "/storage/v1/b/b", "storage.buckets.get"),
    "bucket_bindings": (("b",), "/storage/v1/b/b/iam", "storage.buckets.getIamPolicy"),
    "project_bindings": (
        ("p",),
        "/v1/projects/p:getIamPolicy",
        "resourcemanager.projects.getIamPolicy",
    ),
    "role_permissions": (("roles/x",), "/v1/roles/x", "iam.roles.get"),
    "service_account": ((GATEWAY,), ACCOUNT, "iam.serviceAccounts.get"),
    "account_bindings": (
        (GATEWAY,),
        f"{ACCOUNT}:getIamPolicy",
        "iam.serviceAccounts.getIamPolicy",
    ),
    "identity_provider": (
        (PROVIDER,),
        f"/v1/{PROVIDER}",
        "iam.googleapis.com/workloadIdentityPoolProviders.get",
    ),
    "kms_key": ((KEY,), f"/v1/{KEY}", "cloudkms.cryptoKeys.get"),
    "key_bindings": ((KEY,), f"/v1/{KEY}:getIamPolicy", "cloudkms.cryptoKeys.getIamPolicy"),
    "ring_bindings": ((RING,), f"/v1/{RING}:getIamPolicy", "cloudkms.keyRings.getIamPolicy"),
    "bucket_grants": (("b", ["x"], GATEWAY), TOKEN, "iam.serviceAccounts.getAccessToken"),
    "project_grants": (("p", ["x"], GATEWAY), TOKEN, "iam.serviceAccounts.getAccessToken"),
    "troubleshoot": (
        (GATEWAY, "//cloudresourcemanager.googleapis.com/projects/p", "x"),
        "/v3/iam:troubleshoot",
        "roles/iam.securityReviewer",
    ),
    "locations": (("p",), "/v1/projects/p/locations", "aiplatform.locations.list"),
    "publisher_model": (
        ("p", "europe-west4", "m"),
        "/v1/projects/p/locations/europe-west4/publishers/google/models/m",
        "aiplatform.publishers.get",
    ),
}
"""Each look: its arguments, the path it asks first, and the permission it needs."""


class Google:
    """A double that answers each path as told, and knows what it was asked."""

    def __init__(self):
        self.url = ""
        self.reset()

    def reset(self):
        self.answers = {
            "/token": {"access_token": "own", "expires_in": 3600, "token_type": "Bearer"},
            TOKEN: {"accessToken": "gateways", "expireTime": "2030-01-01T00:00:00Z"},
            f"/v1/{POOL}": {"name": POOL, "state": "ACTIVE"},
        }
        self.asked = []

    def app(self):
        app = Flask("google-double")

        @app.route("/<path:path>", methods=["GET", "POST"])
        def answer(path):
            body = None if path == "token" else request.get_json(silent=True)
            self.asked.append((f"/{path}", request.headers.get("Authorization"), body))
            told = self.answers.get(f"/{path}", refusal(404, "Not found."))
            return told if isinstance(told, Response) else Response(json.dumps(told), 200, JSON)

        return app


JSON = {"Content-Type": "application/json"}


def refusal(status, message, reason=""):
    details = (
        [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": reason,
                "domain": "googleapis.com",
                "metadata": {"service": "aiplatform.googleapis.com", "consumer": "projects/42"},
            }
        ]
        if reason
        else []
    )
    error = {"code": status, "message": message, "details": details}
    return Response(json.dumps({"error": error}), status, JSON)


def look(method, client=None):
    arguments, _, _ = LOOKS[method]
    return getattr(client or gcp.connect(PROMISED), method)(*arguments)
