"""A request file, a promise file and a scripted gateway, for tests of the whole command."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import gateway_double

from preflight.sandbox.serving import serve

PREFLIGHT = (sys.executable, "-m", "preflight")
IDS = ("r0", "r1", "r2")


def request(custom_id, **changes):
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello?"}]}
    url = "/v1/chat/completions"
    return {"custom_id": custom_id, "method": "POST", "url": url, "body": body} | changes


def write_requests(path, ids=IDS):
    path.write_bytes(gateway_double.lines(*(request(custom_id) for custom_id in ids)))
    return path


def outputs(base_url="http://127.0.0.1:9", **changes):
    openai = [{"provider_name": "openai-main", "model": "gpt-4o-mini"}]
    return {"version": 2, "gateway": {"base_url": base_url}, "openai": openai} | changes


def write_promises(path, *arguments, **changes):
    path.write_text(json.dumps(outputs(*arguments, **changes)))
    return path


@contextmanager
def world(folder, monkeypatch, double):
    """The working directory is `folder`, with requests.jsonl; the environment is that of a user."""
    write_requests(folder / "requests.jsonl")
    monkeypatch.chdir(folder)
    monkeypatch.setattr("preflight.batch.remote.LOOK_RETRIES", 0)
    monkeypatch.setattr("preflight.batch.send.LOOKS_AFTER", (0.0, 0.0))
    monkeypatch.setattr("preflight.batch.send.SETTLED_SECONDS", 0.0)
    monkeypatch.setattr("preflight.batch.send.UPLOADS_AFTER", (0.0,))
    monkeypatch.setattr("preflight.batch.fetch.AGAIN_AFTER", (0.0, 0.0))
    with serve(double.app()) as url:
        promises = write_promises(folder / "promises.json", url)
        monkeypatch.setenv("PREFLIGHT_PROMISES", str(promises))
        monkeypatch.setenv("PREFLIGHT_POLL_SECONDS", "0.02")
        monkeypatch.setenv("TFY_API_KEY", gateway_double.KEY)
        yield url


def started(*arguments, **options):
    """The real command, as a process of its own."""
    return subprocess.Popen(
        [*options.pop("before", ()), *PREFLIGHT, *map(str, arguments)],
        stdout=options.pop("stdout", subprocess.PIPE),
        stderr=options.pop("stderr", subprocess.PIPE),
        env=os.environ | options.pop("env", {}),
        **options,
    )


def ended(process, timeout=60):
    """Its exit code, standard output and standard error."""
    out, err = process.communicate(timeout=timeout)
    return process.returncode, (out or b"").decode(), (err or b"").decode()


def sent(double):
    """How many files and batches were asked for."""
    return double.done["upload"], double.done["create"]


def one_sentence(err):
    """Whether standard error is one line that says where, what, and how to repair it."""
    return (
        err.startswith("preflight: ")
        and err.count("\n") == 1
        and err.endswith("\n")
        and "Traceback" not in err
        and "; " in err
    )


def files_in(folder):
    return {str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file()}
