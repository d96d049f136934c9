"""What may be asked for at AWS beyond the plain stack: what the program makes then, and refuses."""

import json

import pulumi
import pytest
from infra_amazon import OPTIONS
from infra_world import ACCOUNT, BEDROCK, Recorder, run

STATED = "aws:iam/rolePolicy:RolePolicy"
ROLE = "aws:iam/role:Role"
USER = f"arn:aws:iam::{ACCOUNT}:user/tfy/gateway"
GATEWAY = f"arn:aws:iam::{ACCOUNT}:role/tfy/gateway"
JOB = f"arn:aws:iam::{ACCOUNT}:role/service/jobs"
KEY = "arn:aws:kms:us-west-2:210987654321:key/11111111-2222-3333-4444-555555555555"
NAME = "batch-bedrock-us-west-2"
TWO = {"bedrockRegions": ["us-west-2", "us-east-1"]}


def acting_as(arn):
    return BEDROCK | {"gatewayAwsPrincipalArn": "", "gatewayAwsIdentityArn": arn}


def of_name(recorder, token):
    return {it.name.removeprefix(f"{NAME}-"): it.inputs for it in recorder.of(token)}


# --- identities


def test_the_policy_is_put_on_the_user_that_the_gateway_is():
    recorder, outputs = run(acting_as(USER))
    (policy,) = recorder.of("aws:iam/userPolicy:UserPolicy")
    assert policy.inputs["user"] == "gateway"
    assert set(of_name(recorder, ROLE)) == set(of_name(recorder, STATED)) == {"job"}
    assert outputs["bedrock"][0]["gateway_principal_arn"] == USER


def test_the_policy_is_put_on_the_role_that_the_gateway_is_once_for_each_region():
    recorder, _ = run(acting_as(GATEWAY) | TWO)
    policies = [it for it in recorder.of(STATED) if it.name.endswith("-gateway")]
    assert [it.inputs["role"] for it in policies] == ["gateway"] * 2
    assert len({it.name for it in policies}) == 2


def test_an_existing_job_role_keeps_its_trust_and_gets_the_policy():
    recorder, outputs = run(BEDROCK | {"bedrockJobRoleArn": JOB})
    assert set(of_name(recorder, ROLE)) == {"gateway"}
    assert of_name(recorder, STATED)["job"]["role"] == "jobs"
    assert outputs["bedrock"][0]["job_role_arn"] == JOB
    passing = json.loads(of_name(recorder, STATED)["gateway"]["policy"])["Statement"][-1]
    assert passing["Resource"] == [JOB]


@pytest.mark.parametrize(
    ("config", "key"),
    [
        (acting_as(GATEWAY.replace(ACCOUNT, "999999999999")), "gatewayAwsIdentityArn"),
        (
            BEDROCK | {"bedrockJobRoleArn": JOB.replace(ACCOUNT, "999999999999")},
            "bedrockJobRoleArn",
        ),
        (
            BEDROCK | {"awsPermissionsBoundaryArn": "arn:aws:iam::999999999999:policy/b"},
            "awsPermissionsBoundaryArn",
        ),
    ],
)
def test_what_is_another_accounts_is_refused_before_anything_is_made(config, key):
    recorder = Recorder()
    with pytest.raises(pulumi.RunError, match=f"^{key} is .* the stack's account is {ACCOUNT}"):
        run(config, recorder)
    assert not [it for it in recorder.resources if it.token.startswith("aws:")]


def test_aws_own_policies_are_for_every_account():
    arn = "arn:aws:iam::aws:policy/PowerUserAccess"
    recorder, _ = run(BEDROCK | {"awsPermissionsBoundaryArn": arn})
    assert {it.inputs["permissionsBoundary"] for it in recorder.of(ROLE)} == {arn}


def test_paths_boundaries_and_tags_are_on_every_role_the_auditors_too():
    auditor = {"auditorAwsPrincipalArn": "arn:aws:iam::999999999999:role/ci"}
    recorder, _ = run(BEDROCK | OPTIONS | auditor)
    roles = recorder.of(ROLE)
    assert len(roles) == 3
    for role in roles:
        assert role.inputs["path"] == "/batch/"
        assert role.inputs["permissionsBoundary"] == OPTIONS["awsPermissionsBoundaryArn"]
    for token in (ROLE, "aws:s3/bucket:Bucket", "aws:kms/key:Key"):
        assert {json.dumps(it.inputs["tags"]) for it in recorder.of(token)} == {
            '{"team": "platform"}'
        }


# --- keys


def test_the_key_rotates_and_leaves_it_to_the_accounts_policies_who_may_use_it():
    recorder, outputs = run(BEDROCK | {"bedrockCustomerKey": True})
    key = recorder.one("aws:kms/key:Key")
    assert key["enableKeyRotation"] is True
    (statement,) = json.loads(key["policy"])["Statement"]
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    encryption = recorder.one(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    )
    (rule,) = encryption["rules"]
    arn = outputs["bedrock"][0]["kms_key_arn"]
    default = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": arn}
    assert rule == {"applyServerSideEncryptionByDefault": default, "bucketKeyEnabled": True}
    for label in ("job", "gateway"):
        assert arn in of_name(recorder, STATED)[label]["policy"]


def test_an_existing_key_is_used_and_none_is_made():
    recorder, outputs = run(BEDROCK | {"bedrockKeyArns": [KEY]})
    assert not recorder.of("aws:kms/key:Key")
    assert outputs["bedrock"][0]["kms_key_arn"] == KEY


def test_every_region_has_a_key_of_its_own():
    recorder, outputs = run(BEDROCK | TWO | {"bedrockCustomerKey": True})
    made = {it.inputs["region"] for it in recorder.of("aws:kms/key:Key")}
    assert made == set(TWO["bedrockRegions"])
    arns = [target["kms_key_arn"] for target in outputs["bedrock"]]
    assert [arn.split(":")[3] for arn in arns] == TWO["bedrockRegions"]


# --- buckets


def test_the_bucket_of_the_results_is_guarded_like_the_first():
    recorder, outputs = run(BEDROCK | {"bedrockSeparateOutput": True})
    for kind in (
        "bucketPublicAccessBlock:BucketPublicAccessBlock",
        "bucketPolicy:BucketPolicy",
        "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "bucketOwnershipControls:BucketOwnershipControls",
    ):
        data, results = (of_name(recorder, f"aws:s3/{kind}")[it] for it in ("data", "results"))
        assert json.dumps(data).replace("-data-", "-results-") == json.dumps(results)
    assert outputs["bedrock"][0]["output_uri"] == f"s3://{NAME}-results-1a2b3c4/"


def test_a_prefix_alone_is_in_the_bucket_of_the_requests():
    recorder, outputs = run(BEDROCK | {"bedrockOutputPrefix": "a/b"})
    assert len(recorder.of("aws:s3/bucket:Bucket")) == 1
    assert outputs["bedrock"][0]["output_uri"] == f"s3://{NAME}-data-1a2b3c4/a/b/"


def test_an_existing_bucket_is_used_as_it_is_and_nothing_is_promised_of_it():
    recorder, outputs = run(BEDROCK | {"bedrockBuckets": ["ours"], "accessLogs": True})
    assert not [it for it in recorder.resources if it.token.startswith("aws:s3/")]
    (target,) = outputs["bedrock"]
    assert (target["bucket"], target["guards"]) == ("ours", [])
    assert "bucket_account" not in target


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gone", "bedrockBuckets names gone, but there is no such bucket"),
        ("theirs", "bedrockBuckets names theirs, but this login may not look at it: .* Forbidden"),
        ("unknown", "unknown, but it could not be looked at: .* STS: [^\n]*api error ExpiredToken"),
        ("elsewhere", "bedrockBuckets names elsewhere for us-west-2, but it is in eu-west-1"),
    ],
)
def test_a_bucket_that_cannot_be_used_is_refused_before_anything_is_made(name, said):
    recorder = Recorder()
    with pytest.raises(pulumi.RunError, match=said):
        run(BEDROCK | {"bedrockBuckets": [name]}, recorder)
    assert not recorder.resources


def test_another_accounts_bucket_may_refuse_to_be_looked_at_until_its_policy_is_there():
    account = {"bedrockBucketAccount": "210987654321"}
    recorder, outputs = run(BEDROCK | account | {"bedrockBuckets": ["theirs"]})
    assert outputs["bedrock"][0]["bucket_account"] == "210987654321"
    job = of_name(recorder, STATED)["job"]["policy"]
    assert '"aws:ResourceAccount": "210987654321"' in job
    for name, said in (("gone", "no such bucket"), ("unknown", "ExpiredToken")):
        with pytest.raises(pulumi.RunError, match=said):
            run(BEDROCK | account | {"bedrockBuckets": [name]})


def test_the_stacks_own_account_is_no_other():
    config = BEDROCK | {"bedrockBuckets": ["ours"], "bedrockBucketAccount": ACCOUNT}
    assert "bucket_account" not in run(config)[1]["bedrock"][0]


# --- access logs


def test_s3_alone_may_write_the_logs_and_only_of_these_buckets():
    recorder, outputs = run(BEDROCK | {"accessLogs": True, "bedrockSeparateOutput": True})
    (target,) = outputs["bedrock"]
    assert "access-logs" in target["guards"]
    logging = of_name(recorder, "aws:s3/bucketLogging:BucketLogging")
    assert {label: it["targetPrefix"] for label, it in logging.items()} == {
        "data": "data/",
        "results": "results/",
    }
    assert {it["targetBucket"] for it in logging.values()} == {f"{NAME}-logs-1a2b3c4"}
    policy = json.loads(of_name(recorder, "aws:s3/bucketPolicy:BucketPolicy")["logs"]["policy"])
    delivery, tls = policy["Statement"]
    assert delivery["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert delivery["Action"] == "s3:PutObject"
    assert delivery["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnEquals": {
            "aws:SourceArn": [
                f"arn:aws:s3:::{NAME}-{label}-1a2b3c4" for label in ("data", "results")
            ]
        },
    }
    assert tls["Effect"] == "Deny"
    (rule,) = of_name(recorder, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")[
        "logs"
    ]["rules"]
    assert rule["expiration"] == {"days": 90}


def test_without_being_asked_for_nothing_of_it_is_there():
    recorder, outputs = run(BEDROCK)
    kinds = {it.token.rpartition(":")[2] for it in recorder.resources}
    assert not kinds & {"Key", "BucketLogging", "UserPolicy"}
    (target,) = outputs["bedrock"]
    assert not set(target) & {"output_uri", "kms_key_arn", "bucket_account"}
    for role in recorder.of(ROLE):
        assert not set(role.inputs) & {"path", "permissionsBoundary", "tags"}


# --- several regions


def test_the_auditors_policies_are_on_what_each_region_has():
    config = {
        "auditorAwsPrincipalArn": "arn:aws:iam::999999999999:role/ci",
        "bedrockModels": ["anthropic.claude-3-haiku-20240307-v1:0", "us.amazon.nova-lite-v1:0"],
        "bedrockSeparateOutput": True,
    }
    recorder, outputs = run(BEDROCK | TWO | config)
    policies = {
        it.name.removeprefix("batch-bedrock-auditor-"): it.inputs["policy"]
        for it in recorder.of(STATED)
        if "-auditor-" in it.name
    }
    assert set(policies) == set(TWO["bedrockRegions"])
    assert len([it for it in recorder.of(ROLE) if it.name.endswith("-auditor")]) == 1
    for target in outputs["bedrock"]:
        policy, region = policies[target["region"]], target["region"]
        results = target["output_uri"].split("/")[2]
        for named in (target["bucket"], results, target["job_role_arn"]):
            assert named in policy
        for model in ("anthropic.claude-3-haiku-20240307-v1:0", "amazon.nova-lite-v1:0"):
            assert f"arn:aws:bedrock:{region}::foundation-model/{model}" in policy
