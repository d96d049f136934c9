"""Documents of AWS as the program writes them, and what a lookup answers."""

import json

import grpc
import pytest
from engine.wire import read, write
from pulumi.runtime.proto import provider_pb2

from preflight.sandbox.aws.cloud import ACCOUNT


def document(*actions, on="*", **more):
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": on} | more
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


ADMINISTRATOR = document("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "bedrock.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
KEY = {
    "description": "batches",
    "policy": ADMINISTRATOR,
    "enableKeyRotation": True,
    "deletionWindowInDays": 7,
    "isEnabled": True,
    "tags": {"team": "a", "stack": "dev"},
    "region": "eu-west-1",
}


def asked(stub, token, **arguments):
    answer = stub.Invoke(provider_pb2.InvokeRequest(tok=token, args=write(arguments)))
    return read(getattr(answer, "return")).values


def refusal(stub, token, **arguments):
    with pytest.raises(grpc.RpcError) as refused:
        asked(stub, token, **arguments)
    return refused.value.details()
