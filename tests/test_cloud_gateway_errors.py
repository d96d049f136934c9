"""What goes wrong between the client and the gateway: refusals, faults, the SDK's own errors."""

import httpx2
import openai
import pytest
from flask import Response
from gateway_answers import KEY, ROUTE, double, look, said, served

from preflight.cloud import gateway
from preflight.contract import Gateway
from preflight.seams import NOT_THE_GATEWAY, GatewayAnswer, LookError, Unreachable

__all__ = ["double", "served"]


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"error": {"code": "c", "message": "m", "type": "t"}}, "c", "m"),
        ({"error": {"code": None, "message": "m", "type": "t"}}, "t", "m"),
        ({"error": "words"}, "", "words"),
        ({"detail": "words"}, "", "words"),
        ({"message": "words", "code": 404}, "404", "words"),
        (["words"], "", "['words']"),
    ],
)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_is_an_answer_with_code_and_message(double, status, body, code, message):
    double.answer = said(status, body)
    assert look(double) == GatewayAnswer(status, code, message)


@pytest.mark.parametrize(("status", "tries"), [(500, 2), (502, 2), (429, 1), (409, 1)])
def test_a_servers_fault_is_tried_once_more_and_then_told(double, status, tries):
    double.answer = said(status, {"error": {"message": "the provider did not answer"}})
    double.answer.headers["Retry-After"] = "30"
    assert look(double).message == "the provider did not answer"
    assert len(double.asked) == tries


@pytest.mark.parametrize("status", [200, 404])
def test_a_web_page_is_told_from_the_gateway(double, status):
    double.answer = Response("<html>console</html>", status, content_type="text/html")
    answer = look(double)
    assert (answer.status, answer.code) == (status, NOT_THE_GATEWAY)
    assert double.url in answer.message


@pytest.mark.parametrize("body", [{"status": "ok"}, [], {"data": "x"}, None])
def test_json_that_is_no_list_is_told_from_the_gateway(double, body):
    double.answer = said(200, body)
    assert look(double).code == NOT_THE_GATEWAY


def test_a_refusal_in_plain_text_keeps_its_status(double):
    double.answer = Response("Unauthorized", 401, content_type="text/plain; charset=utf-8")
    assert look(double) == GatewayAnswer(401, "", "Unauthorized")


def test_a_proxys_error_page_is_unreachable(double):
    double.answer = Response("<html>", 502, content_type="text/html")
    with pytest.raises(Unreachable, match="502"):
        look(double)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "not an address", "http://", "ftp://x"])
def test_nothing_that_listens_is_unreachable(double, address):
    with pytest.raises(Unreachable) as caught:
        gateway.connect(Gateway(address)).batches(ROUTE)
    assert "gatewayUrl" in caught.value.remedy


def test_an_answer_that_does_not_come_in_time_is_unreachable(double, monkeypatch):
    monkeypatch.setattr(gateway, "PATIENCE_SECONDS", 0.05)
    double.pause = 0.3
    with pytest.raises(Unreachable, match="within"):
        look(double)


def test_the_key_is_in_no_answer(double):
    double.answer = said(401, {"error": {"message": f"unknown key {KEY}, sorry"}})
    assert look(double).message == "unknown key ***, sorry"


def subclasses(kind):
    return {kind}.union(*(subclasses(below) for below in kind.__subclasses__()))


REQUEST = httpx2.Request("GET", "http://x")


def made(kind):
    """An exception of any class of the SDK or its transport, without its constructor's demands."""
    if issubclass(kind, openai.APIStatusError):
        body = {"error": {"message": "m"}}
        return kind("x", response=httpx2.Response(418, json=body, request=REQUEST), body=body)
    error = kind.__new__(kind)
    error.args = ("x",)
    return error


SDK_ERRORS = sorted(
    (subclasses(openai.OpenAIError) | subclasses(httpx2.HTTPError) | {httpx2.InvalidURL})
    - {openai.OAuthError},
    key=lambda kind: f"{kind.__module__}.{kind.__name__}",
)


@pytest.mark.parametrize("kind", SDK_ERRORS, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_no_exception_of_the_sdk_comes_through(double, monkeypatch, kind):
    error = made(kind)

    def refuse(*_arguments, **_options):
        raise error

    monkeypatch.setattr(openai.OpenAI, "get_api_list", refuse)
    if isinstance(error, openai.APIStatusError):
        assert look(double) == GatewayAnswer(418, "", "m")
        return
    with pytest.raises(LookError) as caught:
        look(double)
    assert caught.value.__cause__ is error
