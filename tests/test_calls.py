"""What is counted of the calls of a run: how many, and the longest chain of them."""

import json
import threading

import pytest
from flask import Flask, jsonify

from preflight.contract import AzureOpenAI, Bedrock, Gateway
from preflight.outcomes import Passed, check
from preflight.runner import Suite, World, run
from preflight.sandbox.serving import serve
from preflight.seams import Refused
from preflight.seams.asking import Asking
from preflight.seams.calls import called
from preflight.seams.moment import Moment
from preflight.seams.together import AT_ONCE, both, together
from preflight.worlds import Worlds


def calling(check_id, number, *, gate=False):
    """A check that makes so many calls, one after the other."""

    @check(check_id, "It calls", gate=gate)
    def calls(promised, world):
        for _ in range(number):
            called()
        return Passed("called")

    return calls


def suite(*checks, world=None):
    return Suite("any", "all", checks, object(), world or World(lambda: None))


def counted(*suites):
    report = run(suites)
    return report.calls, report.longest_chain


def test_no_call_is_counted_where_none_is_made():
    assert counted(suite(calling("one", 0))) == (0, 0)


def test_calls_of_one_question_wait_for_one_another():
    assert counted(suite(calling("one", 3))) == (3, 3)


def test_questions_side_by_side_do_not_wait_for_one_another():
    suites = suite(calling("one", 3), calling("two", 2)), suite(calling("three", 1))
    assert counted(*suites) == (6, 3)


def test_what_stands_behind_a_gate_waits_for_it():
    gate = calling("gate", 2, gate=True)
    assert counted(suite(gate, calling("one", 3), calling("two", 1))) == (6, 5)


def test_a_gate_waits_for_the_longest_before_it():
    checks = (calling("one", 4), calling("two", 1), calling("gate", 1, gate=True))
    assert counted(suite(*checks)) == (6, 5)


def test_who_waits_for_the_answer_of_another_is_as_deep_as_that():
    moment, asked = Moment(), threading.Barrier(2)

    def ask():
        called()
        called()

    @check("first", "It asks")
    def first(promised, world):
        asked.wait(5)
        moment.answer("q", ask)
        return Passed("asked")

    @check("second", "It asks the same, then calls")
    def second(promised, world):
        asked.wait(5)
        moment.answer("q", ask)
        called()
        return Passed("asked")

    assert counted(suite(first, second)) == (3, 3)


def test_questions_asked_together_are_one_deep():
    @check("many", "It asks many at once")
    def many(promised, world):
        called()
        together([called] * AT_ONCE)
        both(called, called)
        return Passed("asked")

    assert counted(suite(many)) == (1 + AT_ONCE + 2, 3)


def test_a_call_outside_of_a_run_is_nobodys():
    called()


def test_together_keeps_the_order_and_raises_the_first_error():
    assert together([lambda n=n: n for n in range(30)]) == list(range(30))

    def fail(name):
        raise Refused(name, "p")

    with pytest.raises(Refused, match="one"):
        together([lambda: 1, lambda: fail("one"), lambda: fail("two")])


class Client:
    def __init__(self):
        self.asked = []
        self.answers = {}

    def __getattr__(self, name):
        def ask(*arguments):
            self.asked.append((name, *arguments))
            answer = self.answers.get(name, "us-west-2")
            if isinstance(answer, Exception):
                raise answer
            return answer

        return ask


def asking(client, seam="aws", patience=30.0):
    return Asking(seam, lambda question, given: getattr(client, question.name)(*given), patience)


def test_a_question_is_asked_once_for_each_set_of_arguments():
    client = Client()
    aws = asking(client)
    for bucket in ("a", "b", "a"):
        assert aws.bucket_region(bucket) == "us-west-2"
    assert aws.open_jobs("r", ["x"]) == aws.open_jobs("r", ("x",))
    aws.may("p", "a", "r", {"k": "1", "l": "2"})
    aws.may("p", "a", "r", {"l": "2", "k": "1"})
    assert [name for name, *_ in client.asked] == ["bucket_region"] * 2 + ["open_jobs", "may"]


def test_a_refusal_is_remembered_too():
    client = Client()
    client.answers["role"] = Refused("role", "iam:GetRole")
    aws = asking(client)
    for _ in range(3):
        with pytest.raises(Refused):
            aws.role("arn")
    assert len(client.asked) == 1


def test_many_threads_share_one_question():
    release, client = threading.Event(), Client()
    aws = Asking("aws", lambda *_: (release.wait(5), client.x())[1])
    threads = [threading.Thread(target=aws.bucket_region, args=("b",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    release.set()
    for thread in threads:
        thread.join(5)
    assert len(client.asked) == 1


def test_a_question_that_hangs_past_its_deadline_is_asked_again():
    release, asked = threading.Event(), []

    def ask(question, arguments):
        asked.append(1)
        if len(asked) == 1:
            release.wait(5)
        return "us-west-2"

    aws = Asking("aws", ask, patience_seconds=0.05)
    hanging = threading.Thread(target=aws.bucket_region, args=("b",), daemon=True)
    hanging.start()
    while not asked:
        pass
    threading.Event().wait(0.1)
    assert aws.bucket_region("b") == "us-west-2"
    assert len(asked) == 2
    release.set()
    hanging.join(5)


AZURE = AzureOpenAI("a", "sub", "group", "account", "r", "d1", "m1", "GlobalBatch", "v", "p")


def test_of_azure_deployments_of_one_account_the_account_is_asked_once():
    client = Client()
    azure = asking(client, "azure")
    other = AzureOpenAI("a", "sub", "group", "account", "r", "d2", "m2", "GlobalBatch", "v", "p")
    for promised in (AZURE, other):
        azure.account(promised)
        azure.usages(promised)
        azure.roles_of(promised, "p")
        azure.deployment(promised)
    names = [name for name, *_ in client.asked]
    assert names == ["account", "usages", "roles_of", "deployment", "deployment"]


def bedrock(model, region="us-west-2", **changes):
    fixed = {"account": "1", "bucket": "b", "job_role_arn": "j", "gateway_principal_arn": "g"}
    return Bedrock(
        provider_name="p", partition="aws", region=region, model=model, model_arns=(), **fixed
    )


def test_targets_that_differ_in_the_model_share_a_client_and_others_do_not():
    worlds = Worlds()
    one = worlds.aws(bedrock("m"))
    assert worlds.aws(bedrock("n")) is one
    assert worlds.aws(bedrock("m", "eu-west-1")) is not one
    assert worlds.gateway(Gateway("http://g")) is worlds.gateway(Gateway("http://g"))
    assert worlds.gateway(Gateway("http://h")) is not worlds.gateway(Gateway("http://g"))


def test_the_report_says_how_many_calls_were_made(preflight, monkeypatch, tmp_path):
    app, seen = Flask("gateway"), []

    @app.get("/<path:path>")
    def answer(path):
        seen.append(path)
        return jsonify({"object": "list", "data": []})

    monkeypatch.setenv("TFY_API_KEY", "key-of-a-test")
    promises = tmp_path / "p.json"
    with serve(app) as url:
        outputs = {"version": 2, "gateway": {"base_url": url}}
        outputs["openai"] = [
            {"provider_name": "openai-main", "model": model} for model in ("gpt-4o", "gpt-4o-mini")
        ]
        promises.write_text(json.dumps(outputs))
        _, out, _ = preflight("check", "--promises", promises, "--format", "json")
        calls = len(seen)
        _, text, _ = preflight("check", "--promises", promises)
    found = json.loads(out)
    assert found["calls"] == calls == len(seen) - calls
    assert 1 <= found["longest_chain"] <= calls
    assert seen.count("batches") == 2
    assert f"{calls} call" in text


def test_each_try_is_a_call(preflight, monkeypatch, tmp_path):
    app = Flask("gateway")

    @app.get("/<path:path>")
    def answer(path):
        return jsonify({"error": {"message": "busy"}}), 503

    monkeypatch.setenv("TFY_API_KEY", "key-of-a-test")
    monkeypatch.setattr("preflight.cloud.gateway._PAUSE_SECONDS", 0.0)
    promises = tmp_path / "p.json"
    with serve(app) as url:
        openai = [{"provider_name": "openai-main", "model": "gpt-4o"}]
        outputs = {"version": 2, "gateway": {"base_url": url}, "openai": openai}
        promises.write_text(json.dumps(outputs))
        _, out, _ = preflight(
            "check", "--promises", promises, "--format", "json", "--only", "gateway-reachable"
        )
    assert (json.loads(out)["calls"], json.loads(out)["longest_chain"]) == (2, 2)
