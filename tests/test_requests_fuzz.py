"""Thousands of damaged lines, judged by the scan and by Python's own parser: they must agree."""

import json
import random

import pytest
from request_files import good_lines, line, request, write

from preflight.requests import fault, lines
from preflight.requests.diagnose import diagnose
from preflight.requests.scan import scan

COUNT = 6_000
PROMPTS = {
    "/chat/completions": "messages",
    "/responses": "input",
    "/embeddings": "input",
    "/moderations": "input",
    "/completions": "prompt",
}
TOKENS = (
    *(b"NaN", b"Infinity", b"-1", b"1e400", b"01", b"1.", b"true", b"null", b'""', b"{}", b"[]"),
    *(b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"'", b" ", b"\t", b"\r", b"\0", b"/", b"#"),
    *(b"\\ud800", b"\\ude00", b"\\ud83d\\ude00", b"\\u00e9", b"\\x41", b"\\u12", b"\\\\ud800"),
    *(b"\xff", b"\xc3\xa9", b"\xc3", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80", b"\x7f"),
    *(b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"\xf0\x9f\x98\x80"),
    *(b'"stream":true,', b'"stream":1,', b'"model":null,', b'"messages":[],', b'"custom_id":"x",'),
)
VALUES = (None, 0, 1.5, True, False, "", "x", [], {}, [[]], [{}], ["x"], [{"role": "user"}])


def refuse(constant):
    raise ValueError(constant)


def text_or_nothing(value):
    return value is None or isinstance(value, str)


class Pairs(dict):
    """An object that still has all of its pairs, of those with one key the last as its value."""

    def __init__(self, pairs):
        super().__init__(pairs)
        self.pairs = pairs

    def values_of(self, key):
        return [value for name, value in self.pairs if name == key]


def twice(value, always, differing):
    """Whether a key stands twice: one of these at all, or one of those with different values."""
    return any(len(value.values_of(key)) > 1 for key in always) or any(
        value.values_of(key)[0] != value.values_of(key)[-1] for key in differing if key in value
    )


def is_request(raw):
    """The reference: slow, plain, and by another parser."""
    try:
        value = json.loads(raw.decode(), parse_constant=refuse, object_pairs_hook=Pairs)
        json.dumps(value, ensure_ascii=False).encode()  # refuses lone surrogates
    except ValueError:
        return False
    if not isinstance(value, dict) or twice(value, ["body"], ["custom_id", "method", "url"]):
        return False
    body = value.get("body")
    return (
        isinstance(body, dict)
        and not twice(body, {"messages"} & {*prompt_keys(value.get("url"))}, ["model"])
        and isinstance(value.get("custom_id"), str)
        and bool(value["custom_id"])
        and text_or_nothing(value.get("method"))
        and text_or_nothing(value.get("url"))
        and text_or_nothing(body.get("model"))
        and (body.get("stream") is None or body["stream"] is False)
        and has_prompt(body, value.get("url"))
    )


def prompt_keys(url):
    """The key of the prompt, where that is known."""
    ends = PROMPTS if url else {"": "messages"}
    whole = url if isinstance(url, str) else ""
    return [name for end, name in ends.items() if whole.endswith(end)][:1]


def has_prompt(body, url):
    field = next(iter(prompt_keys(url)), None)
    if field is None:
        return True
    prompt = body.get(field)
    if prompt is None:
        return field == "input" and "prompt" in body
    if field != "messages":
        return isinstance(prompt, str | list) and bool(prompt)
    return (
        isinstance(prompt, list)
        and bool(prompt)
        and all(isinstance(m, dict) and isinstance(m.get("role"), str) for m in prompt)
    )


def with_a_key_again(chance, number, raw, value):
    """The request with one more key, often one that it has already, often of the same value."""
    body = value.get("body")
    body = body if isinstance(body, dict) else {}
    place = chance.choice([b"{", b", ", b'"body": {'])
    key = chance.choice([*value, *body, "input"])
    again = chance.choice([*VALUES, value.get(key), body.get(key), f"ask-{number}"])
    name = json.dumps(key).replace("d", chance.choice(["d", "d", "\\u0064"]))
    return raw.replace(place, place + f"{name}: {json.dumps(again)}, ".encode(), 1)


def scratched(chance, raw):
    """The bytes with one to three things done to them."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(raw))
        match chance.randrange(5):
            case 0:
                raw[at] = chance.randrange(256)
            case 1:
                del raw[at : at + chance.randint(1, 12)]
            case 2:
                raw[at:at] = chance.choice(TOKENS)
            case 3:
                raw[at : at + chance.randint(1, 4)] = chance.choice(TOKENS)
            case _:
                del raw[chance.randrange(len(raw)) :]
        raw = raw or bytearray(b"{")
    return bytes(raw).replace(b"\n", b" ")


def damaged(chance, number, **body):
    """A request with one to three things done to its fields or bytes."""
    value = request(number, **body)
    if chance.random() < 0.4:
        place = chance.choice([value, value["body"]])
        key = chance.choice([*place, "stream", "input", "tools"])
        if chance.random() < 0.3:
            place.pop(key, None)
        else:
            place[key] = chance.choice(VALUES)
        if chance.random() < 0.5:
            return line(value)
    raw = bytearray(json.dumps(value, ensure_ascii=chance.random() < 0.5).encode())
    if chance.random() < 0.15:
        raw = with_a_key_again(chance, number, raw, value)
        if chance.random() < 0.7:
            return bytes(raw)
    return scratched(chance, raw)


@pytest.fixture(scope="module")
def damaged_lines():
    chance = random.Random(20261)
    return [damaged(chance, number) for number in range(1, COUNT + 1)]


def disagreements(path, every, **options):
    """The lines about which the scan and the reference do not agree, and how many are refused."""
    result = scan(write(path, every), room=10**9, digest=False, **options)
    observations = {code for code in fault.CODES if code.startswith(("id_", "import_"))}
    # Its result would be an error, but it is a request.
    observations |= {"duplicate_custom_id", "length"}
    refused = {one.line for one in result.faults if one.code not in observations}
    expected = {number for number, raw in enumerate(every, 1) if not is_request(raw)}
    return [(every[n - 1], n in refused) for n in sorted(refused ^ expected)], len(expected)


@pytest.mark.parametrize("block", [1, 128 << 10], ids=["line by line", "in blocks"])
def test_no_damaged_line_is_accepted_and_no_good_one_refused(
    tmp_path, monkeypatch, damaged_lines, block
):
    monkeypatch.setattr(lines, "BLOCK", block)
    wrong, refused = disagreements(tmp_path / "requests.jsonl", [*good_lines(1), *damaged_lines])
    assert not wrong
    assert COUNT * 0.2 < refused < COUNT * 0.95


FIRST = (
    {},
    {"stream": False, "temperature": 0.2},
    {"tools": [{"type": "function", "function": {"name": "f"}}], "n": 2},
    {"model": None, "logprobs": False, "metadata": {"a": "b"}},
    {"max_tokens": None, "top_p": 1, "seed": None, "stop": ["x"]},
)
"""What the bodies of a file hold: each makes another fast path, which one line in 20 leaves."""


def seldom_damaged(seed, count):
    """A file of lines that are alike, and every twentieth damaged."""
    chance = random.Random(seed)
    body = FIRST[seed % len(FIRST)]
    for number in range(1, count + 1):
        if chance.random() < 0.05:
            yield damaged(chance, number, **body)
        else:
            yield line(request(number, **body))


@pytest.mark.parametrize("seed", range(len(FIRST)))
def test_one_damaged_line_among_many_alike_is_found(tmp_path, monkeypatch, seed):
    monkeypatch.setattr(lines, "BLOCK", 4_000)
    every = list(seldom_damaged(seed, 1_500))
    wrong, refused = disagreements(tmp_path / "requests.jsonl", every)
    assert not wrong
    assert 20 < refused < 150


@pytest.mark.parametrize("body", [{"logprobs": 0}, {"n": True}, {"temperature": "hot"}, {"n": []}])
def test_a_setting_of_another_type_is_counted_like_any_other(tmp_path, body):
    every = [line(request(number, **body)) for number in range(1, 2_000)]
    [name] = body
    for different in (every, [*every, *good_lines(2_010)[2_000:]]):
        found = scan(write(tmp_path / "requests.jsonl", different), digest=False)
        assert found.settings[name].count == len(every)


TASKS, CHUNKS, CHUNK = 5, 10, 10_000


@pytest.mark.fuzz
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("task", range(TASKS))
def test_half_a_million_lines_are_judged_as_by_the_reference(tmp_path, monkeypatch, task):
    for seed in range(100 + task * CHUNKS, 100 + (task + 1) * CHUNKS):
        with monkeypatch.context() as patched:
            judge_a_chunk(tmp_path / "requests.jsonl", patched, seed)


def judge_a_chunk(path, patched, seed):
    """Half of the lines damaged, half seldom; judged by the reference, and again in seven cuts."""
    chance = random.Random(seed)
    patched.setattr(lines, "BLOCK", chance.choice([600, 4_000, 128 << 10]))
    body = FIRST[seed % len(FIRST)]
    every = [damaged(chance, number, **body) for number in range(CHUNK // 2)]
    every += seldom_damaged(seed, CHUNK // 2)
    chance.shuffle(every)
    wrong, _ = disagreements(path, every)
    assert not wrong
    size = path.stat().st_size
    whole = scan(path, digest=False)
    places = (0, *sorted(chance.sample(range(1, size), 6)), size)
    patched.setattr("preflight.requests.scan.cuts", lambda *_: places)
    assert scan(path, digest=False) == whole


def test_the_diagnosis_names_a_place_inside_the_line(damaged_lines):
    for raw in damaged_lines:
        _, faults = diagnose(raw, 1, 1_000)
        for one in faults:
            assert 1_000 <= one.offset <= 1_000 + len(raw), raw
            assert one.message.isprintable(), raw
            assert len(one.message) < 250, raw
