"""A Bedrock stack deployed through the sandbox's handlers, and the gateway acting on it."""

import json
from dataclasses import dataclass, replace
from functools import cached_property
from secrets import token_hex
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.grants import gateway_role_trust, identity_policy, job_role_trust, tls_only
from preflight.contract import Bedrock
from preflight.permissions import Identity
from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.aws.cloud import ACCOUNT, REGION, AwsCloud
from preflight.sandbox.handlers.aws import handlers

MODEL = "anthropic.claude-3-5-haiku-20241022-v1:0"
PROFILE = f"us.{MODEL}"
SECONDS = 8.0


class Clock:
    """Bedrock's clock, which only goes when a test lets it: no test waits, and none is too slow."""

    now = 1_800_000_000.0

    def __call__(self):
        return self.now


CLOCK = Clock()


def gateway_user(cloud):
    keys = cloud.gateway_keys
    secret = {"AccessKeyId": keys.access_key_id, "SecretAccessKey": keys.secret_access_key}
    return Clients(cloud.env).acting_as(secret)


@dataclass
class Stack:
    """A stack deployed through the handlers, and the gateway acting on it."""

    cloud: AwsCloud
    promised: Bedrock

    @cached_property
    def gateway(self):
        user = gateway_user(self.cloud)
        role = self.promised.gateway_principal_arn
        session = user.get("sts").assume_role(RoleArn=role, RoleSessionName="gateway")
        return user.acting_as(session["Credentials"])

    def upload(self, lines, key="in/requests.jsonl"):
        s3 = self.gateway.get("s3")
        s3.put_object(Bucket=self.promised.bucket, Key=key, Body="\n".join(lines).encode())

    def create(self, **changed):
        bucket = self.promised.bucket
        job = {
            "jobName": f"job-{token_hex(6)}",
            "roleArn": self.promised.job_role_arn,
            "modelId": self.promised.model,
            "inputDataConfig": {"s3InputDataConfig": {"s3Uri": f"s3://{bucket}/in/requests.jsonl"}},
            "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": f"s3://{bucket}/out/"}},
        }
        return self.gateway.get("bedrock").create_model_invocation_job(**job | changed)["jobArn"]

    def look(self, arn):
        return self.gateway.get("bedrock").get_model_invocation_job(jobIdentifier=arn)

    def ended(self, arn):
        CLOCK.now += SECONDS
        return self.look(arn)

    def run(self, lines, **changed):
        self.upload(lines)
        return self.ended(self.create(**changed))

    def allow(self, arn, *actions, on):
        """One more inline policy of a role, or of a user."""
        kind, name = arn.rpartition(":")[2].split("/")[0], arn.rpartition("/")[2]
        make = handlers(self.cloud.env)[f"aws:iam/{kind}Policy:{kind.title()}Policy"]
        make.create("more", {kind: name, "policy": policy("Allow", *actions, on=on)})

    def encrypt(self, bucket="", *, key_policy=None):
        """A customer key encrypts the bucket; nobody but the operator may use it yet."""
        make, region = handlers(self.cloud.env), self.promised.region
        inputs = {"region": region, "description": "batches"}
        key = make["aws:kms/key:Key"].create(
            "key", inputs | ({"policy": json.dumps(key_policy)} if key_policy else {})
        )[1]["arn"]
        default = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key}
        rule = {"applyServerSideEncryptionByDefault": default, "bucketKeyEnabled": True}
        kind = "bucketServerSideEncryptionConfiguration"
        make[f"aws:s3/{kind}:{kind[0].upper()}{kind[1:]}"].create(
            "key", {"bucket": bucket or self.promised.bucket, "region": region, "rules": [rule]}
        )
        self.promised = replace(self.promised, kms_key_arn=key)
        return key

    def output(self, job, name="requests.jsonl.out"):
        key = f"out/{job['jobArn'].rpartition('/')[2]}/{name}"
        found = self.gateway.get("s3").get_object(Bucket=self.promised.bucket, Key=key)
        return found["Body"].read().decode()


def deploy(cloud, model=MODEL, region=REGION, **of_roles):
    """`of_roles`: what both roles get beside their trust, such as a path."""
    make = {kind.rpartition(":")[2]: one.create for kind, one in handlers(cloud.env).items()}
    name = f"s{token_hex(3)}"
    bucket = make["Bucket"](name, {"region": region})[1]["bucket"]
    setting = {"bucket": bucket, "region": region}
    names = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    make["BucketPublicAccessBlock"]("b", setting | dict.fromkeys(names, True))
    promised = Bedrock(
        provider_name="bedrock-main",
        partition="aws",
        account=ACCOUNT,
        region=region,
        bucket=bucket,
        model=model,
        model_arns=model_arns(cloud, model, region),
        job_role_arn="",
        gateway_principal_arn="",
    )
    trusts = {
        Identity.JOB_ROLE: job_role_trust(promised),
        Identity.GATEWAY: gateway_role_trust(cloud.gateway_user_arn, ""),
    }
    made = {
        identity: make["Role"](
            f"{name}-{identity.name.lower()}", {"assumeRolePolicy": trust, **of_roles}
        )[1]
        for identity, trust in trusts.items()
    }
    promised = replace(
        promised,
        job_role_arn=made[Identity.JOB_ROLE]["arn"],
        gateway_principal_arn=made[Identity.GATEWAY]["arn"],
    )
    for identity, role in made.items():
        policy = {"role": role["name"], "policy": identity_policy(promised, identity)}
        make["RolePolicy"]("policy", policy)
    make["BucketPolicy"]("policy", setting | {"policy": tls_only(promised)})
    return Stack(cloud, promised)


def model_arns(cloud, model, region):
    bedrock = Clients(cloud.env).get("bedrock", region)
    if not model.startswith(("us.", "eu.")):
        found = bedrock.get_foundation_model(modelIdentifier=model)
        return (found["modelDetails"]["modelArn"],)
    found = bedrock.get_inference_profile(inferenceProfileIdentifier=model)
    return (found["inferenceProfileArn"], *(each["modelArn"] for each in found["models"]))


def requests(count, **changed: Any):
    asked = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 64,
        "messages": [{"role": "user", "content": "What is the capital of France?"}],
    }
    return [
        json.dumps({"recordId": f"r{number}", "modelInput": asked | changed})
        for number in range(count)
    ]


def policy(effect, *actions, on, **more):
    """A document of one statement."""
    statement = {"Effect": effect, "Action": list(actions), "Resource": on} | more
    return {"Version": "2012-10-17", "Statement": [statement]}


def refusal(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]
