"""A role as the stand-in keeps it, and what it refuses with."""

import json

import grpc
import pytest
from engine.playing import Resource

ROLE = "aws:iam/role:Role"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "bedrock.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def role(stub, **inputs):
    return Resource(stub, ROLE).created(assumeRolePolicy=json.dumps(TRUST), **inputs)


def refusal(call, *arguments, **named):
    with pytest.raises(grpc.RpcError) as refused:
        call(*arguments, **named)
    return refused.value.code(), refused.value.details()
