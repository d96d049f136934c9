"""The AWS resources and functions of the Pulumi program, by real calls to the sandbox's AWS."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from preflight.sandbox.aws.clients import Clients, partition_of
from preflight.sandbox.handlers import Handler, Inputs, Invoke
from preflight.sandbox.handlers.aws_bucket_settings import SETTINGS, BucketSetting
from preflight.sandbox.handlers.aws_iam import Role, RolePolicy
from preflight.sandbox.handlers.aws_s3 import Bucket


def handlers(env: Mapping[str, str]) -> dict[str, Handler]:
    """Resource type -> who looks after it, with the operator's credentials in `env`."""
    clients = Clients(env)
    return {
        "aws:s3/bucket:Bucket": Bucket(clients),
        "aws:iam/role:Role": Role(clients),
        "aws:iam/rolePolicy:RolePolicy": RolePolicy(clients),
        **{kind: BucketSetting(clients, calls) for kind, calls in SETTINGS.items()},
    }


def invokes(env: Mapping[str, str]) -> dict[str, Invoke]:
    """Function token -> how it is answered."""
    clients = Clients(env)
    return {
        "aws:index/getCallerIdentity:getCallerIdentity": partial(_caller_identity, clients),
        "aws:index/getPartition:getPartition": partial(_partition, clients),
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
