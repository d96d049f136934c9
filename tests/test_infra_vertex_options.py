"""What each setting of Vertex AI asks of Google Cloud, and what it promises."""

import pulumi
import pytest
from infra_google import (
    AGENT,
    ISSUER,
    NUMBER,
    POOL,
    STORAGE_AGENT,
    SUBJECT,
    THEIR_ACCOUNT,
    THEIR_KEY,
    account,
    bucket,
)
from infra_world import AUDITORS, VERTEX, Recorder, run

from preflight.contract import VertexAI
from preflight.permissions import Identity, permissions

BUCKET, MEMBER = "gcp:storage/bucket:Bucket", "gcp:storage/bucketIAMMember:BucketIAMMember"
KEY_GRANT = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
ACCOUNT_GRANT = "gcp:serviceaccount/iAMMember:IAMMember"
SERVICE = "gcp:projects/service:Service"
MADE_KEY = (
    "projects/sandbox-project/locations/europe-west4/keyRings/"
    "batch-vertex-europe-west4-data-1a2b3c4/cryptoKeys/batch-vertex-europe-west4-data-1a2b3c4"
)


def made(**settings):
    """(recorder, the one promise)"""
    recorder, outputs = run(VERTEX | settings)
    (promise,) = outputs["vertex"]
    return recorder, VertexAI(**promise | {"guards": tuple(promise.get("guards", ()))})


def existing(answers, **settings):
    recorder = Recorder()
    recorder.google |= {
        f"gcp:{'storage' if name == 'getBucket' else 'serviceaccount'}/{name}:{name}": answer
        for name, answer in answers.items()
    }
    return run(VERTEX | settings, recorder)


def apis(recorder):
    return {it.inputs["service"].partition(".")[0] for it in recorder.of(SERVICE)}


def roles_of(recorder, token, **where):
    return {
        (it.inputs["role"], it.inputs["member"])
        for it in recorder.of(token)
        if where.items() <= it.inputs.items()
    }


def of_table(identity, member):
    return {(row.granted_by, member) for row in permissions("vertex", identity)}


# --- the gateway's service account ---------------------------------------------------------------


def test_an_existing_service_account_is_used_and_gets_the_grants():
    recorder, promise = made(gatewayGcpServiceAccount=THEIR_ACCOUNT)
    assert promise.gateway_service_account == THEIR_ACCOUNT
    assert not recorder.of("gcp:serviceaccount/account:Account")
    member = f"serviceAccount:{THEIR_ACCOUNT}"
    granted = {
        given
        for token in (MEMBER, "gcp:projects/iAMMember:IAMMember")
        for given in roles_of(recorder, token, member=member)
    }
    assert granted == of_table(Identity.GATEWAY, member)
    asked = ("gcp:serviceaccount/getAccount:getAccount", {"accountId": THEIR_ACCOUNT})
    assert asked in recorder.calls


def test_a_disabled_service_account_is_refused_with_the_command_that_enables_it():
    answers = {"getAccount": account(disabled=True)}
    with pytest.raises(pulumi.RunError, match="is disabled: gcloud iam service-accounts enable"):
        existing(answers, gatewayGcpServiceAccount=THEIR_ACCOUNT)


# --- workload identity ---------------------------------------------------------------------------


def test_without_an_issuer_there_is_no_pool_and_never_a_key():
    recorder, promise = made()
    assert promise.federation is None
    tokens = {it.token for it in recorder.resources}
    assert not [
        token for token in tokens if "iam/workload" in token or "serviceaccount/key" in token
    ]
    assert "sts" not in apis(recorder)


def test_a_pool_takes_the_issuers_tokens_of_that_subject_alone():
    recorder, promise = made(**POOL)
    provider = recorder.one("gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider")
    assert provider["attributeMapping"] == {"google.subject": "assertion.sub"}
    assert provider["attributeCondition"] == f'assertion.sub == "{SUBJECT}"'
    assert provider["oidc"] == {"issuerUri": ISSUER}
    assert "sts" in apis(recorder)
    pool = provider["workloadIdentityPoolId"]
    assert 4 <= len(pool) <= 32
    name = f"projects/{NUMBER}/locations/global/workloadIdentityPools/{pool}"
    assert promise.federation == f"principal://iam.googleapis.com/{name}/subject/{SUBJECT}"
    assert promise.federation_provider == f"{name}/providers/gateway"
    assert (promise.federation_issuer, promise.federation_audience) == (ISSUER, None)


def test_the_pools_member_may_act_as_the_service_account():
    recorder, promise = made(**POOL)
    grant = recorder.one(ACCOUNT_GRANT)
    account_name = f"projects/sandbox-project/serviceAccounts/{promise.gateway_service_account}"
    assert grant["serviceAccountId"] == account_name
    assert roles_of(recorder, ACCOUNT_GRANT) == of_table(Identity.WORKLOAD, promise.federation)


def test_an_audience_is_asked_for_and_promised():
    recorder, promise = made(**POOL, gatewayGcpAudience="gateway")
    provider = recorder.one("gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider")
    assert provider["oidc"]["allowedAudiences"] == ["gateway"]
    assert promise.federation_audience == "gateway"


# --- customer keys -------------------------------------------------------------------------------


def test_a_customer_key_of_the_region_encrypts_the_bucket_and_rotates():
    recorder, promise = made(vertexCustomerKey=True)
    ring, key = (
        recorder.one(f"gcp:kms/{one}") for one in ("keyRing:KeyRing", "cryptoKey:CryptoKey")
    )
    assert ring["location"] == "europe-west4"
    assert key["rotationPeriod"] == "7776000s"
    assert recorder.one(BUCKET)["encryption"] == {"defaultKmsKeyName": MADE_KEY}
    assert (promise.kms_key, promise.storage_agent) == (MADE_KEY, STORAGE_AGENT)
    assert "cloudkms" in apis(recorder)


@pytest.mark.parametrize(
    ("settings", "key"),
    [({"vertexCustomerKey": True}, MADE_KEY), ({"vertexKeyNames": [THEIR_KEY]}, THEIR_KEY)],
)
def test_cloud_storage_may_use_the_key_before_the_bucket_names_it(settings, key):
    recorder, _ = made(**settings)
    member = f"serviceAccount:{STORAGE_AGENT}"
    granted = roles_of(recorder, KEY_GRANT, cryptoKeyId=key)
    assert granted == of_table(Identity.STORAGE_AGENT, member)
    order = [it.token for it in recorder.resources]
    assert order.index(KEY_GRANT) < order.index(BUCKET)


def test_an_existing_key_is_used_and_none_is_made():
    recorder, promise = made(vertexKeyNames=[THEIR_KEY])
    assert promise.kms_key == THEIR_KEY
    assert recorder.one(BUCKET)["encryption"] == {"defaultKmsKeyName": THEIR_KEY}
    assert not recorder.of("gcp:kms/cryptoKey:CryptoKey")
    assert "cloudkms" not in apis(recorder)


# --- existing buckets ----------------------------------------------------------------------------


def test_an_existing_bucket_gets_the_grants_and_nothing_else():
    recorder, promise = made(vertexBuckets=["theirs"])
    assert promise.bucket == "theirs"
    assert (promise.guards, promise.kms_key, promise.storage_agent) == ((), None, None)
    assert not recorder.of(BUCKET)
    gateway = f"serviceAccount:{promise.gateway_service_account}"
    on_bucket = {
        (row.granted_by, {Identity.GATEWAY: gateway}.get(row.identity, f"serviceAccount:{AGENT}"))
        for identity in (Identity.GATEWAY, Identity.SERVICE_AGENT)
        for row in permissions("vertex", identity)
        if row.granted_by.startswith("roles/storage.")
    }
    assert roles_of(recorder, MEMBER, bucket="theirs") == on_bucket


def test_the_key_of_an_existing_bucket_is_promised_and_its_grants_are_left():
    answers = {"getBucket": bucket(key=THEIR_KEY)}
    recorder, outputs = existing(answers, vertexBuckets=["theirs"])
    (promise,) = outputs["vertex"]
    agent = "service-42@gs-project-accounts.iam.gserviceaccount.com"
    assert (promise["kms_key"], promise["storage_agent"]) == (THEIR_KEY, agent)
    assert not recorder.of(KEY_GRANT)


def test_an_existing_bucket_of_another_region_is_refused():
    answers = {"getBucket": bucket(location="US")}
    with pytest.raises(pulumi.RunError, match="theirs for europe-west4, but that bucket is in us"):
        existing(answers, vertexBuckets=["theirs"])


@pytest.mark.parametrize(
    ("setting", "function"),
    [
        ({"vertexBuckets": ["theirs"]}, "gcp:storage/getBucket:getBucket"),
        (
            {"gatewayGcpServiceAccount": THEIR_ACCOUNT},
            "gcp:serviceaccount/getAccount:getAccount",
        ),
    ],
)
def test_what_is_not_there_is_refused_in_one_sentence(setting, function):
    recorder = Recorder()
    del recorder.google[function]
    (key,) = setting
    with pytest.raises(pulumi.RunError, match=f"^{key} names .*, but no such .* can be seen: "):
        run(VERTEX | setting, recorder)


def test_an_auditor_gets_no_role_on_what_another_project_has():
    recorder, _ = made(vertexBuckets=["theirs"], gatewayGcpServiceAccount=THEIR_ACCOUNT, **AUDITORS)
    audits = [it for it in recorder.resources if "-auditor" in it.name and "Member" in it.token]
    assert {it.token for it in audits} == {"gcp:projects/iAMMember:IAMMember"}


# --- labels and logs -----------------------------------------------------------------------------


def test_tags_become_labels_of_all_that_takes_them():
    recorder, _ = made(
        tags=["team=platform", "cost-center=42"], vertexCustomerKey=True, accessLogs=True
    )
    labelled = [
        it for it in recorder.resources if it.token in {BUCKET, "gcp:kms/cryptoKey:CryptoKey"}
    ]
    assert len(labelled) == 3
    for it in labelled:
        assert it.inputs["labels"] == {"team": "platform", "cost-center": "42"}, it.name


def test_accesses_are_logged_into_a_bucket_beside_that_cloud_storage_may_write():
    recorder, promise = made(accessLogs=True)
    logs, data = (it.inputs for it in recorder.of(BUCKET))
    name = "batch-vertex-europe-west4-logs-1a2b3c4"
    assert data["logging"] == {"logBucket": name}
    assert "logging" not in logs
    assert logs["publicAccessPrevention"] == "enforced"
    assert logs["lifecycleRules"][0]["condition"] == {"age": 90}
    assert roles_of(recorder, MEMBER, bucket=name) == {
        ("roles/storage.objectCreator", "group:cloud-storage-analytics@google.com")
    }
    assert promise.guards == ("no-public-access", "access-logs")
