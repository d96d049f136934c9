"""The script that a careful user writes by hand."""

import sys

import orjson

ids: set[str] = set()
models: set[str] = set()
with open(sys.argv[1], "rb") as file:  # noqa: PTH123 - as people write it
    for number, line in enumerate(file, 1):
        request = orjson.loads(line)
        body = request["body"]
        custom_id = request["custom_id"]
        if not isinstance(custom_id, str) or not custom_id or custom_id in ids:
            sys.exit(f"line {number}: custom_id")
        ids.add(custom_id)
        if request["method"] != "POST" or request["url"] != "/v1/chat/completions":
            sys.exit(f"line {number}: method or url")
        if not isinstance(body["messages"], list) or not body["messages"] or body.get("stream"):
            sys.exit(f"line {number}: messages or stream")
        for message in body["messages"]:
            if not isinstance(message["role"], str):
                sys.exit(f"line {number}: role")
        if not isinstance(body.get("max_tokens", 1), int):
            sys.exit(f"line {number}: max_tokens")
        models.add(body["model"])
if len(models) != 1:
    sys.exit("several models")
print(len(ids))
