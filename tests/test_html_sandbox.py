"""The page of a real check: asked of the sandbox's gateway and clouds."""

import pytest
from infra_world import ROOT
from test_html_numbers import Tables

pytest.importorskip("ministack", reason="the sandbox extra is not installed")

from preflight.sandbox.breakages import named
from preflight.sandbox.world import World


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    with World(folder, providers=("openai",), program=ROOT) as running:
        yield running


@pytest.fixture
def checked(sandbox, monkeypatch, tmp_path, preflight):
    for name, value in sandbox.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    def check():
        file = sandbox.request_file("openai")
        code, out, err = preflight("check", file, "--format", "html")
        assert err == ""
        return code, out, Tables(out).texts

    return check


def test_a_page_follows_the_world(checked, sandbox):
    code, out, texts = checked()
    assert code == 0
    assert "every step holds" in out
    assert "1 shard in 1 wave, up to 24 h" in texts["plan"]
    assert "openai (openai-main)" in texts["trust"]
    named("openai-revoked-key").apply(sandbox)
    code, out, texts = checked()
    assert code == 1
    assert "step 2 fails" in out
    assert "OpenAI takes the key that the gateway holds" in texts["trust"]
    assert sandbox.env["TFY_API_KEY"] not in out
