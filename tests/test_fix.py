"""`preflight fix`: safe repairs alone, shown first, written whole, and what is left is said."""

import json

import pytest
from cli_world import one_sentence, request

from preflight.requests import relabel
from preflight.requests.fault import CODES
from preflight.requests.leftover import WHY
from preflight.requests.repair import KINDS
from preflight.requests.scan import scan

MARK = b"\xef\xbb\xbf"


def line(custom_id, **changes):
    return json.dumps(request(custom_id, **changes), ensure_ascii=False).encode() + b"\n"


@pytest.fixture
def file(tmp_path):
    """Write a request file of these lines; its path."""

    def write(*lines, name="requests.jsonl"):
        path = tmp_path / name
        path.write_bytes(b"".join(lines))
        return path

    return write


def test_a_byte_order_mark_is_left_out_wherever_a_line_begins_with_one(preflight, file):
    path = file(MARK + line("a"), line("b"), MARK + MARK + line("c"))
    code, out, err = preflight("fix", path, "--in-place")
    assert (code, err) == (0, "")
    assert path.read_bytes() == line("a") + line("b") + line("c")
    assert "byte order mark left out: 2 lines (1, 3)" in out


def test_blank_lines_are_left_out_and_the_ends_of_lines_stay(preflight, file):
    windows = line("a").replace(b"\n", b"\r\n")
    open_end = line("b").removesuffix(b"\n")
    path = file(b"\n", windows, b" \t\r\n", b"\n", open_end)
    assert preflight("fix", path, "--in-place")[0] == 0
    assert path.read_bytes() == windows + open_end


def test_an_id_that_is_a_number_is_replaced_and_every_other_byte_stays(preflight, file):
    body = b'{"custom_id": "deeper", "messages":[{"role":"user","content":"x","a":1.50}]}'
    odd = b'{"url": "/v1/chat/completions", "body" : ' + body + b', "custom_id" : 7}\n'
    path = file(odd, line("b"))
    code, out, _ = preflight("fix", path, "--in-place")
    first, second = path.read_bytes().splitlines(keepends=True)
    name = json.loads(first)["custom_id"]
    assert (code, second) == (0, line("b"))
    assert first == odd.replace(b": 7}", f': "{name}"}}'.encode())
    assert name == relabel.legal(7) != relabel.legal("7")
    head, entry = map(json.loads, (path.parent / "requests.jsonl.ids").read_text().splitlines())
    assert (head["format"], head["version"], head["renamed"]) == ("preflight-ids", 1, 1)
    assert entry == {"line": 1, "sent": name, "custom_id": 7}
    assert "requests.jsonl.ids" in out


@pytest.mark.parametrize(
    ("provider", "replaced"),
    [
        ("openai", set()),
        ("azure", set()),
        ("bedrock", {"a-1", "ä", "a b", "x" * 70 + "-"}),
        ("vertex", {"ä", "a b", "A1", "1a", "true", "x" * 70 + "-"}),
    ],
)
def test_what_a_provider_does_not_carry_is_replaced_for_that_provider(
    preflight, file, provider, replaced
):
    ids = ("a1", "a-1", "ä", "a b", "A1", "1a", "true", "x" * 70 + "-")
    path = file(*map(line, ids))
    assert preflight("fix", path, "--in-place", "--provider", provider)[0] == 0
    assert scan(path).uncarried.get(provider) is None
    kept = [json.loads(each)["custom_id"] for each in path.read_bytes().splitlines()]
    assert {own for own, now in zip(ids, kept, strict=True) if own != now} == replaced
    assert (path.parent / "requests.jsonl.ids").exists() == bool(replaced)


def test_a_name_is_carried_by_every_provider():
    assert relabel.carried(relabel.legal("any"), ("openai", "azure", "vertex", "bedrock"))
    assert relabel.all_carried([relabel.legal(n) for n in range(100)], ("vertex", "bedrock"))


@pytest.mark.parametrize(
    "spelt",
    [
        b'{"custom\\u005fid": 7, "body": {"model": "m", "messages": [{}]}}\n',
        b'{"custom_id": "x", "custom_id": 7, "body": {"model": "m", "messages": [{}]}}\n',
        b'{"body": {"messages": [{"content": "\\"custom_id\\": 7"}]}, "custom_id": 7}\n',
        b'{"a": ['
        + b'{"custom_id": 7},' * 40
        + b'{}], "custom_id": 7, "body": {"messages": [{}]}}\n',
    ],
)
def test_however_an_id_is_spelt_the_one_that_counts_is_replaced(spelt):
    before, made = json.loads(spelt), relabel.relabelled(spelt, "other")
    assert json.loads(made) == {**before, "custom_id": "other"}
    assert made.endswith(b"}\n")


def test_the_preview_shows_each_repair_cut_short_and_writes_nothing(preflight, file):
    path = file(MARK + line("a"), b"\n", line(7, body={"secret": "x" * 500}))
    before = path.read_bytes()
    code, out, _ = preflight("fix", path, "--diff")
    assert code == 1  # the third has no prompt
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["requests.jsonl"]
    shown = out.splitlines()
    assert shown[:2] == [f"--- {path}", f"+++ {path}, repaired"]
    assert "@@ line 1: byte order mark left out @@" in shown
    assert shown[shown.index("@@ line 2: blank line left out @@") + 1] == "-"
    assert sum(each.startswith("-") for each in shown) == 4
    assert sum(each.startswith("+") for each in shown) == 3
    assert max(map(len, shown)) < 250
    assert "x" * 100 not in out
    assert "not repaired: 1 fault" in out


def test_the_preview_cannot_write_on_the_terminal(preflight, file):
    evil = "\x1b[31mred\u202e\r::error::x"
    path = file(line(evil), b" \x0c\n", line(7, method="##vso[x]y\x9b"))
    _, out, _ = preflight("fix", path, "--diff", "--provider", "bedrock")
    assert not {"\x1b", "\u202e", "\r", "\x0c", "\x9b"} & set(out)
    assert "##vso[" not in out


def test_the_preview_of_many_repairs_is_cut_and_counted(preflight, file):
    path = file(*(b"\n" + line(f"r{number}") for number in range(150)))
    _, out, _ = preflight("fix", path, "--diff")
    assert out.count("@@ line") == 100
    assert "... and 50 more lines like these" in out
    assert "blank line left out: 150 lines (1, 3, 5, 7, 9, ...)" in out


BROKEN = {
    "invalid_json": b'{"custom_id": "x"\n',
    "not_an_object": b"[]\n",
    "invalid_utf8": line("u").replace(b"Hello", b"H\xffllo"),
    "bom": b"\xff\xfe{}\n",
    "custom_id_missing": b'{"body": {"model": "m", "messages": [{}]}}\n',
    "custom_id_empty": line(""),
    "custom_id_type": line(1.5),
    "duplicate_custom_id": line("twice") * 2,
    "body_missing": b'{"custom_id": "n"}\n',
    "prompt_missing": line("p", body={"model": "m"}),
    "stream": line("s", body={"model": "m", "messages": [{}], "stream": True}),
}


@pytest.mark.parametrize("code", BROKEN)
def test_what_is_not_repaired_is_named_with_line_and_reason(preflight, file, code):
    path = file(b"\n", line("a"), BROKEN[code])
    ended, out, _ = preflight("fix", path, "--in-place")
    assert ended == 1
    assert path.read_bytes() == line("a") + BROKEN[code]
    number = 3 if code == "duplicate_custom_id" else 2
    (told,) = [each for each in out.splitlines() if WHY[code] in each]
    assert told.startswith(f"  line {number} ")
    ended, out, _ = preflight("fix", path, "--diff", "--format", "json")
    document = json.loads(out)
    assert (ended, document["exit_code"]) == (1, 1)
    assert document["left"][code] == 1
    assert (number, code) in {(one["line"], one["code"]) for one in document["faults"]}


def test_a_number_behind_two_marks_is_found(preflight, file):
    path = file(MARK + MARK + line(7))
    assert preflight("fix", path, "--in-place")[0] == 0
    assert json.loads(path.read_bytes())["custom_id"] == relabel.legal(7)


def test_a_repeated_number_stays_repeated(preflight, file):
    path = file(line(7), line(7), line("7"))
    for how in (("--diff",), ("--in-place",)):
        code, out, _ = preflight("fix", path, *how, "--format", "json")
        document = json.loads(out)
        assert (code, document["left"]) == (1, {"duplicate_custom_id": 1})
        assert document["repairs"]["custom_id"] == {"count": 2, "lines": [1, 2]}
    assert scan(path).totals["duplicate_custom_id"] == 1


def test_every_reason_is_about_a_fault_there_is():
    assert WHY.keys() <= CODES.keys()
    assert {"bom", "blank_line"} <= KINDS.keys()


def test_a_line_too_long_to_be_read_stays_and_is_told(preflight, file, monkeypatch):
    for module in ("lines", "reading"):
        monkeypatch.setattr(f"preflight.requests.{module}.LONGEST_LINE", 600_000)
    long, longer = line("x" * 700_000), line("y" * 2_000_000).removesuffix(b"\n")
    path = file(b"\n", line("a"), long, MARK + line("b"), b"\n", longer)
    code, out, _ = preflight("fix", path, "--in-place")
    assert code == 1
    assert path.read_bytes() == line("a") + long + line("b") + longer
    assert "not repaired: 2 faults" in out


def test_what_cannot_be_repaired_is_not_nothing(preflight, file):
    code, out, _ = preflight("fix", file(line("a"), b'{"custom_id": '), "--diff")
    first, second, *_ = out.splitlines()
    assert (code, first) == (1, "nothing that can be repaired safely")
    assert second == "not repaired: 1 fault"


def test_whoever_wants_quiet_hears_what_is_left_alone(preflight, file):
    path = file(b"\n", line(7), line("a"), line("a"))
    code, out, _ = preflight("fix", path, "--diff", "--quiet")
    assert (code, out.count("\n"), out.startswith("not repaired: 1 fault\n")) == (1, 2, True)
    good = file(MARK + line("a"), name="good.jsonl")
    assert preflight("fix", good, "--in-place", "--quiet") == (0, "", "")


def test_a_second_repair_changes_nothing(preflight, file):
    path = file(MARK + line(7), b"\n", line("a b"))
    asked = ("fix", path, "--in-place", "--provider", "vertex")
    assert preflight(*asked)[0] == 0
    before, ids = path.read_bytes(), (path.parent / "requests.jsonl.ids").read_bytes()
    inode = path.stat().st_ino
    assert preflight(*asked)[:2] == (0, "nothing to repair\n")
    assert path.read_bytes() == before
    assert path.stat().st_ino == inode
    assert (path.parent / "requests.jsonl.ids").read_bytes() == ids


def test_what_cannot_be_repaired_at_all_is_not_written_again(preflight, file):
    path = file(line(1.5))
    inode = path.stat().st_ino
    code, out, _ = preflight("fix", path, "--in-place")
    assert (code, path.stat().st_ino) == (1, inode)
    assert "written" not in out
    assert list(path.parent.iterdir()) == [path]


def test_a_new_file_is_written_though_nothing_was_to_repair(preflight, file):
    path = file(line("a"))
    target = path.parent / "b.jsonl"
    assert preflight("fix", path, "--to", target)[0] == 0
    assert target.read_bytes() == path.read_bytes()
    assert preflight("fix", path, "--to", target)[0] == 0  # it holds the very same
    target.write_bytes(b"mine\n")
    code, _, err = preflight("fix", path, "--to", target)
    assert code == 2
    assert one_sentence(err)
    assert target.read_bytes() == b"mine\n"


def test_the_ids_of_an_earlier_repair_are_never_lost(preflight, file):
    path = file(line(7), line("a b"))
    assert preflight("fix", path, "--in-place")[0] == 0
    kept = path.read_bytes(), (path.parent / "requests.jsonl.ids").read_bytes()
    code, _, err = preflight("fix", path, "--in-place", "--provider", "bedrock")
    assert code == 2
    assert one_sentence(err)
    assert "undoes another repair" in err
    assert (path.read_bytes(), (path.parent / "requests.jsonl.ids").read_bytes()) == kept
    assert preflight("fix", path, "--to", path.parent / "b.jsonl", "--provider", "bedrock")[0] == 0
    assert len(list(path.parent.iterdir())) == 4
