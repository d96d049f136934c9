"""`preflight scan --shard` and `preflight merge --parts`: a scan in parts, without an engine."""

import json
import os

import pytest
from cli_world import one_sentence
from request_files import good_lines, line, request, write
from scan_world import orderly, straddling, timeless

from preflight.requests import lines, tally


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Cells so small that a short file has hundreds of them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lines, "BLOCK", 512)
    monkeypatch.setattr(lines, "BUFFER", 1_500)
    return tmp_path


def parts(preflight, shards, *arguments):
    """Read each shard as a machine of its own would; the names of what they wrote."""
    names = []
    for number in range(1, shards + 1):
        name = f"part-{number}.json"
        shard = ("--shard", f"{number}/{shards}", "--to", name)
        code, out, err = preflight("scan", *arguments, *shard)
        assert (code, out) == (0, "")
        assert f"shard {number} of {shards}" in err
        names.append(name)
    return names


@pytest.mark.parametrize("shards", [1, 2, 7, 101])
def test_parts_merge_to_the_report_of_one_scan(preflight, folder, shards):
    write(folder / "one.jsonl", straddling())
    write(folder / "two.jsonl", straddling(90, seed=5))
    write(folder / "three.jsonl", [*orderly(900, 910), b"nothing"])
    asked = ("one.jsonl", "two.jsonl", "three.jsonl", "--max-findings", "5")
    names = parts(preflight, shards, *asked)
    _, whole, _ = preflight("scan", *asked, "--json")
    code, merged, err = preflight("merge", "--parts", *reversed(names), "--json")
    assert (code, err) == (1, "")
    assert timeless(merged) == timeless(whole)


@pytest.mark.parametrize("provider", ["openai", "vertex", "bedrock"])
def test_the_options_of_a_scan_are_those_of_its_parts(preflight, folder, provider):
    write(folder / "one.jsonl", straddling(60, 300))
    asked = ("one.jsonl", "--provider", provider, "--skip", "requests-json", "--no-split")
    names = parts(preflight, 3, *asked)
    _, whole, _ = preflight("scan", *asked, "--json")
    _, merged, _ = preflight("merge", "--parts", *names, "--json")
    assert timeless(merged) == timeless(whole)
    assert json.loads(merged)["left_out"] == ["requests-json"]


def test_a_good_file_is_merged_where_it_is_not(preflight, folder):
    write(folder / "one.jsonl", good_lines(500))
    names = parts(preflight, 4, "one.jsonl")
    (folder / "one.jsonl").unlink()
    code, out, err = preflight("merge", "--parts", *names)
    assert (code, err) == (0, "")
    assert "500 requests" in out


def test_where_a_file_has_to_be_read_again_it_must_be_there(preflight, folder):
    write(folder / "one.jsonl", good_lines(50) + good_lines(3))
    names = parts(preflight, 2, "one.jsonl")
    (folder / "one.jsonl").rename(folder / "moved.jsonl")
    code, out, err = preflight("merge", "--parts", *names)
    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert "one.jsonl: is not at " in err


def test_a_file_that_was_changed_since_is_no_part_of_it(preflight, folder):
    path = write(folder / "one.jsonl", good_lines(50) + good_lines(3))
    names = parts(preflight, 2, "one.jsonl")
    os.utime(path, ns=(1, 1))
    code, _, err = preflight("merge", "--parts", *names)
    assert code == 2
    assert one_sentence(err)
    assert "or was changed meanwhile" in err


def test_where_not_all_was_kept_the_file_is_read_as_one(preflight, folder, monkeypatch):
    monkeypatch.setattr(tally, "DISTINCT", 3)
    write(folder / "one.jsonl", [line(request(n, model=f"m{n % 5}")) for n in range(90)])
    names = parts(preflight, 5, "one.jsonl")
    _, whole, _ = preflight("scan", "one.jsonl", "--json")
    _, merged, _ = preflight("merge", "--parts", *names, "--json")
    assert timeless(merged) == timeless(whole)


def refused(preflight, *names):
    code, out, err = preflight("merge", "--parts", *names)
    assert (code, out) == (2, "")
    assert one_sentence(err)
    return err


def test_a_part_that_is_missing_is_named_with_the_command_that_makes_it(preflight, folder):
    write(folder / "one.jsonl", good_lines(50))
    names = parts(preflight, 9, "one.jsonl")
    said = refused(preflight, *names[:2], *names[3:])
    assert "lacks shard 3 of 9" in said
    assert "--shard 3/9 --to" in said
    assert "lacks shards 2, 3, 4, 5, 6 and 3 more of 9" in refused(preflight, names[0])


def test_a_part_that_is_there_twice_is_named_with_the_other(preflight, folder):
    write(folder / "one.jsonl", good_lines(50))
    names = parts(preflight, 2, "one.jsonl")
    (folder / "copy.json").write_bytes((folder / names[1]).read_bytes())
    said = refused(preflight, *names, "copy.json")
    assert "part-2.json and copy.json: are both shard 2 of 2" in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"of": 3}, "it is one of 3, and that one of 2"),
        ({"asked": {"no_split": True}}, "they were asked with other options"),
        ({"files": [{"size": 7}]}, '"one.jsonl" was changed in between'),
        ({"files": [{"mark": "7"}]}, '"one.jsonl" was changed in between'),
        ({"files": [{"name": "other.jsonl"}]}, "they read other files"),
    ],
)
def test_a_part_of_another_scan_is_refused_and_named(preflight, folder, change, words):
    write(folder / "one.jsonl", good_lines(50))
    names = parts(preflight, 2, "one.jsonl")
    rewrite(folder / names[1], change)
    said = refused(preflight, *names)
    assert "part-2.json: is a part of another scan than part-1.json: " in said
    assert words in said


def rewrite(path, change):
    """Change some fields of a part, also within objects and the objects of lists."""

    def put(held, change):
        if isinstance(change, list):
            return [put(one, other) for one, other in zip(held, change, strict=True)]
        if isinstance(change, dict):
            return held | {name: put(held[name], value) for name, value in change.items()}
        return change

    path.write_text(json.dumps(put(json.loads(path.read_bytes()), change)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"preflight": "9.9\u202e"}, 'was written by preflight "9.9\\u202e", and this is '),
        ({"version": 2}, "is no part of a scan, version 1"),
        ({"format": "preflight-report"}, "is no part of a scan, version 1"),
        ({"shard": 2}, "does not hold what shard 2 of 2 has"),
        ({"shard": 0}, "is no part of a scan"),
        ({"places": [[0, 0, 100]]}, "does not hold what shard 1 of 2 has"),
        ({"read": []}, "is no part of a scan"),
        ({"read": [{"lines": -1}]}, "is no part of a scan"),
        ({"read": [{"hashes": "AAAA"}]}, "its ids are damaged"),
        ({"read": [{"totals": {}, "uncarried": {"nobody": 1}}]}, "that there is not"),
        ({"read": [{"schemas": [[1 << 40, 0]]}]}, "is no part of a scan"),
    ],
)
def test_a_damaged_part_is_refused_and_named(preflight, folder, change, words):
    write(folder / "one.jsonl", good_lines(50))
    names = parts(preflight, 2, "one.jsonl")
    if change.get("read"):
        held = json.loads((folder / names[0]).read_bytes())["read"][0]
        change = {"read": [held | change["read"][0]]}
        rewrite_read(folder / names[0], change["read"])
    elif "places" in change or "read" in change:
        held = json.loads((folder / names[0]).read_bytes())
        (folder / names[0]).write_text(json.dumps(held | change))
    else:
        rewrite(folder / names[0], change)
    said = refused(preflight, *names)
    assert "part-1.json" in said
    assert words in said
    assert "\u202e" not in said


def rewrite_read(path, read):
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"read": read}))


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000, b'{"format": 1}'])
def test_what_is_no_part_at_all_is_refused(preflight, folder, content):
    (folder / "part-1.json").write_bytes(content)
    assert "part-1.json: is no part of a scan" in refused(preflight, "part-1.json")


def test_a_part_that_is_not_there_is_refused(preflight, folder):
    assert "part-1.json: cannot be read (No such file" in refused(preflight, "part-1.json")


def test_a_part_is_written_whole_or_not_at_all(preflight, folder):
    path = write(folder / "one.jsonl", good_lines(50))
    code, _, err = preflight("scan", path, "--shard", "1/2", "--to", "nowhere/part.json")
    assert code == 2
    assert one_sentence(err)
    assert [one.name for one in folder.iterdir()] == ["one.jsonl"]


def test_shards_share_the_bytes_of_all_files_alike(preflight, folder):
    for number in range(6):
        write(folder / f"{number}.jsonl", good_lines(20 * number + 1))
    files = [f"{number}.jsonl" for number in range(6)]
    sizes = []
    for name in parts(preflight, 7, *files):
        places = json.loads((folder / name).read_bytes())["places"]
        sizes.append(sum(stop - start for _, start, stop in places))
    assert sum(sizes) == sum((folder / name).stat().st_size for name in files)
    assert max(sizes) - min(sizes) <= 1
