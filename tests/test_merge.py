"""`preflight merge`: results that were fetched by any means, joined to their requests by name."""

import json

import pytest
from cli_world import one_sentence, request
from gateway_double import lines
from join_world import chat, claude, gemini, nova

from preflight.batch.joining import Returned, join
from preflight.batch.shards import whole


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ask(path, *ids):
    path.write_bytes(lines(*map(request, ids)))
    return path


def came(path, *rows):
    path.write_bytes(lines(*rows))
    return path


def ids(path):
    return [json.loads(line)["custom_id"] for line in path.read_bytes().splitlines()]


def test_every_shape_that_fetch_knows_is_joined_in_the_order_of_the_requests(preflight, here):
    ask(here / "requests.jsonl", "a", "b", "c", "d", "e")
    came(here / "openai.jsonl", chat("e"), chat("a"))
    came(here / "bedrock.jsonl.out", claude("c"), nova("b"))
    came(here / "predictions.jsonl", gemini("d"))
    given = ("openai.jsonl", "bedrock.jsonl.out", "predictions.jsonl")
    code, out, err = preflight("merge", "--requests", "requests.jsonl", *given, "--to", "joined")
    assert (code, err) == (0, "")
    assert out == ("5 results, 0 errors, 0 missing of 5 requests\n  joined/results.jsonl\n")
    assert ids(here / "joined" / "results.jsonl") == ["a", "b", "c", "d", "e"]
    for line in (here / "joined" / "results.jsonl").read_bytes().splitlines():
        answer = json.loads(line)["response"]["body"]["choices"][0]["message"]["content"]
        assert answer == "Hello."


def test_what_has_no_result_is_in_the_same_files_as_after_a_run(preflight, here):
    requests = ask(here / "requests.jsonl", "a", "b", "c")
    first = came(here / "first", chat("a", code=500), chat("b"), chat("b"))
    last = came(here / "last", chat("x"), chat("a"))
    code, out, _ = preflight("merge", "--requests", requests, first, last, "--to", "joined")
    assert code == 1
    assert out.startswith("2 results, 0 errors, 1 missing of 3 requests\n")
    (here / "as-a-run").mkdir()
    shard = whole(3, requests.stat().st_size, 0)
    join(requests, [Returned(shard, (first, last))], (), here / "as-a-run")
    made, expected = (
        {path.name: path.read_bytes() for path in (here / name).iterdir()}
        for name in ("joined", "as-a-run")
    )
    assert made == expected
    assert set(made) == {f"{name}.jsonl" for name in NAMES}
    assert all(f"joined/{name}.jsonl" in out for name in NAMES if name != "errors")


NAMES = ("results", "errors", "missing", "again", "unmatched", "duplicates")


def test_nothing_may_have_failed_or_all(preflight, here):
    ask(here / "requests.jsonl", "a")
    (here / "empty").touch()
    came(here / "failed", chat("a", code=400))
    asked = ("merge", "--requests", "requests.jsonl", "--to", "joined", "--format", "json")
    code, out, _ = preflight(*asked, "empty", "failed")
    document = json.loads(out)
    assert (code, document["exit_code"], document["format"]) == (1, 1, "preflight-merged")
    assert document["requests"]["errors"] == 1
    assert document["folder"] == "joined"


def test_results_of_shards_have_the_ids_of_the_file_that_was_split(preflight, here):
    own = [f"user {n}/ä" for n in range(25)]
    ask(here / "requests.jsonl", *own)
    (here / "ten.toml").write_text("[bedrock]\nmax_requests = 10\n")
    asked = ("split", "requests.jsonl", "--provider", "bedrock", "--to", "shards")
    assert preflight(*asked, "--tables", "ten.toml")[0] == 0
    for number in (1, 2, 3):
        sent = ids(here / "shards" / f"000{number}.jsonl")
        came(here / f"{number}.out", *map((chat, claude)[number % 2], reversed(sent)))
    results = ("3.out", "1.out", "2.out")
    asked = ("merge", "--requests", "requests.jsonl", *results)
    for manifest in ("shards/manifest.json", "shards"):
        folder = here / f"by-{manifest.replace('/', '-')}"
        assert preflight(*asked, "--manifest", manifest, "--to", folder)[0] == 0
        assert ids(folder / "results.jsonl") == own
    code, out, _ = preflight(*asked, "--to", "without")
    assert code == 1
    assert out.startswith("0 results, 0 errors, 25 missing")


@pytest.mark.parametrize("provider", ["openai", "bedrock"])
@pytest.mark.parametrize("by_model", [False, True])
def test_results_may_be_in_one_file_or_in_those_of_other_shards(
    preflight, here, provider, by_model
):
    own = [f"r-{n}" for n in range(60)]
    some = [request(name, body=body(n, by_model=by_model)) for n, name in enumerate(own)]
    (here / "requests.jsonl").write_bytes(lines(*some))
    (here / "ten.toml").write_text(f"[{provider}]\nmax_requests = 10\n")
    asked = ("split", "requests.jsonl", "--provider", provider, "--to", "shards", "--by-model")
    assert preflight(*asked, "--tables", "ten.toml")[0] == 0
    shards = sorted((here / "shards").glob("0*.jsonl"))
    sent = [ids(path) for path in shards]
    assert len(sent) == 6
    everything = [name for several in sent for name in several]
    divisions = {
        "as-sent": sent,
        "one": [everything],
        "crossed": [[*sent[1][:1], *sent[0][1:]], [*sent[0][:1], *sent[1][1:]], *sent[2:]],
        "halved": [half for several in sent for half in (several[:4], several[4:])],
    }
    for name, several in divisions.items():
        files = [came(here / f"{name}-{n}", *map(chat, some)) for n, some in enumerate(several)]
        asked = ("merge", "--requests", "requests.jsonl", *files, "--manifest", "shards")
        assert preflight(*asked, "--to", f"joined-{name}")[0] == 0
        assert ids(here / f"joined-{name}" / "results.jsonl") == own


def body(number, *, by_model):
    model = "ab"[number % 2] if by_model else "a"
    return {"model": model, "messages": [{"role": "user", "content": "Hello?"}]}


def test_each_shard_is_joined_to_its_own_files_and_no_more_is_held(preflight, here, monkeypatch):
    ask(here / "requests.jsonl", *(f"r{n}" for n in range(30)))
    (here / "ten.toml").write_text("[openai]\nmax_requests = 10\n")
    asked = ("split", "requests.jsonl", "--provider", "openai", "--to", "shards")
    assert preflight(*asked, "--tables", "ten.toml")[0] == 0
    files = [came(here / f"{n}", *map(chat, ids(here / f"shards/000{n}.jsonl"))) for n in (1, 2, 3)]
    seen = []

    def spied(requests, returned, *others):
        seen.append([[path.name for path in one.files] for one in returned])
        return join(requests, returned, *others)

    monkeypatch.setattr("preflight.commands.merge.join", spied)
    asked = ("merge", "--requests", "requests.jsonl", *files[::-1], "--manifest", "shards")
    assert preflight(*asked, "--to", "joined")[0] == 0
    assert seen == [[["1"], ["2"], ["3"]]]


def test_a_file_that_was_repaired_twice_and_split_comes_back_with_its_first_ids(preflight, here):
    own = ["true", 7, "x y", "plain", "7", "A"]
    ask(here / "own.jsonl", *own)
    assert preflight("fix", "own.jsonl", "--to", "one.jsonl")[0] == 0
    twice = ("fix", "one.jsonl", "--provider", "vertex", "--to", "two.jsonl")
    assert preflight(*twice)[0] == 0
    assert preflight("split", "two.jsonl", "--provider", "bedrock", "--to", "shards")[0] == 0
    came(here / "out", *map(chat, reversed(ids(here / "shards" / "0001.jsonl"))))
    manifests = ("--manifest", "one.jsonl.ids", "--manifest", "two.jsonl.ids")
    ends = {"two.jsonl": manifests, "one.jsonl": manifests[:2], "own.jsonl": ()}
    for number, (requests, known) in enumerate(ends.items()):
        asked = ("merge", "--requests", requests, "out", "--to", f"joined-{number}")
        if requests == "two.jsonl":
            assert preflight(*asked, *known, "--manifest", "shards")[0] == 0
            assert ids(here / "joined-0" / "results.jsonl") == list(map(str, own))
        else:
            code, _, err = preflight(*asked, *known, "--manifest", "shards")
            assert (code, one_sentence(err)) == (2, True)
            assert "is not of" in err
    came(here / "out", *map(chat, ids(here / "two.jsonl")))
    asked = ("merge", "--requests", "own.jsonl", "out", *manifests, "--to", "from-the-first")
    assert preflight(*asked)[0] == 0
    assert ids(here / "from-the-first" / "results.jsonl") == list(map(str, own))


def test_errors_have_the_files_own_ids_and_what_is_to_be_sent_again_is_legal(preflight, here):
    ask(here / "requests.jsonl", "a b", "c d", "e")
    fixed = ("fix", "requests.jsonl", "--in-place", "--provider", "bedrock")
    assert preflight(*fixed)[0] == 0
    sent = ids(here / "requests.jsonl")
    came(here / "out", chat(sent[0], code=429))
    asked = ("merge", "--requests", "requests.jsonl", "--manifest", "requests.jsonl.ids", "out")
    assert preflight(*asked, "--to", "joined")[0] == 1
    assert ids(here / "joined" / "errors.jsonl") == ["a b"]
    assert ids(here / "joined" / "missing.jsonl") == sent[1:]
    assert (here / "joined" / "again.jsonl").read_bytes() == (here / "requests.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{}", "is not what `preflight split` or `preflight fix` wrote"),
        (b"[1]\n", "is not what"),
        (b"\xff", "is not what"),
        (b'{"format": "preflight-split", "version": 2}', "is of another version"),
        (b'{"format": "preflight-split", "version": 1}', "is not what"),
        (b'{"format": "preflight-ids", "version": 2}', "is of another version"),
        (b'{"format": "preflight-ids", "version": 1, "providers": []}\n', "is not what"),
    ],
)
def test_what_is_no_manifest_is_refused(preflight, here, content, said):
    ask(here / "requests.jsonl", "a")
    came(here / "out", chat("a"))
    (here / "m").write_bytes(content)
    asked = ("merge", "--requests", "requests.jsonl", "out", "--manifest", "m", "--to", "joined")
    code, _, err = preflight(*asked)
    assert (code, one_sentence(err)) == (2, True)
    assert said in err
    assert not (here / "joined").exists()


def test_a_list_of_ids_that_was_cut_off_is_told_with_its_line(preflight, here):
    ask(here / "requests.jsonl", "a b", "c d")
    assert preflight("fix", "requests.jsonl", "--in-place", "--provider", "bedrock")[0] == 0
    kept = here / "requests.jsonl.ids"
    kept.write_bytes(kept.read_bytes()[:-20])
    came(here / "out", chat("a"))
    asked = ("merge", "--requests", "requests.jsonl", "out", "--manifest", kept, "--to", "joined")
    code, _, err = preflight(*asked)
    assert (code, one_sentence(err)) == (2, True)
    assert f"{kept}:3: is no rename" in err
    assert not (here / "joined").exists()


def test_the_same_merge_again_is_there_already_and_another_is_refused(preflight, here):
    ask(here / "requests.jsonl", "a", "b")
    came(here / "one", chat("a"))
    came(here / "two", chat("b"))
    asked = ("merge", "--requests", "requests.jsonl", "--to", "joined")
    assert preflight(*asked, "one")[0] == 1
    assert preflight(*asked, "one")[0] == 1
    code, _, err = preflight(*asked, "one", "two")
    assert (code, one_sentence(err)) == (2, True)
    assert ids(here / "joined" / "results.jsonl") == ["a"]
