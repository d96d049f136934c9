"""What a scan sees of good lines: models, endpoints, tools, tokens, ids that are not carried."""

import pytest
from request_faults import found, nested, scanned, tools
from request_files import good_lines, line, request, write

from preflight.requests.scan import scan
from preflight.requests.tally import Seen


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
