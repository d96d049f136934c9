"""A key that stands twice in one request is found, on the quick way as on the slow one."""

import json

import pytest
from request_files import good_lines, line, request, write

from preflight.requests import layout, lines
from preflight.requests.repeats import repeated
from preflight.requests.scan import scan

COUNT = 900
PLACES = {
    "in front": lambda raw, pair: b"{" + pair + b", " + raw[1:],
    "behind": lambda raw, pair: raw[:-1] + b", " + pair + b"}",
    "in front in the body": lambda raw, pair: raw.replace(
        b'"body": {', b'"body": {' + pair + b", ", 1
    ),
    "behind in the body": lambda raw, pair: raw[:-2] + b", " + pair + b"}}",
}
AGAIN = {
    "custom_id": (b'"custom_id": "other"', b'"custom_id": "ask-%d"'),
    "method": (b'"method": "GET"', b'"method": "POST"'),
    "url": (b'"url": "/v1/responses"', b'"url": "/v1/chat\\u002fcompletions"'),
    "model": (b'"model": "gpt-4o"', b'"model": "gpt-4o-mini"'),
}
"""A pair that differs from the one of each line, and one that does not."""


def found(path, every, **options):
    result = scan(write(path, every), digest=False, **options)
    return {(fault.code, fault.line) for fault in result.faults}


def way(kind, count=COUNT):
    """Lines of which the quick way takes all, by their beginnings or by counting keys."""
    made = [request(number) for number in range(1, count + 1)]
    match kind:
        case "keys sorted":
            return [json.dumps(one, sort_keys=True).encode() for one in made]
        case "ids of many lengths":
            return [
                line(one | {"custom_id": one["custom_id"] + "x" * (n % 7)})
                for n, one in enumerate(made)
            ]
        case "ids beyond ASCII":
            return [line(one | {"custom_id": f"é{one['custom_id']}"}) for one in made]
        case "embeddings":
            body = {"model": "gpt-4o-mini", "input": "a text"}
            return [line(one | {"url": "/v1/embeddings", "body": body}) for one in made]
        case "compact":
            return [json.dumps(one, separators=(",", ":")).encode() for one in made]
    return [line(one) for one in made]


WAYS = ("ids in front", "keys sorted", "ids of many lengths", "ids beyond ASCII", "compact")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("key", AGAIN)
def test_a_key_that_stands_twice_is_found_where_its_values_differ(tmp_path, place, key):
    if (key == "model") is not place.endswith("body"):
        return
    differing, same = AGAIN[key]
    every = good_lines(COUNT)
    every[699] = PLACES[place](every[699], differing)
    if b"%d" in same:
        same %= 800
    every[799] = PLACES[place](every[799], same)
    assert found(tmp_path / "requests.jsonl", every) - {("prompt_missing", 700)} == {
        ("repeated_key", 700)
    }


@pytest.mark.parametrize("kind", WAYS)
@pytest.mark.parametrize("name", [b'"custom_id"', b'"custom\\u005fid"'])
@pytest.mark.parametrize("place", ["in front", "behind"])
def test_another_id_on_a_line_is_found_however_lines_are_written(tmp_path, kind, name, place):
    every = way(kind)
    every[699] = PLACES[place](every[699], name + b': "other"')
    seen = found(tmp_path / "requests.jsonl", every)
    assert {one for one in seen if not one[0].startswith("id_")} == {("repeated_key", 700)}


@pytest.mark.parametrize("kind", [*WAYS, "embeddings"])
def test_lines_with_each_key_once_are_never_looked_at_one_by_one(tmp_path, monkeypatch, kind):
    every = way(kind)
    monkeypatch.setattr(layout, "repeated", None)
    assert scan(write(tmp_path / "requests.jsonl", every), digest=False).requests == COUNT


@pytest.mark.parametrize("kind", ["ids in front", "ids behind", "ids of many lengths", "compact"])
def test_lines_that_are_written_alike_are_not_searched(tmp_path, monkeypatch, kind):
    every = way("keys sorted" if kind == "ids behind" else kind)
    monkeypatch.setattr(layout, "escapes", None)
    assert scan(write(tmp_path / "requests.jsonl", every), digest=False).requests == COUNT


@pytest.mark.parametrize("kind", ["embeddings", "ids in front", "keys sorted"])
@pytest.mark.parametrize("key", ["body", "messages"])
def test_a_second_body_or_conversation_is_wrong_whatever_it_says(tmp_path, kind, key):
    if (kind, key) == ("embeddings", "messages"):
        return
    every = way(kind)
    raw = every[699]
    body = json.loads(raw)["body"]
    pair = line({key: body if key == "body" else body[key]})[1:-1]
    if (kind, key) == ("keys sorted", "messages"):
        raw = raw.replace(b'"body": {', b'"body": {' + pair + b", ", 1)
        pair = b'"more": 1'
    where = "behind in the body" if key == "messages" and kind != "keys sorted" else "behind"
    every[699] = PLACES[where](raw, pair)
    assert found(tmp_path / "requests.jsonl", every) == {("repeated_key", 700)}


def test_the_same_key_deeper_or_in_a_text_is_another(tmp_path):
    tool = {"type": "function", "function": {"name": "model", "custom_id": 1, "body": {"url": 2}}}
    text = 'the "model", the "custom_id" and the "messages": {"body": 5}'
    asked = [{"role": "user", "content": text, "model": "x", "messages": []}]
    every = [
        line(request(n, tools=[tool], messages=asked) | {"extra": {"model": 1, "messages": 2}})
        for n in range(1, 500)
    ]
    assert not found(tmp_path / "requests.jsonl", every)


def test_both_places_are_named_by_their_bytes(tmp_path):
    raw = line(request(4))[:-2] + b', "model": "gpt-4o"}}'
    [fault] = scan(write(tmp_path / "requests.jsonl", [*good_lines(3), raw])).faults
    first, last = raw.index(b'"model"'), raw.rindex(b'"model"')
    assert fault.message.startswith(f"has model twice, at columns {first + 1} and {last + 1}:")
    assert (tmp_path / "requests.jsonl").read_bytes()[fault.offset :].startswith(b'"model": "gpt-4')


def test_three_of_a_kind_are_judged_by_the_first_and_the_last():
    once = b'{"custom_id": "a", "custom_id": "b", "custom_id": "%s", "body": {}}'
    assert not repeated(once % b"a", "messages")
    [one] = repeated(once % b"c", "messages")
    assert (one.key, one.first, one.last) == ("custom_id", 1, 37)


def test_numbers_out_of_range_are_told_apart_by_their_text():
    assert not repeated(b'{"method": 1e999, "method": 1e999}', "")
    assert repeated(b'{"method": 1e999, "method": 2e999}', "")


@pytest.mark.parametrize("count", [1, 3, 4, 5, 40, 70])
def test_long_conversations_are_read_on_the_quick_way(tmp_path, monkeypatch, count):
    monkeypatch.setattr(lines, "BLOCK", 1 << 20)
    asked = [{"role": "user", "content": "?"}] * count
    some = [line(request(n, messages=asked)) for n in range(1, 900)]
    more = [line(request(n, messages=asked * 2)) for n in range(900, 1_800)]
    wrong = line(request(1_800))[:-2] + b', "messages": [{"role": "user"}]}}'
    path = tmp_path / "requests.jsonl"
    assert found(path, [*some, *more, wrong, *good_lines(1_900)[1_800:]]) == {
        ("repeated_key", 1_800)
    }


def test_a_long_conversation_with_a_fault_is_nobodys_example(tmp_path):
    asked = [{"role": "user", "content": "?"}] * 30
    wrong = line(request(1, messages=asked, stream=True))
    seen = found(tmp_path / "requests.jsonl", [wrong, *good_lines(900)[1:]])
    assert seen == {("stream", 1)}


@pytest.mark.parametrize("sort", [False, True])
@pytest.mark.parametrize("odd", ["a", "a\nb", 'a"b', "a\\b", "é", "x" * 300, "ask-1\n"])
@pytest.mark.parametrize("at", [300, 301, 302])
def test_one_odd_id_among_many_changes_nothing_for_the_others(tmp_path, sort, odd, at):
    made = [request(number) for number in range(100, 900)]
    made[at]["custom_id"] = odd
    every = [json.dumps(one, sort_keys=sort).encode() for one in made]
    seen = found(tmp_path / "requests.jsonl", every)
    assert {one for one in seen if not one[0].startswith("id_")} == set()
    every[at] = every[at][:-1] + b', "custom_id": "other"}'
    seen = found(tmp_path / "requests.jsonl", every)
    assert {one for one in seen if not one[0].startswith("id_")} == {("repeated_key", at + 1)}
