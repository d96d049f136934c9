"""A request file with one line that is broken, by what is wrong with it."""

from request_files import good_lines, line, request, write

from preflight.requests.scan import scan

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
    "two ids": (GOOD[:-1] + b', "custom_id": "other"}', "repeated_key"),
    "two ids, one of them escaped": (
        GOOD.replace(b'{"', b'{"custom\\u005fid": "x", "', 1),
        "repeated_key",
    ),
    "two bodies": (GOOD[:-1] + b', "body": ' + line(request(AT)["body"]) + b"}", "repeated_key"),
    "two models": (GOOD[:-2] + b', "model": "gpt-4o"}}', "repeated_key"),
    "two urls": (GOOD.replace(b'{"', b'{"url": "/v1/responses", "', 1), "repeated_key"),
    "the same messages twice": (
        GOOD[:-2] + b', "messages": [{"role": "user", "content": "x"}]}}',
        "repeated_key",
    ),
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
