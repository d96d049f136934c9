"""The sandbox's AWS: who is asking, what it offers, and that nothing of it is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from aws_stack import MODEL, PROFILE, gateway_user, refusal

from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.aws.cloud import ACCOUNT
from preflight.sandbox.handlers.aws import invokes

pytest_plugins = ["aws_fixtures"]


def test_unknown_keys_and_bad_signatures_are_refused_everywhere(aws_cloud):
    keys = aws_cloud.gateway_keys
    forged = {
        "UnrecognizedClientException": ("AKIAIOSFODNN7EXAMPLE", "made-up"),
        "SignatureDoesNotMatch": (keys.access_key_id, "made-up"),
    }
    for code, (key, secret) in forged.items():
        env = aws_cloud.env | {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}
        clients = Clients(env)
        assert refusal(clients.get("bedrock").list_foundation_models)[0] == code
        quotas = clients.get("service-quotas").list_service_quotas
        assert refusal(quotas, ServiceCode="bedrock")[0] == code
        simulate = clients.get("iam").simulate_principal_policy
        arguments = {"PolicySourceArn": aws_cloud.gateway_user_arn, "ActionNames": ["s3:GetObject"]}
        assert refusal(simulate, **arguments)[0] == code


def test_the_operator_is_root_and_the_gateway_user_may_only_assume_roles(aws_cloud, operator):
    assert operator.get("sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    keys = aws_cloud.gateway_keys
    assert keys.secret_access_key not in repr(keys)
    user = gateway_user(aws_cloud)
    assert user.get("sts").get_caller_identity()["Arn"] == aws_cloud.gateway_user_arn
    assert refusal(user.get("s3").list_buckets)[0] == "AccessDenied"
    assert refusal(user.get("iam").list_roles)[0] == "AccessDenied"


def test_what_the_machine_says_about_aws_leads_the_sandbox_nowhere(aws_cloud, monkeypatch):
    for name, value in {
        "AWS_PROFILE": "production",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SESSION_TOKEN": "theirs",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)
    who = invokes(aws_cloud.env)["aws:index/getCallerIdentity:getCallerIdentity"]({})
    assert who["accountId"] == ACCOUNT


# --- the catalogue and the quotas


def test_the_catalogue_differs_by_region(operator):
    here, there = operator.get("bedrock"), operator.get("bedrock", "eu-central-1")
    details = here.get_foundation_model(modelIdentifier=MODEL)["modelDetails"]
    assert details["inferenceTypesSupported"] == ["ON_DEMAND"]
    code, _ = refusal(there.get_foundation_model, modelIdentifier=MODEL)
    assert code == "ResourceNotFoundException"
    assert there.get_foundation_model_availability(modelId=MODEL)["regionAvailability"] == (
        "NOT_AVAILABLE"
    )
    routed = here.get_inference_profile(inferenceProfileIdentifier=PROFILE)["models"]
    regions = [each["modelArn"].split(":")[3] for each in routed]
    assert regions == ["us-east-1", "us-east-2", "us-west-2"]
    code, _ = refusal(there.get_inference_profile, inferenceProfileIdentifier=PROFILE)
    assert code == "ResourceNotFoundException"


def test_the_quotas_carry_the_traps_of_the_real_names(operator):
    client = operator.get("service-quotas")

    def names(operation):
        pages = list(client.get_paginator(operation).paginate(ServiceCode="bedrock"))
        assert len(pages) > 1
        return {row["QuotaName"]: row["Value"] for page in pages for row in page["Quotas"]}

    applied, default = names("list_service_quotas"), names("list_aws_default_service_quotas")
    minimum = "Minimum number of records per batch inference job for "
    assert (
        applied[minimum + "Claude 3.5 Sonnet"] == applied[minimum + "Claude 3.5 Sonnet v2"] == 100
    )
    assert applied["Records per batch inference job for Claude 3.5 Haiku"] == 50_000
    assert "Batch inference job size for Qwen3 32B (in GB)" in default
    assert "Batch inference job size (in GB) for Claude 3.5 Haiku" in default
    assert default.keys() > applied.keys()
    assert refusal(client.list_service_quotas, ServiceCode="vpc")[0] == "NoSuchResourceException"


# --- starting and stopping


def test_ministack_listens_on_loopback_and_ends_with_its_parent(tmp_path):
    program = (
        "import sys, time; from pathlib import Path\n"
        "from preflight.sandbox.aws.cloud import AwsCloud\n"
        "with AwsCloud(Path(sys.argv[1])) as cloud:\n"
        "    print(cloud.aws_endpoint, flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with parent:
        port = int(parent.stdout.readline().rpartition(":")[2])
        listening = _listening()
        assert ("127.0.0.1", port) in listening
        assert not any(address == "0.0.0.0" and at == port for address, at in listening)
        os.kill(parent.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while ("127.0.0.1", port) in _listening():
        assert time.monotonic() < deadline, "ministack outlived the process that started it"
        time.sleep(0.05)


def _listening():
    """Address and port of every listening IPv4 socket of this machine."""
    found = set()
    with Path("/proc/net/tcp").open() as table:
        for line in table.readlines()[1:]:
            local, _, state = line.split()[1:4]
            if state == "0A":
                address, port = local.split(":")
                parts = [str(int(address[i : i + 2], 16)) for i in (6, 4, 2, 0)]
                found.add((".".join(parts), int(port, 16)))
    return found
