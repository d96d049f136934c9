"""The AWS handlers: real buckets, roles and keys in the sandbox's AWS."""

import json

from aws_stack import refusal

from preflight.sandbox.aws.cloud import ACCOUNT
from preflight.sandbox.handlers.aws import handlers, invokes

pytest_plugins = ["aws_fixtures"]


def test_the_bucket_handlers_honour_region_and_settings(aws_cloud, operator):
    make = {kind.rpartition(":")[2]: one.create for kind, one in handlers(aws_cloud.env).items()}
    identity, bucket = make["Bucket"]("files", {"region": "eu-west-1", "tags": {"a": "b"}})
    assert identity == bucket["bucket"]
    assert bucket["region"] == "eu-west-1"
    assert bucket["arn"] == f"arn:aws:s3:::{identity}"
    assert len(identity) == len("files-") + 7
    s3 = operator.get("s3", "eu-west-1")
    assert s3.get_bucket_location(Bucket=identity)["LocationConstraint"] == "eu-west-1"
    setting = {"bucket": identity, "region": "eu-west-1"}
    make["BucketOwnershipControls"](
        "o", setting | {"rule": {"objectOwnership": "BucketOwnerEnforced"}}
    )
    rules = s3.get_bucket_ownership_controls(Bucket=identity)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    rule = {
        "id": "old-files",
        "status": "Enabled",
        "filter": {"prefix": "in/"},
        "expiration": {"days": 30.0},
        "abortIncompleteMultipartUpload": {"daysAfterInitiation": 1.0},
    }
    make["BucketLifecycleConfiguration"]("l", setting | {"rules": [rule]})
    kept = s3.get_bucket_lifecycle_configuration(Bucket=identity)["Rules"]
    assert kept[0]["Expiration"]["Days"] == 30
    encryption = "BucketServerSideEncryptionConfiguration"
    default = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
    make[encryption]("e", setting | {"rules": [default]})
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": f"{bucket['arn']}/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    make["BucketPolicy"]("p", setting | {"policy": policy})
    assert json.loads(s3.get_bucket_policy(Bucket=identity)["Policy"]) == policy


def test_a_bucket_name_that_is_taken_is_refused(aws_cloud):
    create = handlers(aws_cloud.env)["aws:s3/bucket:Bucket"].create
    name, _ = create("files", {})
    assert refusal(create, name="files", inputs={"bucket": name})[0].startswith("BucketAlready")


def test_the_invokes_answer_who_and_where(aws_cloud):
    answer = invokes(aws_cloud.env)
    who = answer["aws:index/getCallerIdentity:getCallerIdentity"]({})
    assert (who["accountId"], who["arn"]) == (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root")
    assert answer["aws:index/getPartition:getPartition"]({})["partition"] == "aws"
    china = answer["aws:index/getPartition:getPartition"]({"region": "cn-north-1"})
    assert (china["partition"], china["reverseDnsPrefix"]) == ("aws-cn", "cn.com.amazonaws")
