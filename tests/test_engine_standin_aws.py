"""The stand-in for the AWS plugin: keys, users, logs and lookups, asked as the engine asks."""

import json
from datetime import UTC, datetime

import grpc
import pytest
from engine.aws_shapes import KEY, TRUST, asked, document, refusal
from engine.playing import Resource, provider

from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.aws.cloud import ACCOUNT, REGION, AwsCloud
from preflight.sandbox.aws.models import MODELS, PROFILE_REGIONS

HAIKU = "anthropic.claude-3-5-haiku-20241022-v1:0"
SONNET = "anthropic.claude-sonnet-4-20250514-v1:0"


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    with AwsCloud(tmp_path_factory.mktemp("aws")) as cloud, provider("aws", cloud.env) as stub:
        yield Clients(cloud.env), stub


def test_a_key_lives_until_its_deletion_is_scheduled(aws):
    clients, stub = aws
    kms = clients.get("kms", "eu-west-1")
    made = Resource(stub, "aws:kms/key:Key").created(**KEY)
    assert made.outputs["arn"] == f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/{made.id}"
    assert made.outputs["keyId"] == made.id
    assert made.looked().asked == made.asked
    assert not made.looked().diff(**KEY).differs
    assert kms.get_key_rotation_status(KeyId=made.id)["KeyRotationEnabled"]

    wanted = KEY | {"description": "other", "enableKeyRotation": False, "tags": {"team": "b"}}
    changed = made.diff(**wanted)
    assert changed.replaces == []
    assert changed.paths == {"description", "enableKeyRotation", "tags.team", "tags.stack"}
    after = made.updated(**wanted)
    assert after.looked().asked == after.asked
    assert after.outputs["arn"] == made.outputs["arn"]

    after.deleted()
    assert after.looked() is None
    told = kms.describe_key(KeyId=made.id)["KeyMetadata"]
    assert told["KeyState"] == "PendingDeletion"
    assert (told["DeletionDate"] - datetime.now(UTC)).days in {6, 7}
    after.deleted()


def test_a_key_cannot_move_nor_serve_another_purpose(aws):
    _, stub = aws
    made = Resource(stub, "aws:kms/key:Key").created(**KEY)
    assert made.diff(**KEY | {"region": "us-west-2"}).replaces == ["region"]
    assert made.diff(**KEY, keyUsage="SIGN_VERIFY").replaces == ["keyUsage"]
    assert made.diff(**KEY, multiRegion=True).replaces == ["multiRegion"]


def test_what_somebody_did_to_a_key_is_found_and_undone(aws):
    clients, stub = aws
    kms = clients.get("kms", "eu-west-1")
    made = Resource(stub, "aws:kms/key:Key").created(**KEY)
    kms.disable_key(KeyId=made.id)
    theirs = document("kms:PutKeyPolicy", Principal="*")
    kms.put_key_policy(KeyId=made.id, PolicyName="default", Policy=theirs)
    found = made.looked()
    assert found.diff(**KEY).paths == {"isEnabled", "policy"}
    after = found.updated(**KEY)
    assert after.looked().asked == made.asked
    assert kms.describe_key(KeyId=made.id)["KeyMetadata"]["Enabled"]


def test_a_key_without_a_policy_gets_the_one_of_kms(aws):
    _, stub = aws
    made = Resource(stub, "aws:kms/key:Key").created(region=REGION)
    assert f"arn:aws:iam::{ACCOUNT}:root" in made.outputs["policy"]
    assert not made.looked().diff(region=REGION).differs


def test_an_alias_is_aimed_at_another_key_in_place_and_renamed_by_another(aws):
    _, stub = aws
    one, two = (Resource(stub, "aws:kms/key:Key").created(**KEY) for _ in range(2))
    place = {"name": "alias/batches", "region": "eu-west-1"}
    made = Resource(stub, "aws:kms/alias:Alias").created(**place, targetKeyId=one.id)
    assert made.id == "alias/batches"
    assert made.outputs["arn"] == f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/batches"
    assert made.outputs["targetKeyArn"] == one.outputs["arn"]
    assert made.looked() == made
    assert made.diff(**place, targetKeyId=two.id).replaces == []
    after = made.updated(**place, targetKeyId=two.outputs["arn"])
    assert after.looked().outputs["targetKeyArn"] == two.outputs["arn"]
    assert not after.looked().diff(**place, targetKeyId=two.outputs["arn"]).differs
    assert made.diff(**place | {"name": "alias/x"}, targetKeyId=one.id).replaces == ["name"]
    after.deleted()
    assert after.looked() is None
    after.deleted()


def test_a_users_policy_lives_from_create_to_delete(aws):
    clients, stub = aws
    iam = clients.get("iam")
    iam.create_user(UserName="gateway-user")
    place = {"user": "gateway-user"}
    made = Resource(stub, "aws:iam/userPolicy:UserPolicy", "batch").created(
        **place, policy=document("s3:GetObject")
    )
    assert made.id == f"gateway-user:{made.outputs['name']}"
    assert made.outputs["name"].startswith("batch-")
    assert made.looked().asked == made.asked
    other = document("s3:PutObject")
    assert made.diff(**place, policy=other).replaces == []
    assert made.diff(user="somebody", policy=other).replaces == ["user"]
    after = made.updated(**place, policy=other)
    kept = iam.get_user_policy(UserName="gateway-user", PolicyName=made.outputs["name"])
    assert kept["PolicyDocument"] == json.loads(other)
    iam.delete_user_policy(UserName="gateway-user", PolicyName=made.outputs["name"])
    assert after.looked() is None
    after.deleted()


def test_a_roles_path_boundary_and_tags_are_read_and_changed(aws):
    clients, stub = aws
    iam = clients.get("iam")
    bounds = [
        iam.create_policy(PolicyName=f"bound-{n}", PolicyDocument=document("s3:*"))["Policy"]["Arn"]
        for n in range(2)
    ]
    inputs = {"assumeRolePolicy": TRUST, "path": "/batch/", "tags": {"team": "a"}}
    made = Resource(stub, "aws:iam/role:Role").created(**inputs, permissionsBoundary=bounds[0])
    assert made.outputs["arn"] == f"arn:aws:iam::{ACCOUNT}:role/batch/{made.id}"
    assert made.looked() == made
    change = made.diff(**inputs | {"tags": {"team": "b"}}, permissionsBoundary=bounds[1])
    assert (change.paths, change.replaces) == ({"tags.team", "permissionsBoundary"}, [])
    after = made.updated(**inputs | {"tags": {"team": "b"}}, permissionsBoundary=bounds[1])
    assert after.looked().asked == after.asked
    without = after.updated(**inputs)
    assert "PermissionsBoundary" not in iam.get_role(RoleName=made.id)["Role"]
    iam.put_role_permissions_boundary(RoleName=made.id, PermissionsBoundary=bounds[0])
    assert without.looked().outputs["permissionsBoundary"] == bounds[0]
    assert made.diff(**inputs | {"path": "/"}).replaces == ["path"]


def test_a_buckets_tags_change_in_place(aws):
    clients, stub = aws
    made = Resource(stub, "aws:s3/bucket:Bucket").created(tags={"team": "a"})
    assert made.looked() == made
    assert made.diff(tags={"team": "b"}).replaces == []
    after = made.updated(tags={"team": "b"})
    clients.get("s3").delete_bucket_tagging(Bucket=made.id)
    assert after.looked().diff(tags={"team": "b"}).differs


def test_access_logs_are_switched_on_aimed_elsewhere_and_off(aws):
    clients, stub = aws
    data, one, two = (Resource(stub, "aws:s3/bucket:Bucket", n).created() for n in "abc")
    place = {"bucket": data.id, "targetPrefix": "data/"}
    made = Resource(stub, "aws:s3/bucketLogging:BucketLogging").created(
        **place, targetBucket=one.id
    )
    assert made.id == data.id
    assert made.looked().asked == made.asked
    assert made.diff(**place, targetBucket=two.id).replaces == []
    assert made.diff(**place | {"bucket": one.id}, targetBucket=one.id).replaces == ["bucket"]
    after = made.updated(**place, targetBucket=two.id)
    assert after.looked().asked["targetBucket"] == two.id
    after.deleted()
    assert after.looked() is None
    assert "LoggingEnabled" not in clients.get("s3").get_bucket_logging(Bucket=data.id)


def test_logs_go_to_no_other_region_and_to_no_bucket_that_is_not_there(aws):
    _, stub = aws
    data = Resource(stub, "aws:s3/bucket:Bucket").created(region=REGION)
    far = Resource(stub, "aws:s3/bucket:Bucket", "far").created(region="eu-west-1")
    logging = Resource(stub, "aws:s3/bucketLogging:BucketLogging")
    for target, code in (
        (far.id, "CrossLocationLoggingProhibitted"),
        ("not-there", "InvalidTargetBucketForLogging"),
    ):
        with pytest.raises(grpc.RpcError, match=code):
            logging.created(bucket=data.id, targetBucket=target, targetPrefix="")


def test_a_bucket_is_encrypted_with_a_customer_key_and_again_without(aws):
    _, stub = aws
    bucket = Resource(stub, "aws:s3/bucket:Bucket").created(region="eu-west-1")
    key = Resource(stub, "aws:kms/key:Key").created(**KEY).outputs["arn"]
    place = {"bucket": bucket.id, "region": "eu-west-1"}
    default = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key}
    rules = [{"applyServerSideEncryptionByDefault": default, "bucketKeyEnabled": True}]
    kind = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    made = Resource(stub, kind).created(**place, rules=rules)
    assert made.looked().asked == made.asked
    own = [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]
    change = made.diff(**place, rules=own)
    assert "rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId" in change.paths
    assert change.replaces == []
    made.deleted()
    assert made.looked().diff(**place, rules=rules).differs


@pytest.mark.parametrize("prefix", PROFILE_REGIONS)
def test_every_profile_tells_where_it_routes_to(aws, prefix):
    _, stub = aws
    regions = PROFILE_REGIONS[prefix]
    models = [model for model in MODELS if prefix in model.profiles]
    assert models
    for model in models:
        found = asked(
            stub,
            "aws:bedrock/getInferenceProfile:getInferenceProfile",
            inferenceProfileId=f"{prefix}.{model.id}",
            region=regions[0],
        )
        profile = f"arn:aws:bedrock:{regions[0]}:{ACCOUNT}:inference-profile/{prefix}.{model.id}"
        assert found["inferenceProfileArn"] == profile
        assert (found["status"], found["type"]) == ("ACTIVE", "SYSTEM_DEFINED")
        at = [one["modelArn"].split(":")[3] for one in found["models"]]
        assert at == ([regions[0], ""] if prefix == "global" else list(regions))
        assert all(one["modelArn"].endswith(f"/{model.id}") for one in found["models"])


def test_a_profile_that_a_region_lacks_is_refused(aws):
    _, stub = aws
    name = "aws:bedrock/getInferenceProfile:getInferenceProfile"
    for profile, region in ((f"us.{HAIKU}", "eu-west-1"), (f"apac.{SONNET}", REGION)):
        words = refusal(stub, name, inferenceProfileId=profile, region=region)
        assert "ResourceNotFoundException" in words
        assert profile in words


def test_a_bucket_is_found_with_its_region_and_a_missing_one_refused(aws):
    _, stub = aws
    made = Resource(stub, "aws:s3/bucket:Bucket").created(region="eu-west-1")
    found = asked(stub, "aws:s3/getBucket:getBucket", bucket=made.id, region="us-west-2")
    assert (found["id"], found["bucketRegion"], found["region"]) == (
        made.id,
        "eu-west-1",
        "us-west-2",
    )
    assert found["arn"] == f"arn:aws:s3:::{made.id}"
    assert "404" in refusal(stub, "aws:s3/getBucket:getBucket", bucket="not-there", region=REGION)


def test_a_role_is_found_with_its_path_and_a_missing_one_refused(aws):
    _, stub = aws
    made = Resource(stub, "aws:iam/role:Role").created(
        assumeRolePolicy=TRUST, path="/batch/", tags={"team": "a"}
    )
    found = asked(stub, "aws:iam/getRole:getRole", name=made.id, region=REGION)
    assert (found["arn"], found["path"]) == (made.outputs["arn"], "/batch/")
    assert json.loads(found["assumeRolePolicy"]) == json.loads(TRUST)
    assert (found["tags"], found["permissionsBoundary"]) == ({"team": "a"}, "")
    assert "NoSuchEntity" in refusal(stub, "aws:iam/getRole:getRole", name="nobody", region=REGION)


def test_who_is_asking_is_the_same_in_every_region(aws):
    _, stub = aws
    for region in (REGION, "eu-west-1"):
        found = asked(stub, "aws:index/getCallerIdentity:getCallerIdentity", region=region)
        assert found["accountId"] == ACCOUNT
