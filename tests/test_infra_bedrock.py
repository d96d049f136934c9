import json

import pytest
from infra_world import ACCOUNT, BEDROCK, GATEWAY_ARN, Recorder, all_four, run

from preflight.contract import Bedrock
from preflight.permissions import Identity, arns, condition, permissions

BUCKET = "batch-bedrock-us-west-2-data-1a2b3c4"
JOB_ROLE = f"arn:aws:iam::{ACCOUNT}:role/batch-bedrock-us-west-2-job-1a2b3c4"
MODEL = "anthropic.claude-3-5-haiku-20241022-v1:0"


def of_bucket(kind):
    return all_four()[0].one(f"aws:s3/{kind[0].lower()}{kind[1:]}:{kind}")


def document(recorder, token, name, key):
    (found,) = [it for it in recorder.of(token) if it.name == f"batch-bedrock-us-west-2-{name}"]
    return json.loads(found.inputs[key])


def promised(outputs):
    section = outputs["bedrock"][0]
    lists = {key: tuple(value) for key, value in section.items() if isinstance(value, list)}
    return Bedrock(**{**section, **lists})


def test_the_bucket_and_all_its_settings_are_in_the_region_of_the_model():
    recorder, outputs = run(BEDROCK | {"bedrockRegions": ["eu-central-1"]})
    in_s3 = [it for it in recorder.resources if it.token.startswith("aws:s3/")]
    assert len(in_s3) == 6
    assert {it.inputs["region"] for it in in_s3} == {"eu-central-1"}
    assert outputs["bedrock"][0]["region"] == "eu-central-1"
    assert all("eu-central-1" in arn for arn in outputs["bedrock"][0]["model_arns"])


def test_the_public_is_kept_out_four_times():
    assert of_bucket("BucketPublicAccessBlock") == {
        "bucket": BUCKET,
        "region": "us-west-2",
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    }


def test_the_bucket_owner_owns_every_object():
    assert of_bucket("BucketOwnershipControls")["rule"] == {
        "objectOwnership": "BucketOwnerEnforced"
    }


def test_objects_are_encrypted_with_s3s_own_keys():
    rules = of_bucket("BucketServerSideEncryptionConfiguration")["rules"]
    assert rules == [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]


def test_a_request_without_tls_is_denied_on_the_bucket_and_its_objects():
    (statement,) = json.loads(of_bucket("BucketPolicy")["policy"])["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Principal"] == "*"
    assert statement["Action"] == "s3:*"
    assert statement["Resource"] == [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_results_stay_for_the_days_asked_for_and_half_uploads_go():
    recorder, _ = run(BEDROCK | {"resultDays": 45})
    lifecycle = recorder.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
    assert lifecycle["rules"] == [
        {
            "id": "requests-and-results",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "expiration": {"days": 45},
            "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
        }
    ]


def test_only_bedrock_and_only_for_jobs_of_this_account_and_region_may_assume_the_job_role():
    trust = document(all_four()[0], "aws:iam/role:Role", "job", "assumeRolePolicy")
    (statement,) = trust["Statement"]
    source = f"arn:aws:bedrock:us-west-2:{ACCOUNT}:model-invocation-job/*"
    assert statement["Effect"] == "Allow"
    assert statement["Principal"] == {"Service": "bedrock.amazonaws.com"}
    assert statement["Action"] == "sts:AssumeRole"
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnEquals": {"aws:SourceArn": source},
    }


def test_only_the_gateways_principal_may_assume_the_gateway_role():
    trust = document(all_four()[0], "aws:iam/role:Role", "gateway", "assumeRolePolicy")
    (statement,) = trust["Statement"]
    assert statement["Principal"] == {"AWS": GATEWAY_ARN}
    assert statement["Action"] == "sts:AssumeRole"
    assert "Condition" not in statement


def test_the_external_id_is_asked_for_where_there_is_one():
    recorder, outputs = run(BEDROCK | {"gatewayAwsExternalId": "tenant-7"})
    trust = document(recorder, "aws:iam/role:Role", "gateway", "assumeRolePolicy")
    (statement,) = trust["Statement"]
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": "tenant-7"}}
    assert "tenant-7" not in json.dumps(outputs)


PROFILE = {"bedrockModels": [f"us.{MODEL}"]}


@pytest.mark.parametrize("config", [{}, PROFILE], ids=["model", "profile"])
@pytest.mark.parametrize(
    ("role", "identity"), [("job", Identity.JOB_ROLE), ("gateway", Identity.GATEWAY)]
)
def test_a_role_may_do_what_the_table_says_and_nothing_else(role, identity, config):
    recorder, outputs = run(BEDROCK | config)
    policy = document(recorder, "aws:iam/rolePolicy:RolePolicy", role, "policy")
    assert policy["Version"] == "2012-10-17"
    granted = [
        (action, resource, json.dumps(statement.get("Condition", {})))
        for statement in policy["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    ]
    asked = {
        (row.action, arn, json.dumps({"StringEquals": context} if context else {}))
        for row in permissions("bedrock", identity)
        for arn in arns(promised(outputs), row.on)
        for context in [condition(row, promised(outputs))]
    }
    assert set(granted) == asked
    assert len(granted) == len(asked)
    assert {statement["Effect"] for statement in policy["Statement"]} == {"Allow"}
    sids = [statement["Sid"] for statement in policy["Statement"]]
    assert len(set(sids)) == len(sids)
    assert all(sid.isalnum() and sid.isascii() for sid in sids)


def test_the_policies_hang_on_their_own_roles():
    recorder, _ = all_four()
    policies = recorder.of("aws:iam/rolePolicy:RolePolicy")
    assert {(it.name, it.inputs["role"]) for it in policies} == {
        ("batch-bedrock-us-west-2-job", "batch-bedrock-us-west-2-job-1a2b3c4"),
        ("batch-bedrock-us-west-2-gateway", "batch-bedrock-us-west-2-gateway-1a2b3c4"),
    }


def test_the_gateway_may_pass_the_job_role_only_and_only_to_bedrock():
    policy = document(all_four()[0], "aws:iam/rolePolicy:RolePolicy", "gateway", "policy")
    (passing,) = [it for it in policy["Statement"] if "iam:PassRole" in it["Action"]]
    assert passing["Action"] == ["iam:PassRole"]
    assert passing["Resource"] == [JOB_ROLE]
    assert passing["Condition"] == {
        "StringEquals": {"iam:PassedToService": "bedrock.amazonaws.com"}
    }


def test_a_foundation_model_is_one_arn():
    _, outputs = all_four()
    assert outputs["bedrock"][0]["model_arns"] == [
        f"arn:aws:bedrock:us-west-2::foundation-model/{MODEL}"
    ]


def test_a_profile_is_its_own_arn_and_its_model_in_every_region_it_routes_to():
    _, outputs = run(BEDROCK | PROFILE)
    assert outputs["bedrock"][0]["model"] == f"us.{MODEL}"
    assert outputs["bedrock"][0]["model_arns"] == [
        f"arn:aws:bedrock:us-west-2:{ACCOUNT}:inference-profile/us.{MODEL}",
        *(f"arn:aws:bedrock:{region}::foundation-model/{MODEL}" for region in Recorder.routed),
    ]


def test_a_global_profile_also_needs_the_model_without_a_region():
    _, outputs = run(BEDROCK | {"bedrockModels": [f"global.{MODEL}"]})
    assert outputs["bedrock"][0]["model_arns"] == [
        f"arn:aws:bedrock:us-west-2:{ACCOUNT}:inference-profile/global.{MODEL}",
        f"arn:aws:bedrock:::foundation-model/{MODEL}",
        *(f"arn:aws:bedrock:{region}::foundation-model/{MODEL}" for region in Recorder.routed),
    ]


def test_every_arn_is_of_the_accounts_partition():
    recorder, outputs = run(
        BEDROCK | {"bedrockRegions": ["us-gov-west-1"]}, Recorder(partition="aws-us-gov")
    )
    assert outputs["bedrock"][0]["partition"] == "aws-us-gov"
    documents = [
        text
        for it in recorder.resources
        for key, text in it.inputs.items()
        if key in {"policy", "assumeRolePolicy"} and GATEWAY_ARN not in text
    ]
    assert len(documents) == 4
    assert "arn:aws:" not in "".join(documents) + json.dumps(outputs)
