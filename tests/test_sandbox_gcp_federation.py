"""Workload identity federation in the sandbox: a token of another issuer for one of Google's."""

from dataclasses import replace

import pytest
from gcp_world import JOB_SECONDS, SCOPE, Caller, jobs, provisioned
from google.api_core import exceptions as refused
from google.auth import identity_pool
from google.auth.transport.requests import Request

from preflight.sandbox.gcp import breakages
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.cloud import GcpCloud
from preflight.sandbox.gcp.federation import (
    ExchangeRefused,
    audience_of,
    gateway_token,
    token_by_federation,
)
from preflight.sandbox.gcp.issuer import Issuer
from preflight.sandbox.gcp.names import NUMBER, PROJECT, TOKENS_API
from preflight.sandbox.handlers.gcp import handlers

POOL = f"projects/{NUMBER}/locations/global/workloadIdentityPools/gateways"
PROVIDER = f"{POOL}/providers/tokens"
SUBJECT = "system:serviceaccount:ai:gateway"
MEMBER = f"principal://iam.googleapis.com/{POOL}/subject/{SUBJECT}"
ROLE = "roles/iam.workloadIdentityUser"


@pytest.fixture(scope="module")
def issuer():
    with Issuer() as running:
        yield running


@pytest.fixture
def cloud(tmp_path):
    with GcpCloud(tmp_path, job_seconds=JOB_SECONDS) as running:
        path = f"/v1/projects/{PROJECT}/services/{TOKENS_API}:enable"
        Operator(running.env).call("POST", path, {})
        yield running


@pytest.fixture
def promised(cloud, issuer):
    """A provisioned world, whose gateway comes in by the issuer's tokens."""
    federated(cloud, oidc={"issuerUri": issuer.url})
    made = replace(provisioned(cloud), federation=MEMBER)
    grant(cloud, made, MEMBER)
    return made


def federated(cloud, **settings):
    make = {kind: one.create for kind, one in handlers(cloud.env).items()}
    make["gcp:iam/workloadIdentityPool:WorkloadIdentityPool"](
        "p", {"workloadIdentityPoolId": "gateways"}
    )
    return make["gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"](
        "p",
        {
            "workloadIdentityPoolId": "gateways",
            "workloadIdentityPoolProviderId": "tokens",
            "attributeMapping": {"google.subject": "assertion.sub"},
            **settings,
        },
    )


def grant(cloud, promised, member):
    account = f"projects/{PROJECT}/serviceAccounts/{promised.gateway_service_account}"
    asked = {"serviceAccountId": account, "role": ROLE, "member": member}
    handlers(cloud.env)["gcp:serviceaccount/iAMMember:IAMMember"].create("m", asked)


def token_of(cloud, promised, issuer, subject=SUBJECT, audience="", **claims):
    signed = issuer.token(subject, audience or audience_of(PROVIDER), **claims)
    email = promised.gateway_service_account
    return token_by_federation(cloud.url, PROVIDER, signed, email)


def refusal(*arguments, **named):
    with pytest.raises(ExchangeRefused) as told:
        token_of(*arguments, **named)
    return str(told.value)


def test_the_gateway_gets_its_accounts_token_for_its_issuers(cloud, promised, issuer):
    gateway = Caller(cloud, "")
    token = token_of(cloud, promised, issuer)
    gateway.session.headers["Authorization"] = f"Bearer {token}"
    assert gateway.call("GET", jobs())[0] == 200
    assert gateway.call("GET", f"/storage/v1/b?project={PROJECT}")[0] == 403


def test_the_gateway_needs_no_more_than_the_promise_and_its_issuer(cloud, promised, issuer):
    gateway = Caller(cloud, "")
    token = gateway_token(cloud.env, promised, issuer)
    gateway.session.headers["Authorization"] = f"Bearer {token}"
    assert gateway.call("GET", jobs())[0] == 200
    Operator(cloud.env).call("DELETE", f"/v1/{PROVIDER}")
    with pytest.raises(ExchangeRefused, match="has no provider"):
        gateway_token(cloud.env, promised, issuer)


def test_googles_own_library_comes_in_the_same_way(cloud, promised, issuer):
    class Tokens(identity_pool.SubjectTokenSupplier):
        def get_subject_token(self, context, request):
            return issuer.token(SUBJECT, audience_of(PROVIDER))

    email = promised.gateway_service_account
    credentials = identity_pool.Credentials(
        audience=f"//iam.googleapis.com/{PROVIDER}",
        subject_token_type="urn:ietf:params:oauth:token-type:jwt",
        token_url=f"{cloud.url}/v1/token",
        service_account_impersonation_url=(
            f"{cloud.url}/v1/projects/-/serviceAccounts/{email}:generateAccessToken"
        ),
        subject_token_supplier=Tokens(),
        scopes=[SCOPE],
    )
    credentials.refresh(Request())
    gateway = Caller(cloud, "")
    gateway.session.headers["Authorization"] = f"Bearer {credentials.token}"
    assert gateway.call("GET", jobs())[0] == 200


def test_another_subject_gets_in_and_may_not_act_as_the_account(cloud, promised, issuer):
    said = refusal(cloud, promised, issuer, "system:serviceaccount:ai:other")
    assert "'iam.serviceAccounts.getAccessToken' denied on resource" in said
    pool_wide = f"principalSet://iam.googleapis.com/{POOL}/*"
    grant(cloud, promised, pool_wide)
    assert token_of(cloud, promised, issuer, "system:serviceaccount:ai:other")


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"audience": "https://somebody.example.com"}, "does not match the expected audience"),
        ({"iss": "https://somebody.example.com"}, "The issuer in ID Token does not match"),
        ({"seconds": -60}, "stale"),
    ],
)
def test_a_token_that_is_not_for_google_is_refused(cloud, promised, issuer, claims, words):
    assert words in refusal(cloud, promised, issuer, **claims)


def test_a_token_that_another_key_signed_is_refused(cloud, promised, issuer):
    with Issuer() as stranger:
        stranger.url, own = issuer.url, stranger.url
        assert "credential's issuer" in refusal(cloud, promised, stranger)
        # Under the right key's name the signature is looked at.
        stranger._key_id = issuer._key_id  # noqa: SLF001 - what an impostor would do
        assert "Signature verification failed" in refusal(cloud, promised, stranger)
        stranger.url = own
    with pytest.raises(ExchangeRefused, match="parse"):
        token_by_federation(cloud.url, PROVIDER, "no.jwt", promised.gateway_service_account)


@pytest.mark.parametrize(
    ("breakage", "words"),
    [
        (breakages.remove_federation, "'iam.serviceAccounts.getAccessToken' denied"),
        (breakages.disable_provider, "pool or provider is disabled or deleted"),
        (breakages.change_issuer, "The issuer in ID Token does not match"),
    ],
)
def test_a_breakage_keeps_the_gateway_out(cloud, promised, issuer, breakage, words):
    assert token_of(cloud, promised, issuer)
    breakage(cloud.env, promised)
    assert words in refusal(cloud, promised, issuer)


def test_a_pool_that_is_off_or_deleted_lets_nobody_in(cloud, promised, issuer):
    operator = Operator(cloud.env)
    operator.call("PATCH", f"/v1/{POOL}?updateMask=disabled", {"disabled": True})
    assert "disabled or deleted" in refusal(cloud, promised, issuer)
    operator.call("PATCH", f"/v1/{POOL}?updateMask=disabled", {})
    assert token_of(cloud, promised, issuer)
    operator.call("DELETE", f"/v1/{POOL}")
    assert "disabled or deleted" in refusal(cloud, promised, issuer)
    assert operator.call("GET", f"/v1/{POOL}")["state"] == "DELETED"
    with pytest.raises(refused.Conflict, match="already exists"):
        federated(cloud)


def test_the_exchange_needs_its_api(cloud, promised, issuer):
    path = f"/v1/projects/{PROJECT}/services/{TOKENS_API}:disable"
    Operator(cloud.env).call("POST", path, {})
    assert "Security Token Service API has not been used" in refusal(cloud, promised, issuer)


def test_a_set_audience_stands_instead_of_googles_own(cloud, issuer):
    federated(cloud, oidc={"issuerUri": issuer.url, "allowedAudiences": ["gateway"]})
    promised = provisioned(cloud)
    grant(cloud, promised, MEMBER)
    assert token_of(cloud, promised, issuer, audience="gateway")
    assert "expected audience" in refusal(cloud, promised, issuer)


def test_keys_may_be_given_instead_of_fetched(cloud, issuer):
    keys = Caller(cloud, "").session.get(f"{issuer.url}/keys").text
    url = "https://issuer.example.com"
    federated(cloud, oidc={"issuerUri": url, "jwksJson": keys})
    promised = provisioned(cloud)
    grant(cloud, promised, MEMBER)
    assert token_of(cloud, promised, issuer, iss=url)
    # Without them a name out of the sandbox's reach is asked nothing.
    oidc = {"oidc": {"issuerUri": url}}
    Operator(cloud.env).call("PATCH", f"/v1/{PROVIDER}?updateMask=oidc", oidc)
    assert "credential's issuer" in refusal(cloud, promised, issuer, iss=url)


def test_a_condition_keeps_out_whom_it_does_not_name(cloud, issuer):
    condition = f'assertion.sub == "{SUBJECT}" && google.subject == "{SUBJECT}"'
    federated(cloud, oidc={"issuerUri": issuer.url}, attributeCondition=condition)
    promised = provisioned(cloud)
    grant(cloud, promised, MEMBER)
    assert token_of(cloud, promised, issuer)
    assert "attribute condition" in refusal(cloud, promised, issuer, "somebody")


@pytest.mark.parametrize(
    "settings",
    [
        {"oidc": {"issuerUri": "http://issuer.example.com"}},
        {"attributeMapping": {"attribute.name": "assertion.name"}},
        {"attributeMapping": {"google.subject": "assertion.sub.extract('{x}')"}},
        {"attributeCondition": "assertion.sub.startsWith('a')"},
    ],
    ids=["no https", "no subject", "mapping not evaluated", "condition not evaluated"],
)
def test_a_provider_that_cannot_be_obeyed_is_refused(cloud, settings):
    with pytest.raises(refused.BadRequest):
        federated(cloud, **{"oidc": {"issuerUri": "https://issuer.example.com"}, **settings})


def test_a_member_of_a_pool_that_is_not_there_is_refused(cloud):
    promised = provisioned(cloud)
    with pytest.raises(refused.BadRequest, match="Identity Pool does not exist"):
        grant(cloud, promised, MEMBER)


def test_a_federated_caller_is_not_everybody_that_google_knows(cloud, promised, issuer):
    signed = issuer.token(SUBJECT, audience_of(PROVIDER))
    asked = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
        "audience": f"//iam.googleapis.com/{PROVIDER}",
        "subject_token": signed,
    }
    caller = Caller(cloud, "")
    status, told = caller.call("POST", "/v1/token", data=asked)
    assert status == 200
    caller.session.headers["Authorization"] = f"Bearer {told['access_token']}"
    path = f"/v1/projects/{PROJECT}:testIamPermissions"
    permissions = {"permissions": ["resourcemanager.projects.get"]}

    def give(member):
        binding = {"role": "roles/viewer", "members": [member]}
        Operator(cloud.env).change_policy(
            f"projects/{PROJECT}", lambda policy: policy["bindings"].append(binding)
        )
        return caller.call("POST", path, json=permissions)[1]

    assert give("allAuthenticatedUsers") == {}
    assert give(MEMBER) == permissions
    for wrong in ({"grant_type": "x"}, {"subject_token_type": "x"}, {"audience": "x"}):
        status, told = caller.call("POST", "/v1/token", data=asked | wrong)
        assert (status, set(told)) == (400, {"error", "error_description"})


def test_the_issuer_says_where_its_keys_are(issuer, cloud):
    told = Caller(cloud, "").session.get(f"{issuer.url}/.well-known/openid-configuration").json()
    assert told["issuer"] == issuer.url
    keys = Caller(cloud, "").session.get(told["jwks_uri"]).json()["keys"]
    private = {"d", "p", "q", "dp", "dq", "qi"}
    assert not private & set(keys[0])
