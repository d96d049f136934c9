"""Gateways that this project did not write, installed into a scratch folder and run on loopback.

Each is `(folder) -> context manager of a base URL`. None is required, shipped or imported: they
are programs of their own, in a folder that goes with the tests.
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager

import httpx2
import pytest

from preflight.sandbox.upstream.service import OpenAIUpstream

KEY = f"sk-{secrets.token_hex(32)}"
"""Long and random: LiteLLM starts with no other."""

LLMOCK = "llmock==0.2.2"
AIMOCK = "@copilotkit/aimock@1.43.0"
LITELLM = "litellm[proxy]==1.106.2"
_START_SECONDS = 90.0


@contextmanager
def llmock(folder):
    """llmock of PyPI: files and batches of several providers, from memory."""
    port = _free_port()
    command = [_from_pypi(folder, LLMOCK) / "llmock", "serve", "--host", "127.0.0.1"]
    with _running([*command, "--port", port], f"http://127.0.0.1:{port}/v1", "/batches") as url:
        yield url


@contextmanager
def aimock(folder):
    """aimock of npm: the same of OpenAI's, one state a look."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        pytest.skip("there is no npm here")
    _installed([npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", AIMOCK], folder)
    (folder / "aimock.json").write_text("{}")
    port = _free_port()
    command = [node, folder / "node_modules/.bin/aimock", "--config", folder / "aimock.json"]
    with _running([*command, "--port", port], f"http://127.0.0.1:{port}/v1", "/batches") as url:
        yield url


@contextmanager
def litellm(folder):
    """LiteLLM's proxy of PyPI: a real gateway, before the sandbox's OpenAI."""
    port = _free_port()
    with ExitStack() as stack:
        openai = stack.enter_context(OpenAIUpstream(folder))
        provider = {"api_base": openai.base_url, "api_key": openai.api_key}
        settings = {
            "model_list": [
                {
                    "model_name": "gpt-4o-mini",
                    "litellm_params": {"model": "openai/gpt-4o-mini", **provider},
                }
            ],
            "files_settings": [{"custom_llm_provider": "openai", **provider}],
            "general_settings": {"master_key": KEY},
        }
        (folder / "litellm.yaml").write_text(json.dumps(settings))  # JSON is YAML
        program = _from_pypi(folder, LITELLM) / "litellm"
        command = [program, "--config", folder / "litellm.yaml", "--host", "127.0.0.1"]
        command += ["--port", port, "--telemetry", "False"]
        base = f"http://127.0.0.1:{port}/v1"
        yield stack.enter_context(_running(command, base, "/batches"))


GATEWAYS = {"llmock": llmock, "aimock": aimock, "litellm": litellm}


def _from_pypi(folder, package):
    """The folder of the package's programs."""
    _installed([sys.executable, "-m", "venv", folder / "venv"], folder)
    programs = folder / "venv" / "bin"
    pip = [programs / "pip", "--disable-pip-version-check", "--quiet", "install", package]
    _installed(pip, folder)
    return programs


def _installed(command, folder):
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"could not be installed: {done.stderr.strip()[-300:]}")


def _free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextmanager
def _running(command, base_url, path):
    """The program, from its first answer to the end of the block."""
    quiet = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "NO_PROXY": "127.0.0.1"}
    process = subprocess.Popen(
        [str(part) for part in command],
        env=os.environ | quiet,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(process, base_url + path)
        yield base_url
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process, url):
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, f"it ended with {process.returncode}"
        try:
            httpx2.get(url, headers={"Authorization": f"Bearer {KEY}"}, timeout=5)
        except httpx2.HTTPError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"{url} does not answer")
