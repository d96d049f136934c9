"""`preflight split`: the shards a run would send, as files that appear together or not at all."""

import hashlib
import io
import json

import pytest
from cli_world import one_sentence, outputs, request, write_promises
from gateway_double import lines

from preflight.batch.manifest import read
from preflight.batch.shard_files import cut_to
from preflight.batch.shards import ordinal


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The working directory, with tables that let a batch have ten requests."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ten.toml").write_text("".join(f"[{p}]\nmax_requests = 10\n" for p in PROVIDERS))
    return tmp_path


PROVIDERS = ("openai", "azure", "vertex", "bedrock")


def write(path, ids, **changes):
    path.write_bytes(lines(*(request(custom_id, **changes) for custom_id in ids)))
    return path


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def body(model):
    return {"model": model, "messages": [{"role": "user", "content": "Hello?"}]}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_shards_are_the_file_in_order_within_the_limits(preflight, here, provider):
    path = write(here / "requests.jsonl", [f"r{n:03}" for n in range(25)])
    asked = ("split", path, "--provider", provider, "--to", "shards", "--tables", "ten.toml")
    code, out, _ = preflight(*asked)
    made = files(here / "shards")
    shards = [made[f"000{number}.jsonl"] for number in (1, 2, 3)]
    assert (code, b"".join(shards)) == (0, path.read_bytes())
    assert [shard.count(b"\n") for shard in shards] == [10, 10, 5]
    assert out.startswith("25 requests in 3 shards\n  shards/0001.jsonl: 10 requests, ")

    manifest = json.loads(made["manifest.json"])
    assert (manifest["format"], manifest["version"]) == ("preflight-split", 1)
    assert (manifest["provider"], manifest["ids"]) == (provider, None)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    size = path.stat().st_size
    assert manifest["requests"] == {
        "file": "requests.jsonl",
        "sha256": digest,
        "count": 25,
        "bytes": size,
    }
    for number, (one, content) in enumerate(zip(manifest["shards"], shards, strict=True), 1):
        assert one["file"] == f"000{number}.jsonl"
        assert one["sha256"] == hashlib.sha256(content).hexdigest()
        assert (one["count"], one["bytes"]) == (content.count(b"\n"), len(content))
    places = [(one["first_line"], one["last_line"]) for one in manifest["shards"]]
    assert places == [(1, 10), (11, 20), (21, 25)]


def test_a_small_file_is_one_shard_byte_for_byte_and_its_last_line_is_closed(preflight, here):
    path = write(here / "requests.jsonl", ["a", "b"])
    path.write_bytes(path.read_bytes().removesuffix(b"\n"))
    assert preflight("split", path, "--provider", "openai", "--to", "shards")[0] == 0
    assert files(here / "shards")["0001.jsonl"] == path.read_bytes() + b"\n"


def test_ids_that_a_provider_cannot_carry_are_replaced_in_all_and_written_down(preflight, here):
    ids = ["a", "b b", *(f"c{n}" for n in range(12))]
    path = write(here / "requests.jsonl", ids)
    code, out, _ = preflight(
        *("split", path, "--provider", "bedrock", "--to", "shards", "--tables", "ten.toml")
    )
    made = files(here / "shards")
    assert code == 0
    assert "the custom_ids were replaced" in out
    shards = made["0001.jsonl"] + made["0002.jsonl"]
    sent = [json.loads(line)["custom_id"] for line in shards.splitlines()]
    assert list(map(ordinal, sent)) == list(range(14))
    told = [json.loads(line) for line in made["ids.jsonl"].splitlines()]
    assert [one["custom_id"] for one in told] == ids
    assert [one["sent"] for one in told] == sent
    assert [one["line"] for one in told] == list(range(1, 15))
    assert json.loads(made["manifest.json"])["ids"] == "ids.jsonl"


def test_each_model_has_its_own_shards(preflight, here):
    path = here / "requests.jsonl"
    path.write_bytes(lines(*(request(f"r{n}", body=body("ab"[n % 2])) for n in range(24))))
    asked = ("split", path, "--provider", "openai", "--to", "shards", "--tables", "ten.toml")
    code, _, err = preflight(*asked)
    assert (code, one_sentence(err)) == (2, True)
    assert "names several models (a, b)" in err
    assert not (here / "shards").exists()
    assert preflight(*asked, "--by-model")[0] == 0
    made = files(here / "shards")
    shards = json.loads(made["manifest.json"])["shards"]
    assert [(one["model"], one["count"]) for one in shards] == [
        *(("a", 10), ("b", 10), ("a", 2), ("b", 2))
    ]
    for one in shards:
        held = [json.loads(line) for line in made[one["file"]].splitlines()]
        assert {each["body"]["model"] for each in held} == {one["model"]}
        numbers = [int(each["custom_id"][1:]) + 1 for each in held]
        assert (numbers[0], numbers[-1]) == (one["first_line"], one["last_line"])


@pytest.mark.parametrize("provider", ["openai", "bedrock"])
def test_they_are_what_a_run_of_the_stack_sends(preflight, here, provider, monkeypatch):
    """As the planned run would cut them, with each model's own queue in the way."""
    models = ("gpt-4o-mini", "gpt-4o")
    path = here / "requests.jsonl"
    some = [request(f"r{n}", body=body(models[n % 2])) for n in range(30)]
    if provider == "bedrock":
        some = [request(f"r-{n}", body=body("m")) for n in range(230)]
    path.write_bytes(lines(*some))
    targets = [{**outputs()["openai"][0], "model": model} for model in models]
    promised = write_promises(here / "promises.json", openai=targets)
    if provider == "bedrock":
        code, out, _ = preflight("promises", "--example", "bedrock")
        assert code == 0
        promised.write_text(out)
        (here / "ten.toml").write_text("[bedrock]\nmax_requests = 110\n")
    choose = ("--provider", provider, "--promises", promised, "--tables", "ten.toml")
    code, out, _ = preflight("plan", path, *choose, "--offline", "--format", "json")
    planned = json.loads(out)["shards"]
    assert preflight("split", path, *choose, "--offline", "--to", "shards")[0] == 0
    shards = json.loads(files(here / "shards")["manifest.json"])["shards"]
    same = ("number", "model", "bytes", "tokens", "start", "end")
    assert [[one[name] for name in same] for one in shards] == [
        [one[name] for name in same] for one in planned
    ]
    assert len(shards) > 2
    monkeypatch.setenv("PREFLIGHT_PROMISES", str(promised))
    assert preflight("split", path, "--provider", provider, *choose[4:], "--to", "shards")[0] == 0


def test_the_same_again_is_there_already_and_anything_else_is_refused(preflight, here):
    path = write(here / "requests.jsonl", [f"r{n}" for n in range(25)])
    asked = ("split", path, "--provider", "vertex", "--to", "deep/in/shards")
    assert preflight(*asked, "--tables", "ten.toml")[0] == 0
    before = files(here / "deep/in/shards")
    assert preflight(*asked, "--tables", "ten.toml")[0] == 0
    code, _, err = preflight(*asked)  # by the dated tables it is one shard
    assert (code, one_sentence(err)) == (2, True)
    assert "holds other files" in err
    (here / "deep/in/shards/more").write_text("mine")
    assert preflight(*asked, "--tables", "ten.toml")[0] == 2
    (here / "deep/in/shards/more").unlink()
    assert files(here / "deep/in/shards") == before
    assert [each.name for each in (here / "deep/in").iterdir()] == ["shards"]


def test_an_empty_folder_is_filled_and_keeps_its_permissions(preflight, here):
    path = write(here / "requests.jsonl", ["a"])
    (here / "shards").mkdir(mode=0o750)
    (here / "shards").chmod(0o2750)
    assert preflight("split", path, "--provider", "azure", "--to", "shards")[0] == 0
    assert (here / "shards").stat().st_mode & 0o7777 == 0o2750
    assert set(files(here / "shards")) == {"0001.jsonl", "manifest.json"}


def test_a_file_with_faults_is_refused_with_the_lines_and_what_repairs_it(preflight, here):
    path = write(here / "requests.jsonl", ["a", "a", "b"])
    path.write_bytes(b"\n" + path.read_bytes() + b"{\n")
    code, out, err = preflight("split", path, "--provider", "openai", "--to", "shards")
    assert (code, out) == (1, "")
    assert f"{path}:1 is blank" in err
    assert f'{path}:3 custom_id "a" is also on line 2' in err
    assert "3 faults, of which line 1 has the first" in err
    assert "preflight fix" in err.splitlines()[-1]
    assert not (here / "shards").exists()


def test_whoever_wants_quiet_hears_nothing_of_what_went_well(preflight, here):
    write(here / "requests.jsonl", ["a"])
    asked = ("split", "requests.jsonl", "--provider", "bedrock", "--to", "shards", "--quiet")
    assert preflight(*asked) == (0, "", "")


def test_standard_input_is_divided_and_repaired(preflight, here, monkeypatch):
    path = write(here / "requests.jsonl", ["a"])
    asked = ("split", "-", "--provider", "openai", "--to", "shards")
    for content, code in ((path.read_bytes(), 0), (b"\n" + path.read_bytes(), 1)):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        ended, out, err = preflight(*asked)
        assert ended == code
        assert "preflight-" not in out + err
    assert "-:1 is blank" in err
    assert (here / "shards" / "0001.jsonl").read_bytes() == path.read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert preflight("fix", "-", "--to", "fixed.jsonl")[0] == 0
    assert (here / "fixed.jsonl").read_bytes() == path.read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    code, _, err = preflight("fix", "-", "--in-place")
    assert (code, one_sentence(err)) == (2, True)
    assert "--to FILE" in err


def test_a_request_that_is_too_large_for_any_batch_is_named(preflight, here):
    path = write(here / "requests.jsonl", ["a", "b" * 3000])
    (here / "ten.toml").write_text("[openai]\nmax_bytes = 1000\n")
    asked = ("split", path, "--provider", "openai", "--to", "shards", "--tables", "ten.toml")
    code, _, err = preflight(*asked)
    assert (code, one_sentence(err)) == (1, True)
    assert f"{path}:2: is a request of 3," in err
    assert not (here / "shards").exists()


def test_too_few_requests_for_a_batch_are_said(preflight, here):
    path = write(here / "requests.jsonl", ["a"])
    code, _, err = preflight("split", path, "--provider", "bedrock", "--to", "shards")
    assert code == 0
    assert err.startswith("shard 1 has fewer requests than one batch must have, 100 (")


def test_json_holds_the_manifest(preflight, here):
    path = write(here / "requests.jsonl", ["a"])
    asked = ("split", path, "--provider", "openai", "--to", "shards", "--format", "json")
    document = json.loads(preflight(*asked)[1])
    assert document["manifest"] == json.loads(files(here / "shards")["manifest.json"])
    assert (document["format"], document["folder"]) == ("preflight-shards", "shards")


def test_a_shard_is_cut_as_a_run_cuts_it(preflight, here):
    path = write(here / "requests.jsonl", ["a b", *(f"r{n}" for n in range(20))])
    asked = ("split", path, "--provider", "vertex", "--to", "shards", "--tables", "ten.toml")
    assert preflight(*asked)[0] == 0
    for one in read(here / "shards" / "manifest.json").files:
        cut_to(here / "cut" / one.file, path, one.shard)
        assert (here / "cut" / one.file).read_bytes() == files(here / "shards")[one.file]
