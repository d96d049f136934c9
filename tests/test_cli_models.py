"""A file of several models at the command line: checked, planned, and run in shards of one each."""

import json
from dataclasses import asdict, replace
from urllib.request import urlopen

import pytest
from cli_world import one_sentence, outputs
from gateway_double import KEY
from many_batches import many_batches
from request_files import PROMISED, line, request, write

MODELS = {
    "openai": ("gpt-4o-mini", "gpt-4.1"),
    "azure": ("batch-gpt-4o-mini", "batch-gpt-4.1"),
}
SENT = ("run", "requests.jsonl", "--offline", "--force")


@pytest.fixture(scope="module")
def gateway():
    with many_batches() as url:
        yield url


@pytest.fixture(params=MODELS)
def provider(request):
    return request.param


@pytest.fixture
def told(tmp_path, monkeypatch, gateway, provider):
    """What the gateway has; and a stack of two models, with a file that names both in turns."""
    small = PROMISED[provider]
    named = {"deployment": "batch-gpt-4.1"} if provider == "azure" else {}
    both = [asdict(small), asdict(replace(small, model="gpt-4.1", **named))]
    base = f"{gateway}/{provider}/{tmp_path.name}"
    promised = {name: part for name, part in outputs(base).items() if name != "openai"}
    (tmp_path / "promises.json").write_text(json.dumps(promised | {provider: both}))
    rows(tmp_path, *MODELS[provider] * 5)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PREFLIGHT_PROMISES", "promises.json")
    monkeypatch.setenv("PREFLIGHT_POLL_SECONDS", "0.02")
    monkeypatch.setenv("TFY_API_KEY", KEY)

    def ask():
        with urlopen(f"{base}/told", timeout=10) as answer:
            return json.load(answer)

    return ask


def rows(folder, *models):
    provider = "azure" if models[0].startswith("batch-") else "openai"
    every = [line(request(n, provider, model=model)) for n, model in enumerate(models)]
    return write(folder / "requests.jsonl", every)


def models_of(text):
    return {json.loads(row)["body"]["model"] for row in text.splitlines()}


def test_each_model_has_a_batch_of_its_own_and_results_come_in_the_files_order(
    preflight, told, provider, tmp_path
):
    code, out, err = preflight(*SENT, "--out", "run")
    assert code == 0, out + err
    assert "10 results, 0 errors, 0 missing" in out
    first, second = told()["inputs"]
    assert (models_of(first), models_of(second)) == tuple({name} for name in MODELS[provider])
    results = (tmp_path / "run" / "results.jsonl").read_text().splitlines()
    assert [json.loads(row)["custom_id"] for row in results] == [f"ask-{n}" for n in range(10)]
    code, out, err = preflight(*SENT, "--out", "run")
    assert (code, len(told()["inputs"])) == (0, 2)
    assert "nothing is sent" in err


def test_the_check_passes_for_each_model_with_its_own_requests(preflight, told, provider):
    code, out, err = preflight("check", "requests.jsonl", "--offline", "--format", "json")
    assert code == 0, out + err
    found = [it for it in json.loads(out)["checks"] if it["id"] == "requests-model"]
    assert len({it["target"] for it in found}) == 2
    for name, it in zip(MODELS[provider], found, strict=True):
        assert f"{name} on 5 requests" in json.dumps(it)


def test_a_model_that_nobody_promised_fails_by_name_and_is_sent_only_by_force(
    preflight, told, provider, tmp_path
):
    rows(tmp_path, *MODELS[provider], *MODELS[provider], "unheard-of")
    code, out, _ = preflight("check", "requests.jsonl", "--offline", "--format", "json")
    failed = [it for it in json.loads(out)["checks"] if it["outcome"] == "failed"]
    assert (code, {it["id"] for it in failed}) == (1, {"requests-model"})
    assert '\\"unheard-of\\" on line 5' in json.dumps(failed)
    before = len(told()["inputs"])
    preflight(*SENT, "--out", "forced")
    (sent,) = told()["inputs"][before:]
    assert models_of(sent) == {*MODELS[provider], "unheard-of"}


def test_as_one_job_a_mix_fails(preflight, told):
    code, out, _ = preflight("check", "requests.jsonl", "--offline", "--no-split")
    assert code == 1
    assert "the file mixes 2 models" in " ".join(out.split())
    assert not told()["inputs"]


def test_the_plan_has_a_shard_of_each_model_within_its_own_limits(
    preflight, told, provider, tmp_path
):
    if provider == "openai":
        own = 'openai.queue_requests = { "gpt-4o-mini" = 2, "gpt-4.1" = 5 }\n'
        (tmp_path / "tables.toml").write_text(own)
    tables = ("--tables", "tables.toml") if provider == "openai" else ()
    code, out, _ = preflight("plan", "requests.jsonl", "--offline", "--format", "json", *tables)
    found = json.loads(out)
    small, large = MODELS[provider]
    shards = [(it["model"], it["requests"]) for it in found["shards"]]
    if provider == "openai":
        assert sorted(shards) == sorted([(small, 2), (small, 2), (small, 1), (large, 5)])
        assert found["waves"] == 3
        assert "the queue of gpt-4.1 is its own: 5 requests" in " ".join(found["notes"])
        assert found["money"]["model"] == "gpt-4o-mini, gpt-4.1"
    else:
        assert shards == [(small, 5), (large, 5)]
    assert code == 0
    assert small in found["target"]
    assert large in found["target"]
    code, out, _ = preflight("plan", "requests.jsonl", "--offline", *tables)
    assert f"  {large}" in out
    assert code == 0


def test_a_canary_is_one_job_and_takes_no_mix(preflight, told):
    code, out, err = preflight("check", "requests.jsonl", "--canary", "--yes")
    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert "names 2 models, and a canary is one job" in err
    assert not told()["inputs"]
