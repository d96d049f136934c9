"""The sandbox's gateway and its OpenAI, for programs that use the library."""

import json
from dataclasses import dataclass

import pytest

pytest.importorskip("flask", reason="the sandbox extra is not installed")

from cli_world import outputs, write_requests

from preflight.sandbox.accounts import OpenAIAccount
from preflight.sandbox.gateway import SandboxGateway
from preflight.sandbox.upstream import OpenAIUpstream
from preflight.sandbox.upstream.lifecycle import Timing


@dataclass
class Upstream:
    """The provider, and where the gateway to it is."""

    openai: OpenAIUpstream
    base_url: str

    @property
    def batches(self):
        return self.openai._engine.batches()  # noqa: SLF001 - as the provider's own console shows


KEY = "a-key-of-the-gateway"
IDS = [f"r{number}" for number in range(40)]


@pytest.fixture
def timing():
    return Timing(validating=0.1, running=0.3, finalizing=0.1)


@pytest.fixture
def upstream(tmp_path, monkeypatch, timing):
    """The provider; the working directory holds a request file, and the key is nowhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PREFLIGHT_POLL_SECONDS", "0.1")
    with OpenAIUpstream(tmp_path / "clouds", timing) as openai, SandboxGateway(KEY) as gateway:
        gateway.register(OpenAIAccount("openai-main", openai.base_url, openai.api_key))
        write_requests(tmp_path / "requests.jsonl", IDS)
        yield Upstream(openai, gateway.base_url)


@pytest.fixture
def promises(upstream):
    """A stack's outputs, as a program has them."""
    return outputs(upstream.base_url)


@pytest.fixture
def silent(capfd):
    """Nothing is printed by the library, by any way."""
    yield
    assert capfd.readouterr() == ("", "")


def ids(path):
    return [json.loads(line)["custom_id"] for line in path.read_bytes().splitlines()]


def one_at_a_time(folder, most=10):
    """Tables with which the request file is several shards, of which one may be open."""
    tables = folder / "tables.toml"
    rows = f"[openai]\nmax_requests = {most}\n[gateway]\nmax_open_batches = 1\n"
    tables.write_text(rows)
    return tables
