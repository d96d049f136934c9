"""What the client asks of the gateway, and what it reads from the answers."""

import base64
import inspect
import time

import pytest
from gateway_answers import KEY, ROUTE, double, look, said, served
from suite_reports import methods

from preflight.cloud import gateway
from preflight.contract import AzureOpenAI, Bedrock, Gateway, VertexAI
from preflight.seams import CredentialsMissing, GatewayApi, ListedBatch

__all__ = ["double", "served"]

ROUTES = (
    ROUTE,
    AzureOpenAI("azure-main", "s", "g", "a", "r", "d", "m", "GlobalBatch", "2024-10-21", "p"),
    VertexAI("vertex-main", "p", "1", "europe-west4", "bucket", "model", "g", "a"),
    Bedrock("bedrock-main", "aws", "1", "us-west-2", "bucket", "model", ("arn",), "role", "p"),
)


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


def test_equal_questions_are_asked_once(double):
    client = gateway.connect(Gateway(double.url))
    for _ in range(2):
        client.batches(ROUTE)
        client.batches(ROUTES[2])
    assert len(double.asked) == 2
