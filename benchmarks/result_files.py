"""Results to measure with: an answer as long as its request, shuffled within each shard."""

import json
import random
import sys
from pathlib import Path

SEED = 20262


def answer(line: bytes) -> bytes:
    """A row in OpenAI's form that answers with the question."""
    request = json.loads(line)
    content = request["body"]["messages"][-1]["content"]
    said = content if isinstance(content, str) else json.dumps(content)
    message = {"role": "assistant", "content": said}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "gpt-4o-mini",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18},
    }
    response = {"status_code": 200, "request_id": "req-1", "body": body}
    row = {"id": "batch_req_1", "custom_id": request["custom_id"], "response": response}
    return json.dumps(row | {"error": None}).encode() + b"\n"


def write(shards: Path, to: Path) -> None:
    """One file of results for each shard of `preflight split`."""
    chance = random.Random(SEED)  # noqa: S311 - nothing secret depends on it
    for shard in sorted(shards.glob("[0-9]*.jsonl")):
        rows = list(map(answer, shard.read_bytes().splitlines()))
        chance.shuffle(rows)
        (to / shard.name).write_bytes(b"".join(rows))


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
