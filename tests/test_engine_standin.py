"""The stand-in asked by a client that plays the engine: what a role shows, and buckets at AWS."""

import json

import grpc
import pytest
from engine.playing import Resource
from engine.wire import UNKNOWN, read
from standin_fixtures import aws
from standin_shapes import ROLE, TRUST, refusal, role

from preflight.sandbox.aws.clients import Clients

__all__ = ["aws"]


def test_a_role_lives_from_create_to_delete(aws):
    _, stub = aws
    made = role(stub, description="one")
    assert made.id == made.outputs["name"]
    assert made.outputs["arn"].endswith(f":role/{made.id}")
    assert made.looked() == made
    changed = made.updated(assumeRolePolicy=json.dumps(TRUST), description="two")
    assert changed.id == made.id
    assert changed.looked().outputs["description"] == "two"
    changed.deleted()
    assert changed.looked() is None
    changed.deleted()  # what is gone already is no error


def test_a_made_up_name_comes_of_the_seed_and_is_kept(aws):
    _, stub = aws
    fresh = Resource(stub, ROLE, "batch-job")
    names = [
        read(fresh.checked({}, seed)[0]).values["name"] for seed in (b"abcd", b"abcd", b"wxyz")
    ]
    assert names[0] == names[1] != names[2]
    assert all(name.startswith("batch-job-") for name in names)
    made = role(stub)
    assert read(made.checked({}, b"another")[0]).values["name"] == made.id
    assert not made.diff(assumeRolePolicy=json.dumps(TRUST)).differs


def test_a_document_that_means_the_same_is_no_difference(aws):
    _, stub = aws
    made = role(stub)
    assert not made.diff(assumeRolePolicy=json.dumps(TRUST, indent=4)).differs
    other = made.diff(assumeRolePolicy=json.dumps({**TRUST, "Statement": []}))
    assert (other.paths, other.replaces) == ({"assumeRolePolicy"}, [])


def test_a_document_that_is_no_json_is_refused_and_one_not_known_yet_is_not(aws):
    _, stub = aws
    fresh = Resource(stub, ROLE)
    assert fresh.checked({"assumeRolePolicy": "{"})[1] == [("assumeRolePolicy", "is not JSON")]
    assert fresh.checked({"assumeRolePolicy": UNKNOWN})[1] == []


def test_another_path_makes_another_role_and_a_given_name_must_be_free_first(aws):
    _, stub = aws
    trust = {"assumeRolePolicy": json.dumps(TRUST)}
    made_up = role(stub).diff(**trust, path="/batch/")
    assert (made_up.replaces, made_up.deletes_first) == (["path"], False)
    given = role(stub, name="batch-7").diff(**trust, name="batch-7", path="/batch/")
    assert (given.replaces, given.deletes_first) == (["path"], True)
    in_place = role(stub).diff(**trust, description="more")
    assert (in_place.paths, in_place.replaces, in_place.deletes_first) == (
        {"description"},
        [],
        False,
    )


def test_what_is_to_be_ignored_is_no_difference(aws):
    _, stub = aws
    trust = {"assumeRolePolicy": json.dumps(TRUST)}
    assert not role(stub).diff(ignore=["description"], **trust, description="more").differs


def test_a_preview_makes_nothing_and_leaves_unknown_what_is_unknown(aws):
    env, stub = aws
    before = Clients(env).get("iam").list_roles()["Roles"]
    made, outputs = Resource(stub, ROLE).previewed(assumeRolePolicy=UNKNOWN, description="one")
    assert made == ""
    assert (outputs["assumeRolePolicy"], outputs["description"]) == (UNKNOWN, "one")
    assert "arn" not in outputs
    assert Clients(env).get("iam").list_roles()["Roles"] == before


def test_the_preview_of_an_update_keeps_what_will_not_change(aws):
    _, stub = aws
    made = role(stub)
    planned = made.updated(preview=True, assumeRolePolicy=UNKNOWN)
    assert planned.outputs["arn"] == made.outputs["arn"]
    assert planned.outputs["assumeRolePolicy"] == UNKNOWN
    assert made.looked() == made


def test_a_value_that_is_not_known_yet_replaces_where_a_change_would(aws):
    _, stub = aws
    allowed = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    made = Resource(stub, "aws:iam/rolePolicy:RolePolicy").created(
        role=role(stub).id, policy=policy
    )
    assert made.diff(role=UNKNOWN, policy=policy).replaces == ["role"]
    assert made.diff(role=made.asked["role"], policy=UNKNOWN).replaces == []


def test_a_trust_policy_edited_by_somebody_is_found_by_a_look(aws):
    env, stub = aws
    made = role(stub)
    theirs = json.dumps({**TRUST, "Statement": [{**TRUST["Statement"][0], "Effect": "Deny"}]})
    Clients(env).get("iam").update_assume_role_policy(RoleName=made.id, PolicyDocument=theirs)
    found = made.looked()
    assert json.loads(found.asked["assumeRolePolicy"]) == json.loads(theirs)
    assert found.diff(assumeRolePolicy=json.dumps(TRUST)).paths == {"assumeRolePolicy"}


def test_a_secret_stays_one_and_is_put_as_it_is(aws):
    env, stub = aws
    made = Resource(stub, ROLE).created(
        assumeRolePolicy=json.dumps(TRUST), description="hush", secrets={"description"}
    )
    for wired in (made.inputs, made.state, made.looked().state):
        assert read(wired).secrets == {"description"}
    kept = Clients(env).get("iam").get_role(RoleName=made.id)["Role"]
    assert kept["Description"] == "hush"


@pytest.mark.parametrize(
    ("kind", "inputs", "changed", "path"),
    [
        (
            "bucketPublicAccessBlock:BucketPublicAccessBlock",
            {"blockPublicAcls": True, "blockPublicPolicy": True},
            {"blockPublicAcls": False, "blockPublicPolicy": True},
            "blockPublicAcls",
        ),
        (
            "bucketOwnershipControls:BucketOwnershipControls",
            {"rule": {"objectOwnership": "BucketOwnerEnforced"}},
            {"rule": {"objectOwnership": "BucketOwnerPreferred"}},
            "rule.objectOwnership",
        ),
        (
            "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]},
            {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}]},
            "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm",
        ),
        (
            "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            {"rules": [{"id": "a", "status": "Enabled", "expiration": {"days": 30}}]},
            {"rules": [{"id": "a", "status": "Enabled", "expiration": {"days": 60}}]},
            "rules[0].expiration.days",
        ),
    ],
)
def test_a_setting_of_a_bucket_is_read_changed_and_removed(aws, kind, inputs, changed, path):
    _, stub = aws
    bucket = Resource(stub, "aws:s3/bucket:Bucket").created(region="eu-west-1")
    place = {"bucket": bucket.id, "region": "eu-west-1"}
    made = Resource(stub, f"aws:s3/{kind}").created(**place, **inputs)
    assert made.looked().asked == made.asked
    assert not made.looked().diff(**place, **inputs).differs
    assert made.diff(**place, **changed).paths == {path}
    assert made.diff(bucket="another", region="eu-west-1", **inputs).replaces == ["bucket"]
    after = made.updated(**place, **changed)
    assert after.looked().asked == after.asked != made.asked
    after.deleted()
    left = after.looked()
    # No bucket is without encryption: S3 goes back to its own keys.
    assert left is None or left.asked["rules"] == inputs["rules"]
    bucket.deleted()
    assert bucket.looked() is after.looked() is None
    after.deleted()


def test_a_bucket_that_holds_objects_is_not_deleted(aws):
    env, stub = aws
    bucket = Resource(stub, "aws:s3/bucket:Bucket").created()
    Clients(env).get("s3").put_object(Bucket=bucket.id, Key="k", Body=b"")
    code, words = refusal(bucket.deleted)
    assert code is grpc.StatusCode.UNKNOWN
    assert "The bucket you tried to delete is not empty" in words
    assert "Traceback" not in words
    assert bucket.looked() == bucket
