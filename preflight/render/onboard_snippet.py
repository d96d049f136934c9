"""The code a new team starts with: one batch through the gateway, with the OpenAI SDK.

The names come in as literals of Python, so that whatever they hold they stay names.
"""

import json
from typing import Any

from preflight.batch.statuses import MEANING, TERMINAL
from preflight.contract import AzureOpenAI, OpenAI, Target
from preflight.routes import create_extras, endpoint, headers
from preflight.targets import named_model

_SCRIPT = '''\
"""Send requests.jsonl as one batch, wait for its end, and keep what comes back."""

import os
import time
{imports}
from openai import NotFoundError, OpenAI

client = OpenAI(
    api_key=os.environ["TFY_API_KEY"],
    base_url={base_url},
    default_headers={headers},
    max_retries=0,  # a create that is sent twice may be two batches, and both are paid for
)
with open("requests.jsonl", "rb") as requests:
    uploaded = client.files.create(file=requests, purpose="batch")
batch = client.batches.create(
    input_file_id=uploaded.id,
    endpoint={endpoint},
    completion_window="24h",
{extras})
print("created", {batch_id})  # write it down: it finds the batch again

looks = client.with_options(max_retries=5)  # a look costs nothing
seconds = float(os.environ.get("PREFLIGHT_POLL_SECONDS", "60"))
ended = {{
{ended}
}}
while {status} not in ended:
    time.sleep(seconds)
    batch = looks.batches.retrieve({batch_id})
print("ended as", batch.status)
for file_id, name in (
    (batch.output_file_id, "results.jsonl"),
    (batch.error_file_id, "errors.jsonl"),
):
    if not file_id:
        continue
    try:
        looks.files.content({file_id}).write_to_file(name)
        print("wrote", name)
    except NotFoundError:  # a batch that failed has no results, one without errors no error file
        print("there is no", name)
'''


def script(base_url: str, target: Target) -> str:
    """The script. It reads requests.jsonl, and writes results.jsonl and errors.jsonl."""
    own = native(target)
    extras = create_extras(target)
    return _SCRIPT.format(
        imports="from urllib.parse import unquote\n" if own else "",
        base_url=_literal(base_url),
        headers=_mapping(headers(target), 4),
        endpoint=_literal(endpoint(target)),
        extras=f"    extra_body={_mapping(extras, 4)},\n" if extras else "",
        # The gateway may hand on a provider's own addresses, encoded; the SDK encodes them again.
        batch_id="unquote(batch.id)" if own else "batch.id",
        file_id="unquote(file_id)" if own else "file_id",
        # ... and a provider's own words.
        status='batch.status.lower().removeprefix("job_state_").replace("_", "")'
        if own
        else "batch.status",
        ended=_lines(_ended(own=own)),
    )


def request(target: Target) -> str:
    """One line of a request file."""
    url = endpoint(target)
    messages = [{"role": "user", "content": "Say hello."}]
    body = {"model": named_model(target), "messages": messages, "max_tokens": 60}
    line = {"custom_id": "r000001", "method": "POST", "url": url, "body": body}
    return json.dumps(line)


def native(target: Target) -> bool:
    """Whether ids, status and results may come in the provider's own form, not in OpenAI's."""
    return not isinstance(target, OpenAI | AzureOpenAI)


def _ended(*, own: bool) -> list[str]:
    if not own:
        return sorted(TERMINAL)
    return sorted({word.replace("_", "") for word, means in MEANING.items() if means in TERMINAL})


def _literal(value: object) -> str:
    """As Python writes it, with the quotes of this project's formatter where they do."""
    if isinstance(value, str):
        return json.dumps(value) if value.isascii() and value.isprintable() else ascii(value)
    return ascii(value)


def _lines(words: list[str]) -> str:
    return "\n".join(f"    {_literal(word)}," for word in words)


def _mapping(values: dict[str, Any], indent: int) -> str:
    """A dictionary, an entry a line."""
    inner = " " * (indent + 4)
    lines = (
        f"{inner}{_literal(key)}: "
        f"{_mapping(value, indent + 4) if isinstance(value, dict) else _literal(value)},\n"
        for key, value in values.items()
    )
    return f"{{\n{''.join(lines)}{' ' * indent}}}"
