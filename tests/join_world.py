"""Requests, the shards they are divided into, and files that came back for them."""

import json

from preflight.batch.joining import Returned, join
from preflight.batch.merged_files import FILES
from preflight.batch.shards import ShardLimits, split
from preflight.requests.index import index


def chat(custom_id, text="Hello.", code=200, **more):
    body = {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}
    response = {"status_code": code, "request_id": "q", "body": body if code == 200 else {}}
    return {"id": "batch_req_1", "custom_id": custom_id, "response": response, "error": None} | more


def claude(custom_id, text="Hello."):
    output = {"content": [{"type": "text", "text": text}], "stop_reason": "end_turn"}
    return {"recordId": custom_id, "modelInput": {}, "modelOutput": output}


def nova(custom_id):
    output = {"output": {"message": {"content": [{"text": "Hello."}]}}, "stopReason": "end_turn"}
    return {"recordId": custom_id, "modelInput": {}, "modelOutput": output}


def gemini(custom_id, key="requestId", status=""):
    candidate = {"content": {"parts": [{"text": "Hello."}]}, "finishReason": "STOP"}
    response = {"candidates": [candidate]} if not status else {}
    return {key: custom_id, "status": status, "request": {}, "response": response}


def lines(*rows, end=b"\n"):
    return b"".join(json.dumps(each).encode() + end for each in rows)


def ask(custom_id, model="m"):
    return {"custom_id": custom_id, "method": "POST", "url": "/v1/x", "body": {"model": model}}


def ids(content):
    return [json.loads(line)["custom_id"] for line in content.splitlines()]


class World:
    """A run's folder."""

    def __init__(self, folder):
        self.folder = folder
        self.requests = folder / "requests.jsonl"
        self.files = 0

    def file(self, content):
        self.files += 1
        path = self.folder / f"raw-{self.files}"
        path.write_bytes(content)
        return path

    def asked(self, content, *, least=1, most=10**6, **options):
        self.requests.write_bytes(content)
        how = {"by_model": False, "renamed": False} | options
        return split(index(self.requests), ShardLimits(least, most, 10**9), **how)

    def join(self, returned, retried=()):
        found = join(self.requests, returned, tuple(retried), self.folder)
        kept = {name.removesuffix(".jsonl"): self.folder / name for name in FILES}
        return found, {name: path.read_bytes() for name, path in kept.items() if path.exists()}

    def three(self, *contents, retried=(), **options):
        """The requests r0, r1 and r2 in one shard, and what came back for them."""
        (shard,) = self.asked(lines(ask("r0"), ask("r1"), ask("r2")), **options)
        files = tuple(map(self.file, contents))
        return self.join([Returned(shard, files)], map(self.file, retried))
