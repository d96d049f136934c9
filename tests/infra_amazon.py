"""What AWS would answer to the program, where nothing is made."""

OPTIONS = {
    "tags": ["team=platform"],
    "accessLogs": True,
    "bedrockCustomerKey": True,
    "bedrockSeparateOutput": True,
    "bedrockOutputPrefix": "done",
    "awsRolePath": "/batch/",
    "awsPermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/boundary",
}
"""All that can be made at once."""

BUCKETS = {"ours": "us-west-2", "elsewhere": "eu-west-1"}
"""Those that are there already, and where."""


def bucket(asked):
    """aws:s3/getBucket:getBucket."""
    name = asked["bucket"]
    if name == "theirs":
        raise RuntimeError("reading S3 Bucket (theirs): StatusCode: 403, api error Forbidden")
    if name == "unknown":
        raise RuntimeError("operation error STS: GetCallerIdentity,\n\tapi error ExpiredToken")
    if name not in BUCKETS:
        raise RuntimeError(f"reading S3 Bucket ({name}): couldn't find resource")
    return {"id": name, "bucket": name, "bucketRegion": BUCKETS[name]}


def key_arn(inputs, made):
    """What KMS calls a key."""
    return f"arn:aws:kms:{inputs['region']}:123456789012:key/{made}"
