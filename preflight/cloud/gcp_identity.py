"""What Google Cloud says about who acts: service accounts, roles, identity pools."""

from preflight.cloud.gcp_forms import bindings, identity_provider
from preflight.cloud.gcp_session import ACCOUNT_DOMAIN, GoogleSession
from preflight.cloud.one_moment import once
from preflight.seams import Access, Binding, IdentityProvider, ServiceAccount

_POOL_RIGHT = "iam.googleapis.com/workloadIdentityPools.get"
_PROVIDER_RIGHT = "iam.googleapis.com/workloadIdentityPoolProviders.get"


class Identities(GoogleSession):
    """The questions of `seams.Gcp` about identities."""

    @once
    def role_permissions(self, role: str) -> frozenset[str] | None:
        """See `seams.Gcp`."""
        found = self._find(f"{self._host('iam')}/v1/{role}", role, "iam.roles.get")
        return None if found is None else frozenset(found.get("includedPermissions", ()))

    @once
    def service_account(self, email: str) -> ServiceAccount | None:
        """See `seams.Gcp`."""
        url = f"{self._host('iam')}/v1/{_account(email)}"
        found = self._find(url, f"service account {email}", "iam.serviceAccounts.get")
        if found is None:
            return None
        return ServiceAccount(found["email"], bool(found.get("disabled", False)))

    @once
    def account_bindings(self, email: str) -> tuple[Binding, ...]:
        """See `seams.Gcp`. An account that does not exist has no bindings."""
        url = f"{self._host('iam')}/v1/{_account(email)}:getIamPolicy"
        policy = self._find(
            url,
            f"service account {email}",
            "iam.serviceAccounts.getIamPolicy",
            body={"options": {"requestedPolicyVersion": 3}},
        )
        return tuple(bindings((policy or {}).get("bindings", [])))

    @once
    def identity_provider(self, name: str) -> IdentityProvider | None:
        """See `seams.Gcp`."""
        pool = name.partition("/providers/")[0]
        around = self._find(f"{self._host('iam')}/v1/{pool}", pool, _POOL_RIGHT)
        found = self._find(f"{self._host('iam')}/v1/{name}", name, _PROVIDER_RIGHT)
        return None if around is None or found is None else identity_provider(found, around)

    @once
    def troubleshoot(self, principal: str, resource: str, permission: str) -> Access:
        """See `seams.Gcp`. What is said in a word that is not known is not seen."""
        found = self._get(
            f"{self._host('policytroubleshooter')}/v3/iam:troubleshoot",
            f"what {principal} may do on {resource}",
            "roles/iam.securityReviewer",
            body={
                "accessTuple": {
                    "principal": principal,
                    "fullResourceName": resource,
                    "permission": permission,
                }
            },
        )
        word = found.get("overallAccessState")
        return Access(word) if word in set(Access) else Access.UNSEEN


def _account(email: str) -> str:
    """The account's name, under its own project: under "-" a missing one would be a 403."""
    domain = email.partition("@")[2]
    home = domain.removesuffix(ACCOUNT_DOMAIN) if domain.endswith(ACCOUNT_DOMAIN) else "-"
    return f"projects/{home}/serviceAccounts/{email}"
