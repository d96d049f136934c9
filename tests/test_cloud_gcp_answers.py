"""What Google's client reads out of Google's answers."""

from datetime import date

import pytest
from google_double import (
    ACCOUNT,
    GATEWAY,
    KEY,
    LOOKS,
    POOL,
    PROVIDER,
    TOKEN,
    look,
    refusal,
)

from preflight.cloud.gcp_forms import expiry
from preflight.seams import (
    Access,
    Binding,
    GcpKey,
    GcsBucket,
    IdentityProvider,
    LifecycleRule,
    Refused,
    ServiceAccount,
)

pytest_plugins = ["google_fixtures"]


def test_a_bucket_is_read_whole(google):
    google.answers["/storage/v1/b/b"] = {
        "name": "b",
        "location": "EUROPE-WEST4",
        "locationType": "region",
        "projectNumber": "42",
        "iamConfiguration": {
            "uniformBucketLevelAccess": {"enabled": True},
            "publicAccessPrevention": "enforced",
        },
        "encryption": {"defaultKmsKeyName": "projects/p/key"},
        "logging": {"logBucket": "logs", "logObjectPrefix": "b"},
        "lifecycle": {"rule": [{"action": {"type": "Delete"}, "condition": {"age": 14}}]},
    }
    assert look("bucket") == GcsBucket(
        name="b",
        region="europe-west4",
        location_type="region",
        project_number="42",
        uniform_access=True,
        public_access_prevention="enforced",
        kms_key="projects/p/key",
        expiry=(LifecycleRule(14),),
        log_bucket="logs",
    )


POLICY = {
    "version": 3,
    "bindings": [
        {"role": "roles/a", "members": ["user:z@x", "serviceAccount:y"]},
        {
            "role": "roles/b",
            "members": ["serviceAccount:y"],
            "condition": {"title": "t", "expression": "request.time < timestamp('2030')"},
        },
    ],
}


@pytest.mark.parametrize("method", [name for name in LOOKS if name.endswith("_bindings")])
def test_a_policy_is_read_with_its_conditions(google, method):
    google.answers[LOOKS[method][1]] = POLICY
    assert look(method) == (
        Binding("roles/a", "serviceAccount:y"),
        Binding("roles/a", "user:z@x"),
        Binding("roles/b", "serviceAccount:y", "request.time < timestamp('2030')"),
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("bucket_grants", "/storage/v1/b/b/iam/testPermissions"),
        ("project_grants", "/v1/projects/p:testIamPermissions"),
    ],
)
def test_what_the_gateway_may_do_is_asked_as_the_gateway(google, method, path):
    google.answers[path] = {"permissions": ["x"]}
    assert look(method) == {"x"}
    as_whom = {asked: header for asked, header, _ in google.asked}
    assert as_whom[TOKEN] == "Bearer own"
    assert as_whom[path] == "Bearer gateways"


def test_an_empty_permission_list_is_no_permission_at_all(google):
    google.answers["/v1/projects/p:testIamPermissions"] = {}
    google.answers["/storage/v1/b/b/iam/testPermissions"] = {"kind": "storage#testIamPermissions"}
    assert look("project_grants") == frozenset()
    assert look("bucket_grants") == frozenset()


def test_roles_accounts_services_and_models_are_read(google):
    google.answers |= {
        "/v1/roles/x": {"name": "roles/x", "includedPermissions": ["a", "b"]},
        ACCOUNT: {"email": GATEWAY, "disabled": True},
        "/v1/projects/p/services/aiplatform.googleapis.com": {"state": "ENABLED"},
        LOOKS["locations"][1]: {
            "locations": [{"name": "projects/p/locations/us-east1", "locationId": "us-east1"}]
        },
        LOOKS["publisher_model"][1]: {"name": "publishers/google/models/m"},
        "/v1/projects/p": {"projectNumber": "42", "lifecycleState": "ACTIVE"},
    }
    assert look("role_permissions") == {"a", "b"}
    assert look("service_account") == ServiceAccount(GATEWAY, disabled=True)
    assert look("api_enabled") is True
    assert look("locations") == {"us-east1"}
    assert look("publisher_model") is True
    assert look("project_number") == "42"


def told_of_provider(google, **changes):
    google.answers[f"/v1/{PROVIDER}"] = {
        "name": PROVIDER,
        "state": "ACTIVE",
        "attributeMapping": {"google.subject": "assertion.sub"},
        "attributeCondition": "assertion.sub == 'gateway'",
        "oidc": {"issuerUri": "https://issuer", "allowedAudiences": ["a"]},
        **changes,
    }


def test_an_identity_provider_is_read_whole(google):
    told_of_provider(google)
    assert look("identity_provider") == IdentityProvider(
        name=PROVIDER,
        working=True,
        issuer="https://issuer",
        audiences=("a",),
        subject_from="assertion.sub",
        condition="assertion.sub == 'gateway'",
    )


def test_an_identity_provider_of_another_kind_has_no_issuer(google):
    google.answers[f"/v1/{PROVIDER}"] = {"name": PROVIDER, "state": "ACTIVE", "saml": {}}
    found = look("identity_provider")
    assert (found.issuer, found.audiences, found.subject_from, found.condition) == ("", (), "", "")


@pytest.mark.parametrize("off", [{"disabled": True}, {"state": "DELETED"}])
@pytest.mark.parametrize("which", ["pool", "provider"])
def test_an_identity_provider_works_while_it_and_its_pool_are_on(google, which, off):
    told_of_provider(google, **(off if which == "provider" else {}))
    if which == "pool":
        google.answers[f"/v1/{POOL}"] |= off
    assert look("identity_provider").working is False


def test_without_its_pool_there_is_no_identity_provider_and_the_pools_right_is_named(google):
    told_of_provider(google)
    google.answers.pop(f"/v1/{POOL}")
    assert look("identity_provider") is None
    google.answers[f"/v1/{POOL}"] = refusal(403, "Permission denied")
    with pytest.raises(Refused) as caught:
        look("identity_provider")
    assert caught.value.permission == "iam.googleapis.com/workloadIdentityPools.get"


@pytest.mark.parametrize(
    ("told", "state"),
    [({"primary": {"state": "DISABLED"}}, "DISABLED"), ({}, "")],
)
def test_a_key_has_the_state_of_its_primary_version(google, told, state):
    google.answers[f"/v1/{KEY}"] = {"name": KEY, **told}
    assert look("kms_key") == GcpKey(KEY, state)


def test_a_project_that_is_being_deleted_is_none(google):
    path = "/v1/projects/p"
    google.answers[path] = {"projectNumber": "42", "lifecycleState": "DELETE_REQUESTED"}
    assert look("project_number") is None


TODAY = date(2026, 10, 1)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"age": 14}, [LifecycleRule(14)]),
        ({"age": 0}, [LifecycleRule(0)]),
        (
            {"age": 3, "matchesPrefix": ["a/", "b/"]},
            [LifecycleRule(3, "a/"), LifecycleRule(3, "b/")],
        ),
        ({"age": 3, "isLive": True}, [LifecycleRule(3)]),
        ({"age": 3, "isLive": False}, []),
        ({"numNewerVersions": 1}, []),
        ({"daysSinceNoncurrentTime": 1}, []),
        ({"daysSinceCustomTime": 1}, []),
        ({"createdBefore": "2020-01-01"}, []),
        ({"createdBefore": "2026-10-04"}, [LifecycleRule(3)]),
    ],
)
def test_a_rule_counts_where_it_would_delete_what_is_written_today(condition, found):
    rule = {"action": {"type": "Delete"}, "condition": condition}
    assert list(expiry([rule], TODAY)) == found


def test_a_rule_that_deletes_nothing_does_not_count():
    archive = {"action": {"type": "SetStorageClass"}, "condition": {"age": 1}}
    abort = {"action": {"type": "AbortIncompleteMultipartUpload"}, "condition": {"age": 1}}
    assert list(expiry([archive, abort], TODAY)) == []


@pytest.mark.parametrize(
    ("word", "access"),
    [("CAN_ACCESS", Access.YES), ("SOMETHING_NEW", Access.UNSEEN), (None, Access.UNSEEN)],
)
def test_a_word_of_the_troubleshooter_that_is_not_known_is_no_yes(google, word, access):
    google.answers["/v3/iam:troubleshoot"] = {"overallAccessState": word}
    assert look("troubleshoot") is access
    _, _, body = google.asked[-1]
    assert body["accessTuple"]["principal"] == GATEWAY
