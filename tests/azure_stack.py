"""What the sandbox's Azure is tested with: assignments, request files, jobs run to their end."""

import json
import time

from openai import AzureOpenAI as AzureClient

from preflight.sandbox.azure.names import SUBSCRIPTION
from preflight.sandbox.upstream import Timing

QUICK = Timing(0.02, 0.05, 0.02, 0.02)
OVER = {"completed", "failed", "expired", "cancelled"}
CONTRIBUTOR = "a001fd3d-188f-4b5d-821b-7da978bf7442"
VERSION = "2024-10-21"


def data_plane(azure_cloud, promised, token, version=VERSION):
    return AzureClient(
        azure_endpoint=f"{azure_cloud.url}/accounts/{promised.account}",
        azure_ad_token=token,
        api_version=version,
        max_retries=0,
    )


def definition(guid):
    return f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{guid}"


def assign(arm, scope, principal, guid, name="99999999-2222-3333-4444-555555555555", **more):
    path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"
    asked = {"principalId": principal, "roleDefinitionId": definition(guid), **more}
    return arm.put(path, "2022-04-01", {"properties": asked})


def line(custom_id="r1", url="/chat/completions", model="batch", **body):
    asked = {"messages": [{"role": "user", "content": f"Say {custom_id}"}]} | body
    return {
        "custom_id": custom_id,
        "method": "POST",
        "url": url,
        "body": {"model": model}
        | {key: value for key, value in asked.items() if value is not None},
    }


def jsonl(*lines):
    return b"".join(json.dumps(one).encode() + b"\n" for one in lines)


def run(client, content, endpoint="/chat/completions", window="24h"):
    """Force the job through, and wait for its end."""
    file = client.files.create(file=("requests.jsonl", content), purpose="batch")
    batch = client.batches.create(
        input_file_id=file.id, endpoint=endpoint, completion_window=window
    )
    assert batch.status == "validating"
    deadline = time.monotonic() + 10
    while batch.status not in OVER:
        assert time.monotonic() < deadline
        time.sleep(0.01)
        batch = client.batches.retrieve(batch.id)
    return batch


def rows(client, file_id):
    return [json.loads(row) for row in client.files.content(file_id).text.splitlines()]


def verdict(client, content, **how):
    batch = run(client, content, **how)
    assert batch.status == "failed"
    return batch.errors.data[0]


THREE = jsonl(line("a"), line("b"), line("c"))
