"""A double of Azure Resource Manager, and the looks that are asked of it."""

import base64
import json
import time

from flask import Flask, Response, request

from preflight.cloud import azure
from preflight.contract import AzureOpenAI

SUBSCRIPTION = "00000000-0000-0000-0000-00000000a2e0"
PRINCIPAL = "00000000-0000-0000-0000-00000000ca7e"
PROMISED = AzureOpenAI(
    "azure-main",
    SUBSCRIPTION,
    "group",
    "account",
    "swedencentral",
    "batch",
    "gpt-4o-mini",
    "GlobalBatch",
    "2024-10-21",
    PRINCIPAL,
)
ROOT = f"/subscriptions/{SUBSCRIPTION}"
GROUP = f"{ROOT}/resourceGroups/group"
ACCOUNT = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/account"
DEPLOYMENT = f"{ACCOUNT}/deployments/batch"
ASSIGNMENTS = f"{ACCOUNT}/providers/Microsoft.Authorization/roleAssignments"
DENIALS = f"{ACCOUNT}/providers/Microsoft.Authorization/denyAssignments"
USAGES = f"{ROOT}/providers/Microsoft.CognitiveServices/locations/swedencentral/usages"
OFFERS = f"{ACCOUNT}/models"
ROLE = f"{ACCOUNT}/providers/Microsoft.Authorization/roleDefinitions/role"
DELETED = (
    f"{ROOT}/providers/Microsoft.CognitiveServices/locations/swedencentral/resourceGroups/group"
    "/deletedAccounts/account"
)

LOOKS = {
    "account": (ACCOUNT, "Microsoft.CognitiveServices/accounts/read"),
    "deleted": (
        DELETED,
        "Microsoft.CognitiveServices/locations/resourceGroups/deletedAccounts/read",
    ),
    "deployment": (DEPLOYMENT, "Microsoft.CognitiveServices/accounts/deployments/read"),
    "offers": (OFFERS, "Microsoft.CognitiveServices/accounts/models/read"),
    "roles_of": (ASSIGNMENTS, "Microsoft.Authorization/roleAssignments/read"),
    "denials_of": (DENIALS, "Microsoft.Authorization/denyAssignments/read"),
    "usages": (USAGES, "Microsoft.CognitiveServices/locations/usages/read"),
}
"""Each look: the path it asks, and the permission it needs."""

JSON = {"Content-Type": "application/json"}


def jwt(**claims):
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"head.{body}.signature"


def refusal(status, code):
    body = {"error": {"code": code, "message": f"{code}: the message"}}
    return Response(json.dumps(body), status, JSON)


class Arm:
    """A double of Azure Resource Manager and of the managed identity beside it."""

    def __init__(self):
        self.url = ""
        self.reset()

    def reset(self):
        self.answers = {}
        self.asked = []
        self.token = jwt(oid="me", tid="tenant")

    def app(self):
        app = Flask("arm-double")

        @app.get("/token")
        def token():
            good_until = str(int(time.time()) + 3600)
            return {"access_token": self.token, "expires_on": good_until, "token_type": "Bearer"}

        @app.get("/<path:path>")
        def answer(path):
            self.asked.append((f"/{path}", request.args.to_dict(), dict(request.headers)))
            told = self.answers.get(f"/{path}", refusal(404, "ResourceNotFound"))
            return told if isinstance(told, Response) else Response(json.dumps(told), 200, JSON)

        return app


def look(method, client=None):
    arguments = (PROMISED, PRINCIPAL) if method == "roles_of" else (PROMISED,)
    return getattr(client or azure.connect(PROMISED), method)(*arguments)


def assignment(scope, role=ROLE):
    return {
        "id": f"{scope}/providers/Microsoft.Authorization/roleAssignments/{scope}",
        # Azure names a role where it was made, and answers for it at any scope below.
        "properties": {
            "scope": scope,
            "roleDefinitionId": role.replace(ACCOUNT, ROOT),
            "principalId": PRINCIPAL,
        },
    }
