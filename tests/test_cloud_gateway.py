import base64
import inspect
import json
import time

import httpx2
import openai
import pytest
from flask import Flask, Response, request
from suite_reports import methods

from preflight.cloud import gateway
from preflight.contract import AzureOpenAI, Bedrock, Gateway, OpenAI, VertexAI
from preflight.sandbox.serving import serve
from preflight.seams import (
    NOT_THE_GATEWAY,
    CredentialsMissing,
    GatewayAnswer,
    GatewayApi,
    ListedBatch,
    LookError,
    Unreachable,
)

KEY = "tfy-very-secret"
ROUTE = OpenAI("openai-main", "gpt-4o-mini")
ROUTES = (
    ROUTE,
    AzureOpenAI("azure-main", "s", "g", "a", "r", "d", "m", "GlobalBatch", "2024-10-21", "p"),
    VertexAI("vertex-main", "p", "1", "europe-west4", "bucket", "model", "g", "a"),
    Bedrock("bedrock-main", "aws", "1", "us-west-2", "bucket", "model", ("arn",), "role", "p"),
)
BATCHES = {
    "object": "list",
    "data": [
        {"id": "batch_1", "object": "batch", "status": "in_progress"},
        {"id": "arn%3Aaws", "object": "batch", "status": "PartiallyCompleted"},
    ],
    "has_more": False,
}


class Double:
    """A server that gives one answer to everything, after its pages, and knows what was asked."""

    def __init__(self):
        self.url = ""
        self.reset()

    def reset(self):
        self.answer = BATCHES
        self.pages = []
        self.asked = []
        self.pause = 0

    def app(self):
        app = Flask("gateway-double")

        @app.get("/<path:path>")
        def answer(path):
            self.asked.append((f"/{path}", request.args.to_dict(), dict(request.headers)))
            time.sleep(self.pause)
            told = self.pages.pop(0) if self.pages else self.answer
            if isinstance(told, Response):
                return told
            return Response(json.dumps(told), 200, content_type="application/json")

        return app


def said(status, body):
    return Response(json.dumps(body), status, content_type="application/json")


@pytest.fixture(scope="module")
def served():
    double = Double()
    with serve(double.app()) as double.url:
        yield double


@pytest.fixture
def double(served, monkeypatch):
    served.reset()
    monkeypatch.setenv("TFY_API_KEY", KEY)
    monkeypatch.setattr(gateway, "_PAUSE_SECONDS", 0.01)
    return served


def look(double, method="batches", route=ROUTE):
    return getattr(gateway.connect(Gateway(double.url)), method)(route)


def test_it_answers_every_question_of_the_seam(double):
    client: GatewayApi = gateway.connect(Gateway(double.url))
    for method in methods(GatewayApi):
        ours, theirs = getattr(type(client), method), getattr(GatewayApi, method)
        assert list(inspect.signature(ours).parameters) == list(
            inspect.signature(theirs).parameters
        )


@pytest.mark.parametrize("key", [None, "", "  "])
def test_no_key_is_missing_credentials(monkeypatch, key):
    monkeypatch.delenv("TFY_API_KEY", raising=False)
    if key is not None:
        monkeypatch.setenv("TFY_API_KEY", key)
    with pytest.raises(CredentialsMissing, match="export TFY_API_KEY"):
        gateway.connect(Gateway("http://127.0.0.1:1"))


def test_batches_are_listed_by_id_and_status_in_the_providers_own_words(double):
    found = look(double)
    assert found.status == 200
    assert found.batches == {"batch_1": "in_progress", "arn%3Aaws": "PartiallyCompleted"}
    assert found.listed[0] == ListedBatch("batch_1", "in_progress")


def test_what_a_list_says_of_a_batch_is_read_and_what_is_no_count_is_none(double):
    row = {"id": 5, "model": "gpt-4o", "created_at": 7, "request_counts": {"total": 9}}
    odd = {"id": "b", "model": None, "created_at": "soon", "request_counts": {"total": True}}
    double.answer = {"data": [row, odd, {"no": "id"}, "no batch"], "has_more": True}
    found = look(double)
    assert found.listed == (ListedBatch("5", "", "gpt-4o", 7, 9), ListedBatch("b", ""))
    assert found.more


def test_further_pages_are_asked_for_while_they_are_of_the_last_hour(double):
    old = {"data": [{"id": "old", "created_at": int(time.time()) - 4000}], "has_more": True}
    double.answer = old
    assert look(double).more
    assert len(double.asked) == 1
    double.reset()
    now = int(time.time())
    double.answer = {"data": [{"id": "new", "created_at": now}], "has_more": True}
    assert len(look(double).listed) == 20
    assert [query.get("after") for _, query, _ in double.asked] == [None] + ["new"] * 19


def file(number, **more):
    return {"id": f"file-{number}", "object": "file", "purpose": "batch", **more}


def test_input_files_are_counted_by_whether_they_expire_and_no_other_files_are(double):
    rows = [
        file(1),
        file(2, expires_at=None),
        file(3, expires_at=1893456000),
        file(4, purpose="batch_output"),
        {"object": "file", "purpose": "batch"},
        "x",
    ]
    double.answer = {"object": "list", "data": rows}
    answer = look(double, "files")
    assert (answer.kept, answer.expiring, answer.more) == (2, 1, False)
    assert (answer.batches, answer.listed, answer.models) == ({}, (), ())
    [(path, query, _)] = double.asked
    assert (path, query) == ("/files", {})


def test_further_pages_of_files_are_counted_and_one_that_is_refused_is_the_answer(double):
    pages = [
        {"data": [file(1), file(2)], "has_more": True},
        {"data": [file(3, expires_at=1893456000)], "has_more": True},
        {"data": [file(4)], "has_more": False},
    ]
    double.pages = [*pages]
    answer = look(double, "files")
    assert (answer.kept, answer.expiring, answer.more) == (3, 1, False)
    assert [query.get("after") for _, query, _ in double.asked] == [None, "file-2", "file-3"]
    double.pages = [pages[0], said(403, {"error": {"message": "no more"}})]
    refused = look(double, "files")
    assert (refused.status, refused.message) == (403, "no more")


def test_an_endless_list_of_files_is_given_up(double):
    double.answer = {"data": [file(1)], "has_more": True}
    answer = look(double, "files")
    assert (answer.kept, answer.more, len(double.asked)) == (20, True, 20)


def test_models_are_listed_by_id(double):
    double.answer = {"object": "list", "data": [{"id": "openai-main/gpt-4o"}, {"id": "m"}]}
    assert look(double, "models").models == ("openai-main/gpt-4o", "m")
    assert double.asked[0][0] == "/models"


def token(claims):
    body = base64.urlsafe_b64encode(claims).rstrip(b"=").decode()
    return f"e30.{body}.c2ln"


@pytest.mark.parametrize(
    ("key", "ends"),
    [
        (KEY, None),
        (token(b'{"exp": 1900000000}'), 1_900_000_000),
        (token(b'{"exp": 1900000000.5}'), 1_900_000_000),
        (token(b"{}"), None),
        (token(b'{"exp": "1900000000"}'), None),
        (token(b'{"exp": true}'), None),
        (token(b'{"exp": 1e99}'), None),
        (token(b'{"exp": NaN}'), None),
        (token(b'{"exp": -5}'), None),
        (token(b"[1]"), None),
        (token(b"\xff"), None),
        (token(b"[" * 100_000), None),
        ("a.%.c", None),
    ],
    ids=range(13),
)
def test_a_key_that_is_a_web_token_says_when_it_ends_and_nothing_is_sent(
    double, monkeypatch, key, ends
):
    monkeypatch.setenv("TFY_API_KEY", key)
    assert look(double, "key_expiry") == ends
    assert not double.asked


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: type(route).__name__)
def test_each_route_sends_its_own_headers_and_the_key(double, route):
    from preflight.routes import headers  # noqa: PLC0415

    look(double, route=route)
    ((path, query, sent),) = double.asked
    assert (path, query) == ("/batches", {"limit": "100"})
    assert sent["Authorization"] == f"Bearer {KEY}"
    assert {name.lower(): value for name, value in sent.items()}.items() >= headers(route).items()


@pytest.mark.parametrize(
    ("base", "path"), [("", "/batches"), ("/", "/batches"), ("/api/llm/", "/api/llm/batches")]
)
def test_nothing_is_taken_from_the_base_url_but_one_slash_and_nothing_added(double, base, path):
    gateway.connect(Gateway(double.url + base)).batches(ROUTE)
    assert double.asked[0][0] == path


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


def test_equal_questions_are_asked_once(double):
    client = gateway.connect(Gateway(double.url))
    for _ in range(2):
        client.batches(ROUTE)
        client.batches(ROUTES[2])
    assert len(double.asked) == 2


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
