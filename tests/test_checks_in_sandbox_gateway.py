"""The checks of the gateway and of OpenAI behind it, against the sandbox's."""

from dataclasses import replace

import pytest
from suite_reports import outcomes, report

from preflight.checks import gateway as gateway_checks
from preflight.checks import openai as openai_checks
from preflight.cloud import gateway
from preflight.contract import Gateway, OpenAI
from preflight.outcomes import Unknown
from preflight.report import Verdict
from preflight.sandbox.accounts import OpenAIAccount
from preflight.sandbox.gateway import SandboxGateway
from preflight.sandbox.upstream import OpenAIUpstream

ROUTE = OpenAI("openai-main", "gpt-4o-mini")


@pytest.fixture
def through(tmp_path, monkeypatch):
    """OpenAI behind the gateway; `ask` runs all checks with the key and the promise given."""
    with OpenAIUpstream(tmp_path) as upstream, SandboxGateway("the-key") as served:

        def ask(promised=ROUTE, key="the-key", path=""):
            monkeypatch.setenv("TFY_API_KEY", key)
            client = gateway.connect(Gateway(served.base_url + path))
            return report((*gateway_checks.SUITES, *openai_checks.SUITES), promised, client)

        served.register(OpenAIAccount("openai-main", upstream.base_url, upstream.api_key))
        yield ask, served, upstream


def test_openai_behind_the_gateway_is_ready(through):
    ask, _, _ = through
    assert ask().verdict is Verdict.READY


def test_a_wrong_gateway_key_is_the_gateways_word(through):
    ask, _, _ = through
    assert ask(key="another").failed_ids() == {"gateway-key"}


def test_a_revoked_openai_key_is_openais_word(through):
    ask, _, upstream = through
    upstream.revoke_key()
    assert ask().failed_ids() == {"openai-key"}


def test_an_unknown_provider_account_is_named(through):
    ask, _, _ = through
    broken = ask(replace(ROUTE, provider_name="openai-other"))
    assert broken.failed_ids() == {"gateway-provider-account"}
    assert "openai-other" in outcomes(broken)["gateway-provider-account"].problem


def test_a_provider_that_does_not_answer_is_unknown(through):
    ask, served, _ = through
    served.register(OpenAIAccount("openai-main", "http://127.0.0.1:1", "key"))
    looked = ask()
    assert not looked.failed_ids()
    assert isinstance(outcomes(looked)["gateway-batch-api"], Unknown)
