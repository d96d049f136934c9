"""Request lines as OpenAI takes them, and the file that they make."""

import json

from preflight.sandbox.upstream.rules import CHAT


def line(custom_id="r1", url=CHAT, model="gpt-4o-mini", **body):
    body = {"messages": [{"role": "user", "content": f"Say {custom_id}"}]} | body
    return {
        "custom_id": custom_id,
        "method": "POST",
        "url": url,
        "body": {"model": model} | {key: value for key, value in body.items() if value is not None},
    }


def jsonl(*lines):
    return b"".join(
        (one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n" for one in lines
    )
