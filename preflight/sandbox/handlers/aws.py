"""The AWS resources of the Pulumi program, created by real calls to the sandbox's AWS."""

import json
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from preflight.sandbox.aws.clients import Clients, partition_of
from preflight.sandbox.handlers import Create, Invoke

Inputs = dict[str, Any]
Made = tuple[str, dict[str, Any]]

# The one region whose name S3 does not take as a location constraint.
_UNCONSTRAINED = "us-east-1"


def handlers(env: Mapping[str, str]) -> dict[str, Create]:
    """Resource type -> how it is created, with the operator's credentials in `env`."""
    clients = Clients(env)
    table: dict[str, Callable[[Clients, str, Inputs], Made]] = {
        "aws:s3/bucket:Bucket": _bucket,
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _public_access_block,
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _ownership_controls,
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
            _encryption
        ),
        "aws:s3/bucketPolicy:BucketPolicy": _bucket_policy,
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _lifecycle,
        "aws:iam/role:Role": _role,
        "aws:iam/rolePolicy:RolePolicy": _role_policy,
    }
    return {kind: partial(create, clients) for kind, create in table.items()}


def invokes(env: Mapping[str, str]) -> dict[str, Invoke]:
    """Function token -> how it is answered."""
    clients = Clients(env)
    return {
        "aws:index/getCallerIdentity:getCallerIdentity": partial(_caller_identity, clients),
        "aws:index/getPartition:getPartition": partial(_partition, clients),
    }


def _bucket(clients: Clients, name: str, inputs: Inputs) -> Made:
    bucket = inputs.get("bucket") or _auto_named(inputs.get("bucketPrefix"), name).lower()
    s3 = _s3(clients, inputs)
    region = s3.meta.region_name
    location = {"LocationConstraint": region}
    constraint = {} if region == _UNCONSTRAINED else {"CreateBucketConfiguration": location}
    s3.create_bucket(Bucket=bucket, **constraint)
    if inputs.get("tags"):
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": _tags(inputs)})
    return bucket, {
        **inputs,
        "id": bucket,
        "bucket": bucket,
        "arn": f"arn:{partition_of(region)}:s3:::{bucket}",
        "region": region,
        "bucketRegion": region,
        "bucketDomainName": f"{bucket}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{bucket}.s3.{region}.amazonaws.com",
        "tagsAll": inputs.get("tags", {}),
    }


def _public_access_block(clients: Clients, _name: str, inputs: Inputs) -> Made:
    names = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    settings = {name: bool(inputs.get(name[0].lower() + name[1:])) for name in names}
    _s3(clients, inputs).put_public_access_block(
        Bucket=inputs["bucket"], PublicAccessBlockConfiguration=settings
    )
    return _setting(clients, inputs)


def _ownership_controls(clients: Clients, _name: str, inputs: Inputs) -> Made:
    rule = {"ObjectOwnership": inputs["rule"]["objectOwnership"]}
    _s3(clients, inputs).put_bucket_ownership_controls(
        Bucket=inputs["bucket"], OwnershipControls={"Rules": [rule]}
    )
    return _setting(clients, inputs)


def _encryption(clients: Clients, _name: str, inputs: Inputs) -> Made:
    rules = []
    for rule in inputs["rules"]:
        default = rule.get("applyServerSideEncryptionByDefault", {})
        made: dict[str, Any] = {"BucketKeyEnabled": bool(rule.get("bucketKeyEnabled"))}
        if default:
            made["ApplyServerSideEncryptionByDefault"] = _present(
                SSEAlgorithm=default.get("sseAlgorithm"),
                KMSMasterKeyID=default.get("kmsMasterKeyId"),
            )
        rules.append(made)
    _s3(clients, inputs).put_bucket_encryption(
        Bucket=inputs["bucket"], ServerSideEncryptionConfiguration={"Rules": rules}
    )
    return _setting(clients, inputs)


def _bucket_policy(clients: Clients, _name: str, inputs: Inputs) -> Made:
    policy = _document(inputs["policy"])
    _s3(clients, inputs).put_bucket_policy(Bucket=inputs["bucket"], Policy=policy)
    identity, outputs = _setting(clients, inputs)
    return identity, {**outputs, "policy": policy}


def _lifecycle(clients: Clients, _name: str, inputs: Inputs) -> Made:
    _s3(clients, inputs).put_bucket_lifecycle_configuration(
        Bucket=inputs["bucket"],
        LifecycleConfiguration={"Rules": [_lifecycle_rule(rule) for rule in inputs["rules"]]},
    )
    return _setting(clients, inputs)


def _lifecycle_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    expiration = rule.get("expiration") or {}
    noncurrent = rule.get("noncurrentVersionExpiration") or {}
    aborted = rule.get("abortIncompleteMultipartUpload") or {}
    return _present(
        ID=rule.get("id"),
        Status=rule["status"],
        Filter={"Prefix": (rule.get("filter") or {}).get("prefix", rule.get("prefix", ""))},
        Expiration=_present(
            Days=_whole(expiration.get("days")),
            ExpiredObjectDeleteMarker=expiration.get("expiredObjectDeleteMarker"),
        ),
        NoncurrentVersionExpiration=_present(
            NoncurrentDays=_whole(noncurrent.get("noncurrentDays"))
        ),
        AbortIncompleteMultipartUpload=_present(
            DaysAfterInitiation=_whole(aborted.get("daysAfterInitiation"))
        ),
    )


def _role(clients: Clients, name: str, inputs: Inputs) -> Made:
    role_name = inputs.get("name") or _auto_named(inputs.get("namePrefix"), name)
    trust = _document(inputs["assumeRolePolicy"])
    iam = clients.get("iam")
    role = iam.create_role(
        RoleName=role_name,
        AssumeRolePolicyDocument=trust,
        **_present(
            Path=inputs.get("path"),
            Description=inputs.get("description"),
            MaxSessionDuration=_whole(inputs.get("maxSessionDuration")),
            PermissionsBoundary=inputs.get("permissionsBoundary"),
            Tags=_tags(inputs),
        ),
    )["Role"]
    for arn in inputs.get("managedPolicyArns") or ():
        iam.attach_role_policy(RoleName=role_name, PolicyArn=arn)
    for policy in inputs.get("inlinePolicies") or ():
        iam.put_role_policy(
            RoleName=role_name,
            PolicyName=policy["name"],
            PolicyDocument=_document(policy["policy"]),
        )
    return role_name, {
        **inputs,
        "id": role_name,
        "name": role_name,
        "arn": role["Arn"],
        "uniqueId": role["RoleId"],
        "createDate": role["CreateDate"].isoformat(),
        "assumeRolePolicy": trust,
        "path": role["Path"],
        "maxSessionDuration": inputs.get("maxSessionDuration", 3600),
        "tagsAll": inputs.get("tags", {}),
    }


def _role_policy(clients: Clients, name: str, inputs: Inputs) -> Made:
    policy_name = inputs.get("name") or _auto_named(inputs.get("namePrefix"), name)
    policy = _document(inputs["policy"])
    clients.get("iam").put_role_policy(
        RoleName=inputs["role"], PolicyName=policy_name, PolicyDocument=policy
    )
    identity = f"{inputs['role']}:{policy_name}"
    return identity, {**inputs, "id": identity, "name": policy_name, "policy": policy}


def _caller_identity(clients: Clients, _arguments: Inputs) -> dict[str, Any]:
    found = clients.get("sts").get_caller_identity()
    account = found["Account"]
    return {"accountId": account, "id": account, "arn": found["Arn"], "userId": found["UserId"]}


def _partition(clients: Clients, arguments: Inputs) -> dict[str, Any]:
    region = arguments.get("region") or clients.get("sts").meta.region_name
    partition = partition_of(region)
    suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    reversed_suffix = ".".join(reversed(suffix.split(".")))
    return {
        "partition": partition,
        "id": partition,
        "dnsSuffix": suffix,
        "reverseDnsPrefix": reversed_suffix,
    }


def _s3(clients: Clients, inputs: Inputs) -> Any:
    return clients.get("s3", inputs.get("region") or "")


def _setting(clients: Clients, inputs: Inputs) -> Made:
    """A setting of a bucket: it has no name of its own."""
    bucket = inputs["bucket"]
    return bucket, {**inputs, "id": bucket, "region": _s3(clients, inputs).meta.region_name}


def _auto_named(prefix: str | None, name: str) -> str:
    return (prefix or f"{name}-") + secrets.token_hex(4)[:7]


def _document(policy: Any) -> str:
    return policy if isinstance(policy, str) else json.dumps(policy)


def _tags(inputs: Inputs) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in (inputs.get("tags") or {}).items()]


def _present(**values: Any) -> dict[str, Any]:
    """What was given: the SDK refuses None, and takes an empty structure for a wish."""
    return {name: value for name, value in values.items() if value not in (None, {}, [])}


def _whole(number: float | None) -> int | None:
    """Pulumi hands every number over as a float."""
    return None if number is None else int(number)
