"""`preflight plan`: what is said before anything is sent, to people and to programs."""

import json

import gateway_double
import pytest
from cli_world import write_promises, write_requests
from request_files import PROMISED, good_lines, line, request, write

from preflight.catalog import yours
from preflight.commands.plan import planned
from preflight.limits import LIMITS
from preflight.render.plan import MOST_ROWS, shape
from preflight.requests.scan import scan


@pytest.fixture(autouse=True)
def no_tables():
    yield
    yours.use(None)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TFY_API_KEY", raising=False)
    write_promises(tmp_path / "promises.json")
    write_requests(tmp_path / "requests.jsonl", [f"r{n}" for n in range(10)])
    return tmp_path


def tables(folder, text):
    (folder / "tables.toml").write_text(text)
    return ("--tables", "tables.toml")


def plan(preflight, *options, file="requests.jsonl"):
    code, out, err = preflight("plan", file, "--promises", "promises.json", *options)
    assert (code, err) == (0, "")
    return out


def document(preflight, *options):
    return json.loads(plan(preflight, *options, "--format", "json"))


def test_shards_waves_time_and_money_are_said_with_their_sources(preflight, folder):
    own = 'openai.max_requests = 4\nopenai.queue_requests = { "gpt-4o-mini" = 8 }\n'
    out = plan(preflight, *tables(folder, own))
    said = " ".join(out.split())
    assert said.startswith("requests.jsonl: 10 requests, ")
    assert "to openai (gpt-4o-mini) in 3 shards and 2 waves" in said
    assert "at most 4 requests (your tables tables.toml)" in said
    assert "at most 8 open requests (your tables tables.toml)" in said
    assert "up to 2 x 24 hours" in said
    assert "for the prompts; the answers may be of any length" in said
    assert "read 2026-07" in said
    assert "--tables takes rows of your own" in said
    assert out.endswith("Nothing was sent.\n")


def test_the_document_has_every_shard_and_each_in_its_wave(preflight, folder):
    own = 'openai.max_requests = 4\nopenai.queue_requests = { "gpt-4o-mini" = 8 }\n'
    found = document(preflight, *tables(folder, own))
    assert (found["format"], found["version"], found["exit_code"]) == ("preflight-plan", 1, 0)
    assert [shard["requests"] for shard in found["shards"]] == [4, 4, 2]
    assert [shard["wave"] for shard in found["shards"]] == [1, 1, 2]
    assert found["waves"] == 2
    size = (folder / "requests.jsonl").stat().st_size
    assert (
        sum(shard["bytes"] for shard in found["shards"]) == found["request_file"]["bytes"] == size
    )
    assert found["limits"]["max_requests"] == {"amount": 4, "source": "your tables tables.toml"}
    assert found["limits"]["open_tokens"] is None
    assert found["money"]["currency"] == "USD"
    assert found["money"]["answers_at_most"] is None
    assert found["time"]["hours"] == 48
    assert found["renamed"] is False


def test_with_no_split_the_file_is_one_shard_and_what_speaks_against_it_is_noted(preflight, folder):
    own = tables(folder, "openai.max_requests = 4\n")
    found = document(preflight, *own, "--no-split")
    assert [(shard["requests"], shard["start"]) for shard in found["shards"]] == [(10, 0)]
    assert "shard 1 is above a limit of one batch" in found["notes"][0]
    assert "Note: shard 1 is above a limit" in plan(preflight, *own, "--no-split")


def test_of_many_shards_the_first_and_the_last_are_shown(preflight, folder):
    write_requests(folder / "requests.jsonl", [f"r{n}" for n in range(50)])
    own = tables(folder, "openai.max_requests = 1\n")
    said = plan(preflight, *own)
    rows = [row.split()[0] for row in said.splitlines() if row.startswith("  ") and row.split()]
    numbers = [row for row in rows if row.isdecimal()]
    assert numbers == [*map(str, range(1, MOST_ROWS)), "50"]
    assert "(30 more)" in said
    assert len(document(preflight, *own)["shards"]) == 50


def test_two_providers_are_one_too_many(preflight, folder):
    azure = {
        name: getattr(PROMISED["azure"], name) for name in PROMISED["azure"].__dataclass_fields__
    }
    write_promises(folder / "promises.json", azure=[azure])
    code, _, err = preflight("plan", "requests.jsonl", "--promises", "promises.json")
    assert code == 2
    assert "goes to one provider" in err
    assert plan(preflight, "--provider", "openai")


def test_what_the_file_is_called_cannot_write_on_the_terminal(preflight, folder):
    name = "a\x1b[2J\u202e.jsonl"
    (folder / "requests.jsonl").rename(folder / name)
    said = plan(preflight, file=name)
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "\\x1b[2J\\u202e.jsonl: 10 requests" in said


def test_faults_of_the_file_are_noted_and_left_to_the_check(preflight, folder):
    content = gateway_double.lines(*(request(n) for n in range(2)))
    (folder / "requests.jsonl").write_bytes(content + b"{\n")
    assert "the scan found 1 faults in the file: `preflight check` names them" in plan(preflight)


@pytest.mark.parametrize("one", [False, True])
@pytest.mark.parametrize("provider", ["vertex", "bedrock"])
def test_ids_that_the_provider_may_not_carry_are_renamed_either_way(tmp_path, provider, one):
    rows = [line(request(n, provider) | {"custom_id": f"00{n}-"}) for n in range(200)]
    found = scan(write(tmp_path / "requests.jsonl", rows))
    made = planned(found, provider, PROMISED[provider], one=one, offline=True)
    assert shape(made)["renamed"] is True
    assert all(shard.renamed for shard in made.shards)
    assert made.renamed == 1


def test_too_few_requests_for_bedrock_are_noted(tmp_path):
    found = scan(write(tmp_path / "requests.jsonl", good_lines(99, "bedrock")))
    made = planned(found, "bedrock", PROMISED["bedrock"], one=False, offline=True)
    assert "shard 1 has fewer requests than one batch must have, 100 (" in made.notes[0]


@pytest.mark.parametrize("provider", list(LIMITS))
def test_offline_the_dated_tables_decide_for_every_provider(tmp_path, provider):
    found = scan(write(tmp_path / "requests.jsonl", good_lines(150, provider)))
    made = planned(found, provider, PROMISED[provider], one=False, offline=True)
    assert [shard.requests for shard in made.shards] == [150]
    assert made.notes == ()
    assert shape(made)["limits"]["max_requests"]["amount"] == LIMITS[provider].max_requests
