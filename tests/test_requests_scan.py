import hashlib
import json
import os
import tracemalloc

import pytest
from request_files import good_lines, line, request, write

from preflight.requests import duplicates, lines, ranges, workers
from preflight.requests.fault import CODES, KEPT_PER_CODE, quoted
from preflight.requests.scan import scan
from preflight.requests.tally import Seen
from preflight.seams import RequestFileError

COUNT = 900
AT = 700
"""The line that is broken: in a later block than the first, and not at a block's edge."""


def without(name):
    return line({key: value for key, value in request(AT).items() if key != name})


def changed(**fields):
    return line(request(AT) | fields)


def body(**fields):
    return line(request(AT, **fields))


def tools(**parameters):
    return body(tools=[{"type": "function", "function": {"name": "f", "parameters": parameters}}])


def nested(depth):
    value = {"type": "string"}
    for _ in range(depth):
        value = {"properties": value}
    return value


GOOD = line(request(AT))
FAULTS = {
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD, "bom"),
    "a UTF-16 byte order mark": (b"\xff\xfe" + GOOD, "bom"),
    "a byte that is no UTF-8": (GOOD.replace(b"words", b"w\xf6rds"), "invalid_utf8"),
    "an overlong UTF-8 sequence": (GOOD.replace(b"words", b"w\xc0\xafrds"), "invalid_utf8"),
    "a surrogate in UTF-8": (GOOD.replace(b"words", b"w\xed\xa0\x80rds"), "invalid_utf8"),
    "a blank line": (b"", "blank_line"),
    "a line of blanks": (b" \t\r", "blank_line"),
    "a cut off line": (GOOD[:-20], "invalid_json"),
    "two objects on a line": (GOOD + b" " + GOOD, "invalid_json"),
    "a trailing comma": (GOOD[:-2] + b",}}", "invalid_json"),
    "NaN": (GOOD.replace(b"50", b"NaN"), "invalid_json"),
    "Infinity": (GOOD.replace(b"50", b"-Infinity"), "invalid_json"),
    "a lone surrogate": (GOOD.replace(b"words", b"\\ud83d words"), "invalid_json"),
    "a lone surrogate at a string's end": (GOOD.replace(b"line.", b"\\ud83d"), "invalid_json"),
    "a low surrogate": (GOOD.replace(b"words", b"\\ude00 words"), "invalid_json"),
    "single quotes": (GOOD.replace(b'"', b"'"), "invalid_json"),
    "a comment": (b"// " + GOOD, "invalid_json"),
    "a raw control character": (GOOD.replace(b"words", b"w\x01rds"), "invalid_json"),
    "a leading zero": (GOOD.replace(b"50", b"050"), "invalid_json"),
    "a line of text": (b"custom_id,method,url", "invalid_json"),
    "an array": (b"[" + GOOD + b"]", "not_an_object"),
    "null": (b"null", "not_an_object"),
    "endless nesting": (b'{"a":' * 100_000, "too_deep"),
    "no custom_id": (without("custom_id"), "custom_id_missing"),
    "a custom_id that is a number": (changed(custom_id=7), "custom_id_type"),
    "a custom_id that is null": (changed(custom_id=None), "custom_id_type"),
    "an empty custom_id": (changed(custom_id=""), "custom_id_empty"),
    "an earlier line's custom_id": (changed(custom_id="ask-3"), "duplicate_custom_id"),
    "an earlier line's custom_id, escaped": (
        GOOD.replace(b'"ask-700"', b'"\\u0061sk-3"'),
        "duplicate_custom_id",
    ),
    "a method that is a number": (changed(method=1), "method_type"),
    "a url that is an array": (changed(url=["/v1"]), "url_type"),
    "no body": (without("body"), "body_missing"),
    "a body that is a string": (changed(body="hello"), "body_type"),
    "a model that is a number": (body(model=4), "model_type"),
    "no messages": (body(messages=None), "prompt_missing"),
    "empty messages": (body(messages=[]), "prompt_empty"),
    "messages that are a string": (body(messages="hello"), "prompt_type"),
    "a message that is a string": (body(messages=["hello"]), "prompt_type"),
    "a message without a role": (body(messages=[{"content": "hi"}]), "prompt_type"),
    "no tokens for an answer": (body(max_tokens=0), "length"),
    "a stream": (body(stream=True), "stream"),
    "a stream that is a string": (body(stream="true"), "stream_type"),
    "a custom_id of digits": (changed(custom_id="000700"), "id_number"),
    "a custom_id that starts with a dash": (changed(custom_id="-x"), "id_first"),
    "a custom_id with a blank": (changed(custom_id="ask 700"), "id_characters"),
    "an empty object in a schema": (tools(properties={}), "import_empty"),
    "a reference in a schema": (tools(**{"$defs": "x"}), "import_name"),
    "a schema nested too deep": (tools(**nested(15)), "import_depth"),
}


def scanned(tmp_path, all_lines):
    return scan(write(tmp_path / "requests.jsonl", all_lines))


def found(result):
    return {(fault.code, fault.line) for fault in result.faults}


def broken(replacement, count=COUNT):
    all_lines = good_lines(count)
    all_lines[AT - 1] = replacement
    return all_lines


def test_a_good_file_has_no_fault_and_is_counted(tmp_path):
    result = scanned(tmp_path, good_lines(COUNT))
    assert not result.faults
    assert not result.totals
    assert result.requests == COUNT
    everywhere = Seen(COUNT, (1, 2, 3, 4, 5))
    assert result.methods == {"POST": everywhere}
    assert result.urls == {"/v1/chat/completions": everywhere}
    assert result.models == {"gpt-4o-mini": everywhere}
    assert result.ends_with_newline


def test_size_and_hash_are_the_files_own(tmp_path):
    result = scanned(tmp_path, good_lines(30_000))
    content = result.path.read_bytes()
    assert result.bytes == len(content)
    assert result.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(("replacement", "code"), FAULTS.values(), ids=FAULTS.keys())
def test_one_broken_line_is_found_where_it_is(tmp_path, replacement, code):
    all_lines = broken(replacement)
    result = scanned(tmp_path, all_lines)
    assert found(result) >= {(code, AT)}
    # A byte order mark in UTF-16 leaves a line that is not UTF-8 either; nothing else is doubled.
    assert {at for _, at in found(result)} == {AT}
    assert result.totals == {fault.code: 1 for fault in result.faults}
    start = sum(len(one) + 1 for one in all_lines[: AT - 1])
    for fault in result.faults:
        assert start <= fault.offset <= start + len(replacement)
        assert fault.message
        assert fault.message.isprintable()
        assert len(fault.message) < 200


def test_every_code_but_the_three_with_tests_of_their_own_is_seeded():
    seeded = {code for _, code in FAULTS.values()}
    assert set(CODES) - seeded == {"line_too_long", "import_type"}


def test_all_faults_at_once_are_each_found_on_their_line(tmp_path):
    all_lines = good_lines(3_000)
    expected = set()
    for step, (replacement, code) in enumerate(FAULTS.values()):
        at = 20 + 61 * step
        all_lines[at - 1] = replacement.replace(b"ask-700", f"ask-{at}".encode())
        expected.add((code, at))
    result = scanned(tmp_path, all_lines)
    assert expected <= found(result)
    assert {at for _, at in found(result)} == {at for _, at in expected}


@pytest.mark.parametrize(("block", "buffer"), [(1, 2 << 20), (100, 1_000), (5_000, 70_000)])
def test_what_is_found_does_not_depend_on_how_the_file_is_cut(tmp_path, monkeypatch, block, buffer):
    all_lines = good_lines(3_000)
    for step, (replacement, _) in enumerate(FAULTS.values()):
        if len(replacement) < 2_000:
            all_lines[20 + 61 * step] = replacement
    whole = scanned(tmp_path, all_lines)
    monkeypatch.setattr(lines, "BLOCK", block)
    monkeypatch.setattr(lines, "BUFFER", buffer)
    assert scanned(tmp_path, all_lines) == whole


def test_a_byte_offset_points_at_the_fault(tmp_path):
    replacement = GOOD.replace(b"words", b"w\xf6rds")
    result = scanned(tmp_path, broken(replacement))
    assert result.path.read_bytes()[result.faults[0].offset] == 0xF6


def test_a_last_line_without_a_newline_is_read_too(tmp_path):
    path = tmp_path / "requests.jsonl"
    path.write_bytes(b"\n".join(good_lines(3)))
    result = scan(path)
    assert result.requests == 3
    assert not result.ends_with_newline
    path.write_bytes(path.read_bytes()[:-30])
    assert found(scan(path)) == {("invalid_json", 3)}


def test_windows_line_ends_are_no_fault(tmp_path):
    result = scanned(tmp_path, [one + b"\r" for one in good_lines(3)])
    assert not result.faults
    assert result.requests == 3


def test_a_line_with_several_faults_names_them_all(tmp_path):
    bad = line({"custom_id": "", "method": 1, "body": {"stream": True, "messages": []}})
    assert {code for code, _ in found(scanned(tmp_path, [bad]))} == {
        "custom_id_empty",
        "method_type",
        "stream",
        "prompt_empty",
    }


def test_a_duplicate_names_both_lines(tmp_path):
    result = scanned(tmp_path, broken(changed(custom_id="ask-3")))
    assert result.faults[0].message == 'custom_id "ask-3" is also on line 3'


@pytest.mark.parametrize("part", [1_000_000, 10])
def test_every_repetition_is_counted_and_the_first_are_named(tmp_path, monkeypatch, part):
    monkeypatch.setattr(duplicates, "PART", part)
    result = scanned(tmp_path, good_lines(400) + good_lines(300))
    assert result.totals == {"duplicate_custom_id": 300}
    assert [fault.line for fault in result.faults] == list(range(401, 401 + KEPT_PER_CODE))


def test_equal_hashes_alone_are_no_duplicate(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "salted", lambda _: 7)
    assert not scanned(tmp_path, good_lines(50)[::-1]).faults


def test_many_faults_are_counted_but_not_all_kept(tmp_path):
    result = scanned(tmp_path, good_lines(10) + [b"{"] * 5_000)
    assert result.totals == {"invalid_json": 5_000}
    assert len(result.faults) == KEPT_PER_CODE
    assert result.requests == 5_010


def test_models_are_told_apart_with_their_first_lines(tmp_path):
    mixed = [line(request(n, model="gpt-4o" if n % 300 == 0 else None)) for n in range(1, 901)]
    result = scanned(tmp_path, [*good_lines(0), *mixed])
    assert result.models == {
        None: Seen(897, (1, 2, 3, 4, 5)),
        "gpt-4o": Seen(3, (300, 600, 900)),
    }
    assert not result.faults


def test_a_file_of_endlessly_many_models_stays_small(tmp_path):
    result = scanned(tmp_path, [line(request(n, model=f"model-{n}")) for n in range(500)])
    assert len(result.models) == 100


def test_a_file_without_method_url_and_model_is_legal_and_said_so(tmp_path):
    bare = [
        line({"custom_id": f"a{n}", "body": request(n, model=None)["body"]}) for n in range(700)
    ]
    result = scanned(tmp_path, bare)
    assert not result.faults
    assert set(result.methods) == set(result.urls) == set(result.models) == {None}
    assert result.methods[None].count == 700


@pytest.mark.parametrize(
    ("url", "fields"),
    [
        ("/v1/responses", {"input": "hello"}),
        ("/v1/responses", {"input": [{"role": "user", "content": "hello"}]}),
        ("/v1/responses", {"prompt": {"id": "pmpt_1"}}),
        ("/v1/embeddings", {"input": ["a", "b"]}),
        ("/v1/embeddings", {"input": [[1, 2], [3]]}),
        ("/v1/completions", {"prompt": "once"}),
        ("/v1/videos", {"anything": 1}),
    ],
)
def test_other_endpoints_have_their_own_prompt(tmp_path, url, fields):
    made = [line(request(n, messages=None, **fields) | {"url": url}) for n in range(400)]
    assert not scanned(tmp_path, made).faults
    if url != "/v1/videos":
        emptied = request(9, messages=None, **{next(iter(fields)): []}) | {"url": url}
        # A Responses prompt is a stored one; to empty it leaves a type the API itself refuses.
        expected = set() if fields.get("prompt") == {"id": "pmpt_1"} else {("prompt_empty", 10)}
        assert found(scanned(tmp_path, [*made[:9], line(emptied)])) == expected


def test_stream_false_is_no_fault(tmp_path):
    made = [line(request(n, stream=False)) for n in range(500)]
    assert not scanned(tmp_path, made).faults


def test_tools_are_tallied_and_one_that_changes_type_is_named(tmp_path):
    def with_default(value):
        schema = {"type": "object", "properties": {"a": {"default": value}}}
        return {"tools": [{"type": "function", "function": {"name": "f", "parameters": schema}}]}

    made = [line(request(n, **with_default("x"))) for n in range(1, 600)]
    made.append(line(request(600, **with_default(5))))
    result = scanned(tmp_path, made)
    assert result.features == {"tools": Seen(600, (1, 2, 3, 4, 5))}
    assert found(result) == {("import_type", 600)}
    assert "is a number here and a string on line 1" in result.faults[0].message


@pytest.mark.parametrize(("depth", "code"), [(11, None), (12, "import_depth")])
def test_a_schema_may_have_fifteen_levels_below_the_line_and_no_more(tmp_path, depth, code):
    # request, tools[], function and parameters are the first four once it is converted.
    expected = {(code, 1)} if code else set()
    assert found(scanned(tmp_path, [tools(**nested(depth))])) == expected


def test_another_providers_own_form_is_recognised(tmp_path):
    native = line({"recordId": "a", "modelInput": {"messages": []}})
    result = scanned(tmp_path, [native])
    assert any("Amazon Bedrock's own form" in fault.message for fault in result.faults)


def test_an_estimate_of_tokens_follows_the_text_and_not_the_bytes(tmp_path):
    text = "word " * 400
    plain = [line(request(n, messages=[{"role": "user", "content": text}])) for n in range(300)]
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 4_000}}
    parts = [{"type": "text", "text": text}, image]
    seen = [line(request(n, messages=[{"role": "user", "content": parts}])) for n in range(300)]
    expected = 300 * 500
    assert abs(scanned(tmp_path, plain).tokens - expected) < 0.02 * expected
    assert abs(scanned(tmp_path, seen).tokens - expected) < 0.02 * expected


def test_text_of_other_scripts_counts_by_the_character(tmp_path):
    message = [{"role": "user", "content": "日本語" * 100}]
    made = [line(request(n, messages=message)) for n in range(10)]
    assert scanned(tmp_path, made).tokens == 3_000


def test_a_line_that_never_ends_is_a_fault_and_is_not_held(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "LONGEST_LINE", 4 << 20)
    path = write(tmp_path / "requests.jsonl", good_lines(3))
    with path.open("r+b") as file:
        file.seek(0, os.SEEK_END)
        start = file.tell()
        file.truncate(start + (60 << 20))
        file.seek(0, os.SEEK_END)
        file.write(b"\n" + good_lines(4)[-1] + b"\n{\n")
        last = file.tell() - len(b"{\n")
    tracemalloc.start()
    result = scan(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found(result) == {("line_too_long", 4), ("invalid_json", 6)}
    assert result.faults[0].offset == start
    assert last <= result.faults[1].offset <= last + 1
    assert result.requests == 6
    assert result.models["gpt-4o-mini"].count == 4
    assert peak < 16 << 20


def test_memory_stays_flat(tmp_path):
    path = tmp_path / "requests.jsonl"
    peaks = []
    for count in (30_000, 110_000):
        write(path, good_lines(count))
        tracemalloc.start()
        result = scan(path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert result.requests == count
    assert result.bytes > 30_000_000
    assert peaks[1] < 16 << 20
    # What grows is eight bytes per request, and the set that looks for duplicates at the end.
    assert peaks[1] - peaks[0] < 80_000 * 110


def test_what_cannot_be_read_at_all_is_an_error_with_a_remedy(tmp_path):
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    packed = tmp_path / "packed.jsonl"
    packed.write_bytes(b"\x1f\x8b\x08 and so on")
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    said = {
        tmp_path / "none.jsonl": "does not exist",
        tmp_path: "is a directory",
        pipe: "is a pipe",
        os.devnull: "is a pipe or a device",
        empty: "is empty",
        packed: "gunzip packed.jsonl",
        "nul\0.jsonl": "cannot be read",
    }
    for path, words in said.items():
        with pytest.raises(RequestFileError, match=words):
            scan(type(tmp_path)(path))


def test_a_file_without_read_permission_is_an_error(tmp_path, monkeypatch):
    path = write(tmp_path / "requests.jsonl", good_lines(1))

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(RequestFileError, match=r"cannot be read \(Permission denied\)"):
        scan(path)


def test_a_file_that_grows_meanwhile_is_an_error(tmp_path, monkeypatch):
    path = write(tmp_path / "requests.jsonl", good_lines(10))
    read = lines.LineReader.__iter__

    def growing(reader):
        yield from read(reader)
        with path.open("ab") as file:
            file.write(b"{}\n")

    monkeypatch.setattr(lines.LineReader, "__iter__", growing)
    with pytest.raises(RequestFileError, match="was changed"):
        scan(path)


def test_a_quotation_is_short_and_cannot_write_on_the_terminal():
    assert quoted("a\x1b[31m\u202eb\ud800\n") == '"a\\x1b[31m\\u202eb\\ud800\\n"'
    assert quoted("x" * 1000) == '"' + "x" * 60 + '..."'
    hostile = json.loads('"\\u009b2J"')
    assert quoted(hostile).isprintable()


@pytest.mark.parametrize(
    ("custom_ids", "expected"),
    [
        (["a1", "b2"], {}),
        (["r0000000001"], {}),
        (["ok", "a-b"], {"bedrock": 2}),
        (["ok", "a_b", "A1"], {"bedrock": 2, "vertex": 3}),
        (["000000"], {"vertex": 1}),
        (["ok", "true"], {"vertex": 2}),
        (["ok", "-a"], {"bedrock": 2, "vertex": 2}),
        (["a" * 63, "a" * 64], {"vertex": 2}),
        (["ok", "\u00e9"], {"bedrock": 2, "vertex": 2}),
        (["ok", "\u0661"], {"bedrock": 2, "vertex": 2}),
        (["ok", "a\n"], {"bedrock": 2, "vertex": 2}),
    ],
)
@pytest.mark.parametrize("repeat", [1, 300])
def test_the_first_id_that_a_provider_cannot_carry_is_known(tmp_path, custom_ids, expected, repeat):
    named = ["ok"] * (repeat - 1) + custom_ids
    rows = [request(0) | {"custom_id": custom_id} for custom_id in named]
    found = scan(write(tmp_path / "requests.jsonl", map(line, rows)))
    assert found.uncarried == {name: at + repeat - 1 for name, at in expected.items()}


def test_the_longest_line_is_known(tmp_path):
    lines = [b"x" * 10, b"x" * 300, b"x" * 300, b"x"]
    assert scan(write(tmp_path / "requests.jsonl", lines)).longest_line == (300, 2)
