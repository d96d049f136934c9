"""The calls as they go over the wire, and answers of every shape as they are read."""

import http.server
import json
import threading

import pytest
from flask import Response
from gateway_double import KEY, Double, lines, page, refusal, result
from request_files import PROMISED

from preflight.batch import answers, remote
from preflight.batch.plan import Plan
from preflight.batch.refusals import Blind, Declined, Lost
from preflight.batch.remote import Remote
from preflight.sandbox.serving import serve
from preflight.seams import CredentialsMissing


@pytest.fixture
def double():
    return Double(states=[{"status": "in_progress"}])


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(remote, "LOOK_RETRIES", 0)


def plan(url, folder, provider="openai"):
    requests = folder / "requests.jsonl"
    requests.write_bytes(b"{}\n")
    return Plan("k" * 16, provider, url, PROMISED[provider], requests, "s", 1, 3, "tag")


@pytest.fixture
def gateway(double, tmp_path):
    with serve(double.app()) as url, Remote(plan(url, tmp_path), {"TFY_API_KEY": KEY}) as there:
        yield there


@pytest.fixture
def requests(tmp_path):
    return tmp_path / "requests.jsonl"


ODD = {
    "a web page": page,
    "no JSON": lambda: Response("{{", content_type="application/json"),
    "a list": lambda: Response("[]", content_type="application/json"),
    "a text": lambda: Response('"ok"', content_type="application/json"),
    "nothing in it": lambda: Response("{}", content_type="application/json"),
    "an empty id": lambda: Response('{"id": "", "status": ""}', content_type="application/json"),
    "no content": lambda: Response("", 200),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_answer_that_is_not_the_gateways_is_no_answer(gateway, double, requests, odd):
    double.creates.append({"input_file_id": "file-0"})
    for step, call in {
        "upload": lambda: gateway.upload(requests, "n.jsonl"),
        "create": lambda: gateway.create("file-0", "n"),
        "look": lambda: gateway.look("batch-0"),
        "cancel": lambda: gateway.cancel("batch-0"),
        "list": lambda: gateway.find_batch("n", "file-9", since=0),
        "list-files": lambda: gateway.find_upload("n", 3),
    }.items():
        double.before[step] = [odd()]
        with pytest.raises(Lost, match="not the gateway's"):
            call()


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_a_fault_of_the_server_may_hide_a_call_that_was_carried_out(gateway, double, status):
    double.before["create"] = [refusal(status, "oops")]
    with pytest.raises(Lost, match=f"create: HTTP {status}: oops"):
        gateway.create("file-0", "n")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429])
def test_a_refusal_is_told_in_its_own_words(gateway, double, status):
    double.before["create"] = [refusal(status, "no", "a_code")]
    with pytest.raises(Declined, match=f"create: HTTP {status}: a_code: no") as refused:
        gateway.create("file-0", "n")
    assert refused.value.status == status
    assert ("TFY_API_KEY" in refused.value.remedy) == (status == 401)


def test_a_refusal_of_a_web_server_is_told_too(gateway, double):
    double.before["create"] = [page(413)]
    with pytest.raises(Declined, match="HTTP 413"):
        gateway.create("file-0", "n")


@pytest.mark.parametrize("provider", ["openai", "azure", "vertex", "bedrock"])
def test_each_provider_gets_its_own_form_of_a_create(double, tmp_path, provider):
    with (
        serve(double.app()) as url,
        Remote(plan(url, tmp_path, provider), {"TFY_API_KEY": f" {KEY}\n"}) as gateway,
    ):
        gateway.create("file-0", "the-name")
    azure = provider == "azure"
    common = {
        "input_file_id": "file-0",
        "endpoint": "/chat/completions" if azure else "/v1/chat/completions",
        "completion_window": "24h",
    }
    own = {
        "vertex": {"job_name": "the-name", "model": "gemini-2.5-flash"},
        "bedrock": {
            "job_name": "the-name",
            "model": PROMISED["bedrock"].model,
            "role_arn": PROMISED["bedrock"].job_role_arn,
        },
    }.get(provider, {"metadata": {"preflight_run": "the-name"}})
    assert double.creates == [common | own]


def test_a_batch_is_known_by_its_upload_before_its_name(gateway, double):
    ours = {"input_file_id": "s3%3A%2F%2Fb%2Fk", "metadata": None}
    named = {"input_file_id": "file-8", "metadata": {"preflight_run": "n"}}
    other = {"input_file_id": "file-9", "metadata": ["odd"]}
    double.creates = [ours, named, other]
    assert gateway.find_batch("n", "s3://b/k", since=0).id == "batch-0"
    assert gateway.find_batch("n", "file-1", since=0).id == "batch-1"
    assert gateway.find_batch("m", "file-1", since=0) is None


def pages(*rows, more):
    return Response(json.dumps({"data": list(rows), "has_more": more}), mimetype="application/json")


def row(number):
    return {"id": f"batch-{number}", "status": "x", "input_file_id": f"file-{number}"}


def test_lists_are_read_over_their_pages(gateway, double):
    double.before["list"] = [pages(row(3), row(2), more=True), pages(row(1), more=False)]
    assert gateway.find_batch("n", "file-1", since=0).id == "batch-1"
    double.before["list"] = [pages(row(3), more=False), pages(row(1), more=False)]
    assert gateway.find_batch("n", "file-1", since=0) is None


def test_a_list_that_never_ends_is_left(gateway, double):
    double.before["list"] = [pages(row(3), more=True) for _ in range(99)]
    assert gateway.find_batch("n", "file-1", since=0) is None
    assert len(double.before["list"]) == 97
    double.before["list"] = [pages(row(number), more=True) for number in range(150)]
    with pytest.raises(Blind, match="goes on after 10,000 entries"):
        gateway.find_batch("n", "no-file", since=0)
    assert len(double.before["list"]) == 50


def test_a_list_is_read_as_far_back_as_the_batch_can_have_been_created(gateway, double):
    old = [pages(row(number) | {"created_at": 1000 - number}, more=True) for number in range(50)]
    double.before["list"] = old
    assert gateway.find_batch("n", "no-file", since=990) is None
    assert len(double.before["list"]) == 50 - 12


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"id": "b-1", "status": "x", "input_file_id": "f"}], "does not show batch b-0, which"),
        ([{"id": "b-0", "status": "x", "created_at": 2000}], "does not say what batch b-0 reads"),
    ],
)
def test_a_list_that_leaves_something_out_is_no_proof(gateway, double, rows, words):
    double.before["list"] = [pages(*rows, more=False)]
    with pytest.raises(Blind, match=words):
        gateway.find_batch("n", "no-file", since=1000, others=["b-0"])


def test_a_batch_of_before_need_not_say_what_it_reads(gateway, double):
    rows = [{"id": "b-0", "status": "x", "created_at": 999}]
    double.before["list"] = [pages(*rows, more=False)]
    assert gateway.find_batch("n", "no-file", since=1000) is None


def test_an_upload_is_known_by_name_and_size(gateway, double):
    double.uploads = [("n.jsonl", b"12"), ("n.jsonl", b"123"), ("m.jsonl", b"123")]
    assert gateway.find_upload("n.jsonl", 3) == "file-1"
    assert gateway.find_upload("n.jsonl", 4) is None


def test_a_download_tells_how_far_it_is(gateway, double, tmp_path):
    double.content["out"] = lines(*(result(f"r{number}") for number in range(999)))
    arrived = []
    assert gateway.download("out", tmp_path / "out.jsonl", arrived.append)
    assert (tmp_path / "out.jsonl").read_bytes() == double.content["out"]
    assert sum(arrived) == len(double.content["out"])
    assert gateway.download("gone", tmp_path / "gone.jsonl", arrived.append) is False
    double.before["content"] = [refusal(403, "HTTP 404 is not what this is")]
    with pytest.raises(Declined):
        gateway.download("out", tmp_path / "denied.jsonl", arrived.append)


class _Cut(http.server.BaseHTTPRequestHandler):
    """Promises more than it sends."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'{"custom_id"')

    def log_message(self, *_):
        """Say nothing."""


def test_a_download_that_is_cut_leaves_no_file(tmp_path):
    server = http.server.HTTPServer(("127.0.0.1", 0), _Cut)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        planned = plan(f"http://127.0.0.1:{server.server_port}", tmp_path)
        with Remote(planned, {"TFY_API_KEY": KEY}) as gateway, pytest.raises(Lost):
            gateway.download("out", tmp_path / "out.jsonl", print)
    finally:
        server.shutdown()
        server.server_close()
    assert {path.name for path in tmp_path.iterdir()} == {"requests.jsonl"}


def test_the_key_is_taken_out_of_what_the_gateway_says(gateway, double):
    double.before["create"] = [refusal(401, f"Incorrect API key provided: {KEY}.")]
    with pytest.raises(Declined, match=r"provided: \*\*\*\."):
        gateway.create("file-0", "n")


@pytest.mark.parametrize("key", [None, "", " \n", "tfy-1 2", "tfy-1\n2", "\N{EURO SIGN}"])
def test_a_key_that_no_header_can_carry_is_refused_and_not_shown(tmp_path, key):
    environment = {} if key is None else {"TFY_API_KEY": key}
    with pytest.raises(CredentialsMissing, match="TFY_API_KEY") as refused:
        Remote(plan("http://127.0.0.1:9", tmp_path), environment)
    assert not (key or "").strip() or key not in str(refused.value)


@pytest.mark.parametrize(
    ("errors", "reasons"),
    [
        (None, ()),
        ({"data": None}, ()),
        ({"data": [{"code": "c", "message": "m", "line": 3}]}, ("line 3: c: m",)),
        ([{"message": "m"}, "text", None, {}], ("m", "text")),
        ({"code": "c", "message": "m"}, ("c: m",)),
        ("text", ("text",)),
    ],
)
def test_reasons_are_read_in_every_shape(errors, reasons):
    counts = {"total": "9", "completed": 2.0, "failed": True}
    body = {"id": "b", "status": "failed", "errors": errors, "request_counts": counts}
    found = answers.batch(body | {"output_file_id": "", "error_file_id": 7})
    assert found.reasons == reasons
    assert (found.total, found.completed, found.failed) == (9, 2, None)
    assert (found.output_file_id, found.error_file_id) == (None, None)
