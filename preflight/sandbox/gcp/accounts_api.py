"""IAM: service accounts, their policies, roles, and the tokens one identity may have of another."""

import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, Response, g, jsonify, request

from preflight.sandbox.gcp.errors import ApiError, denied, no_project
from preflight.sandbox.gcp.identity import LIFETIME, Identities
from preflight.sandbox.gcp.incoming import json_body
from preflight.sandbox.gcp.names import (
    CREDENTIALS_API,
    IAM_API,
    PROJECT,
    account_email,
    is_ours,
    member_of,
)
from preflight.sandbox.gcp.policy import CONDITIONAL_VERSION, Policy
from preflight.sandbox.gcp.roles import ROLES
from preflight.sandbox.gcp.world import Account, World

_ACCOUNTS = "/v1/projects/<project>/serviceAccounts"
_ACCOUNT = f"{_ACCOUNTS}/<account>"
_ACCOUNT_ID = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")


class AccountsApi:
    """The routes about service accounts and roles."""

    def __init__(self, world: World, identities: Identities) -> None:
        """Serve this world's accounts; tokens come from `identities`."""
        self._world = world
        self._identities = identities
        self._unique_ids = itertools.count(100000000000000000003)

    def register(self, app: Flask) -> None:
        """Add the routes to the application."""
        routes = Blueprint("accounts", __name__)
        route = routes.add_url_rule
        route(_ACCOUNTS, view_func=self.list, methods=["GET"])
        route(_ACCOUNTS, view_func=self.create, methods=["POST"])
        route(_ACCOUNT, view_func=self.get, methods=["GET"])
        route(_ACCOUNT, view_func=self.patch, methods=["PATCH"])
        route(_ACCOUNT, view_func=self.delete, methods=["DELETE"])
        route(f"{_ACCOUNT}:<any(enable,disable):word>", view_func=self.switch, methods=["POST"])
        # Google takes both methods for the policy of a service account.
        route(f"{_ACCOUNT}:getIamPolicy", view_func=self.get_policy, methods=["GET", "POST"])
        route(f"{_ACCOUNT}:setIamPolicy", view_func=self.set_policy, methods=["POST"])
        route(f"{_ACCOUNT}:testIamPermissions", view_func=self.test_permissions, methods=["POST"])
        route(f"{_ACCOUNT}:generateAccessToken", view_func=self.access_token, methods=["POST"])
        route("/v1/roles/<role>", view_func=self.role, methods=["GET"])
        app.register_blueprint(routes)

    def list(self, project: str) -> Response:
        """serviceAccounts.list."""
        self._need_project(project, "iam.serviceAccounts.list")
        return jsonify(accounts=[_wire(one) for one in self._world.accounts.values()])

    def create(self, project: str) -> Response:
        """serviceAccounts.create."""
        self._need_project(project, "iam.serviceAccounts.create")
        asked = json_body()
        account_id = str(asked.get("accountId", ""))
        if not _ACCOUNT_ID.fullmatch(account_id):
            raise ApiError(
                400,
                f"{account_id!r} is no account id: 6 to 30 lower-case letters, digits and "
                "hyphens, a letter first.",
            )
        described = asked.get("serviceAccount", {})
        with self._world.lock:
            email = account_email(account_id)
            if email in self._world.accounts:
                raise ApiError(
                    409,
                    f"Service account {account_id} already exists within project "
                    f"projects/{PROJECT}.",
                )
            account = Account(
                email,
                str(next(self._unique_ids)),
                described.get("displayName", ""),
                described.get("description", ""),
            )
            self._world.accounts[email] = account
        return jsonify(_wire(account))

    def get(self, project: str, account: str) -> Response:
        """serviceAccounts.get."""
        return jsonify(_wire(self._need(project, account, "iam.serviceAccounts.get")))

    def patch(self, project: str, account: str) -> Response:
        """serviceAccounts.patch: what it is called, as far as `updateMask` names it."""
        found = self._need(project, account, "iam.serviceAccounts.update")
        asked = json_body()
        mask = str(asked.get("updateMask", "")).split(",")
        described = asked.get("serviceAccount", {})
        if "displayName" in mask:
            found.display_name = described.get("displayName", "")
        if "description" in mask:
            found.description = described.get("description", "")
        return jsonify(_wire(found))

    def delete(self, project: str, account: str) -> Response:
        """serviceAccounts.delete: the policies keep a member that nobody is any more."""
        with self._world.lock:
            found = self._need(project, account, "iam.serviceAccounts.delete")
            del self._world.accounts[found.email]
            for policy in self._all_policies():
                _mark_deleted(policy, found)
        return jsonify({})

    def switch(self, project: str, account: str, word: str) -> Response:
        """serviceAccounts.enable and serviceAccounts.disable."""
        found = self._need(project, account, f"iam.serviceAccounts.{word}")
        found.disabled = word == "disable"
        return jsonify({})

    def get_policy(self, project: str, account: str) -> Response:
        """serviceAccounts.getIamPolicy."""
        found = self._need(project, account, "iam.serviceAccounts.getIamPolicy")
        version = request.args.get("options.requestedPolicyVersion")
        version = version or json_body().get("options", {}).get("requestedPolicyVersion", 1)
        return jsonify(found.policy.body(int(version or 1)))

    def set_policy(self, project: str, account: str) -> Response:
        """serviceAccounts.setIamPolicy."""
        with self._world.lock:
            found = self._need(project, account, "iam.serviceAccounts.setIamPolicy")
            found.policy.replace(
                json_body().get("policy", {}),
                self._world.known_identities(),
                self._world.known_roles(),
            )
            return jsonify(found.policy.body(CONDITIONAL_VERSION))

    def test_permissions(self, project: str, account: str) -> Response:
        """serviceAccounts.testIamPermissions."""
        found = self._need(project, account, "")
        asked = json_body().get("permissions", [])
        held = [one for one in asked if self._world.may_on_account(g.caller, one, found)]
        return jsonify({"permissions": held} if held else {})

    def access_token(self, project: str, account: str) -> Response:
        """generateAccessToken: a token of the account, for those who may have it."""
        self._world.need_api(CREDENTIALS_API)
        permission = "iam.serviceAccounts.getAccessToken"
        found = self._find(project, account)
        if found is None or not self._world.may_on_account(g.caller, permission, found):
            # Google says the same of an account that is missing and of one that is not yours.
            raise denied(permission, f"//{IAM_API}/projects/{project}/serviceAccounts/{account}")
        self._identities.need_exists(found.email)
        asked = str(json_body().get("lifetime") or LIFETIME)
        lifetime = min(float(asked.removesuffix("s")), LIFETIME)
        expires = datetime.now(UTC) + timedelta(seconds=lifetime)
        return jsonify(
            accessToken=self._identities.mint(found.email, lifetime),
            expireTime=expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        )

    def role(self, role: str) -> Response:
        """roles.get, of a predefined role: as far as the sandbox's APIs ask for its permissions."""
        self._world.need_api(IAM_API)
        name = f"roles/{role}"
        if name not in ROLES:
            raise ApiError(404, f"The role named {name} was not found.")
        permissions = sorted(ROLES[name])
        return jsonify(
            name=name, title=role, stage="GA", includedPermissions=permissions, etag="AA=="
        )

    def _need_project(self, project: str, permission: str) -> None:
        self._world.need_api(IAM_API)
        if not is_ours(project):
            raise no_project()
        if not self._world.may_on_project(g.caller, permission):
            raise denied(permission, f"//{IAM_API}/projects/{project}")

    def _need(self, project: str, account: str, permission: str) -> Account:
        """The account, once the caller is found to hold the permission ("" for none) on it."""
        self._world.need_api(IAM_API)
        found = self._find(project, account)
        name = f"//{IAM_API}/projects/{project}/serviceAccounts/{account}"
        if found is None:
            # With the wildcard there is no project to ask about the caller's rights, and so Google
            # answers 403 for what does not exist (its reference of these methods says so).
            look = permission or "iam.serviceAccounts.get"
            if project == "-" or not self._world.may_on_project(g.caller, look):
                raise denied(look, name)
            raise ApiError(404, f"Unknown service account: {account}")
        if permission and not self._world.may_on_account(g.caller, permission, found):
            raise denied(permission, name)
        return found

    def _find(self, project: str, account: str) -> Account | None:
        """The account by e-mail or unique id, in the project or in `-`, whichever it is in."""
        if project != "-" and not is_ours(project):
            return None
        for one in self._world.accounts.values():
            if account in {one.email, one.unique_id}:
                return one
        return None

    def _all_policies(self) -> tuple[Policy, ...]:
        accounts = (one.policy for one in self._world.accounts.values())
        rings = (one.policy for one in self._world.rings.values())
        keys = (one.policy for one in self._world.keys.values())
        projects, buckets = self._world.policies.values(), self._world.bucket_policies.values()
        return (*projects, *buckets, *accounts, *rings, *keys)


def _mark_deleted(policy: Policy, account: Account) -> None:
    gone = f"deleted:{member_of(account.email)}?uid={account.unique_id}"
    for binding in policy.bindings:
        members = binding["members"]
        binding["members"] = [gone if one == member_of(account.email) else one for one in members]


def _wire(account: Account) -> dict[str, Any]:
    return {
        "name": f"projects/{PROJECT}/serviceAccounts/{account.email}",
        "projectId": PROJECT,
        "uniqueId": account.unique_id,
        "email": account.email,
        "displayName": account.display_name,
        "description": account.description,
        "oauth2ClientId": account.unique_id,
        "etag": "MDEwMjE5MjA=",
        # As Google does: the key is absent unless it is so.
        **({"disabled": True} if account.disabled else {}),
    }
