"""The AWS functions that the program asks: what there is, looked up and never made."""

import json
from functools import partial
from typing import Any

from preflight.sandbox.aws.clients import Clients, partition_of
from preflight.sandbox.handlers import Inputs, Invoke
from preflight.sandbox.handlers.aws_looks import read_tags


def functions(clients: Clients) -> dict[str, Invoke]:
    """Function token -> how it is answered. Each takes a `region`, those of IAM and STS in vain."""
    return {
        "aws:index/getCallerIdentity:getCallerIdentity": partial(_caller_identity, clients),
        "aws:index/getPartition:getPartition": partial(_partition, clients),
        "aws:bedrock/getInferenceProfile:getInferenceProfile": partial(_profile, clients),
        "aws:s3/getBucket:getBucket": partial(_bucket, clients),
        "aws:iam/getRole:getRole": partial(_role, clients),
    }


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


def _profile(clients: Clients, arguments: Inputs) -> dict[str, Any]:
    """Raises ClientError (ResourceNotFoundException) for a profile that the region lacks."""
    bedrock = clients.get("bedrock", arguments.get("region") or "")
    found = bedrock.get_inference_profile(
        inferenceProfileIdentifier=arguments["inferenceProfileId"]
    )
    return {
        "inferenceProfileId": found["inferenceProfileId"],
        "inferenceProfileArn": found["inferenceProfileArn"],
        "inferenceProfileName": found["inferenceProfileName"],
        "description": found["description"],
        "models": [{"modelArn": each["modelArn"]} for each in found["models"]],
        "status": found["status"],
        "type": found["type"],
        "createdAt": found["createdAt"].isoformat(),
        "updatedAt": found["updatedAt"].isoformat(),
        "region": bedrock.meta.region_name,
    }


def _bucket(clients: Clients, arguments: Inputs) -> dict[str, Any]:
    """Raises ClientError: 404 for a bucket that is not there, 403 for a stranger's."""
    s3, bucket = clients.get("s3", arguments.get("region") or ""), arguments["bucket"]
    headers = s3.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPHeaders"]
    region = headers["x-amz-bucket-region"]
    return {
        "id": bucket,
        "bucket": bucket,
        "arn": f"arn:{partition_of(region)}:s3:::{bucket}",
        "region": s3.meta.region_name,
        "bucketRegion": region,
        "bucketDomainName": f"{bucket}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{bucket}.s3.{region}.amazonaws.com",
    }


def _role(clients: Clients, arguments: Inputs) -> dict[str, Any]:
    """Raises ClientError (NoSuchEntity) for a role that is not there."""
    found = clients.get("iam").get_role(RoleName=arguments["name"])["Role"]
    return {
        "id": found["RoleName"],
        "name": found["RoleName"],
        "arn": found["Arn"],
        "path": found["Path"],
        "uniqueId": found["RoleId"],
        "createDate": found["CreateDate"].isoformat(),
        "description": found.get("Description", ""),
        "maxSessionDuration": found["MaxSessionDuration"],
        "assumeRolePolicy": json.dumps(found["AssumeRolePolicyDocument"]),
        "permissionsBoundary": found.get("PermissionsBoundary", {}).get(
            "PermissionsBoundaryArn", ""
        ),
        "tags": read_tags(found.get("Tags", [])),
    }
