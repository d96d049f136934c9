"""Why one line is no request: every reason, in the order in which they matter."""

import json
import re
from typing import Any, NoReturn

from msgspec import DecodeError, Raw, ValidationError
from msgspec.json import Decoder

from preflight.requests.fault import Fault, quoted
from preflight.requests.repeats import repetitions
from preflight.requests.settings import Settings, settings
from preflight.requests.shapes import FEATURES, PROMPT_DECODERS, Facts, Messages, held, prompt_field

BLANKS = b" \t\r\n"
BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")

_is_json = Decoder(Raw).decode
_fields_of = Decoder(dict[str, Raw]).decode
_text_of = Decoder(str).decode
_bool_of = Decoder(bool).decode

_AT_BYTE = re.compile(r"^(?:JSON is malformed: )?(.*?)(?: \(byte (\d+)\))?$")
# An escaped backslash and a whole pair are passed over; what is left in group 1 stands alone.
_SURROGATE = re.compile(
    r"\\\\|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(\\ud[89a-f][0-9a-f]{2})", re.IGNORECASE
)
_KINDS = {
    b"{": "an object",
    b"[": "an array",
    b'"': "a string",
    b"n": "null",
    b"t": "true",
    b"f": "false",
}
_NATIVE = {
    "recordId": "Amazon Bedrock's own form (recordId, modelInput)",
    "modelInput": "Amazon Bedrock's own form (recordId, modelInput)",
    "request": "Vertex AI's own form (request, contents)",
}


def diagnose(line: bytes, number: int, offset: int) -> tuple[Facts | None, list[Fault]]:
    """Look at one line slowly.

    Args:
        line: its bytes, without the newline.
        number: of the line, from 1.
        offset: of its first byte in the file.

    Returns:
        What the line says as far as it can be read (None: nothing), and its faults (none: it is a
        request).
    """
    faults: list[Fault] = []

    def report(code: str, message: str, at: int = 0) -> None:
        faults.append(Fault(code, number, offset + at, message))

    for bom in BOMS:
        if line.startswith(bom):
            kind = "UTF-8" if len(bom) == len(BOMS[0]) else "UTF-16"
            report("bom", f"starts with a {kind} byte order mark")
            # Blanks in its place keep the offsets of what follows.
            line = b" " * len(bom) + line[len(bom) :]
    if not line.strip(BLANKS):
        if not faults:
            report("blank_line", "is blank")
        return None, faults
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        byte = line[error.start]
        report("invalid_utf8", f"has the byte 0x{byte:02x}, which is not UTF-8", error.start)
        return None, faults
    try:
        _is_json(line)
    except DecodeError as error:
        report("invalid_json", *_why_not_json(line, text, str(error)))
        return None, faults
    except RecursionError:
        report("too_deep", "is nested so deep that no parser follows it")
        return None, faults
    try:
        fields = _fields_of(line)
    except ValidationError:
        report("not_an_object", f"is {_kind(line)}, not an object")
        return None, faults
    facts = _read_fields(fields, report)
    prompt = (prompt_field(facts.url) or ("", None))[0]
    return facts, [*faults, *repetitions(line, prompt, number, offset)]


def _read_fields(fields: dict[str, Raw], report: Any) -> Facts:
    custom_id = None
    if "custom_id" not in fields:
        native = next((form for key, form in _NATIVE.items() if key in fields), "")
        hint = f": it is in {native}; the gateway takes OpenAI's and converts it" if native else ""
        report("custom_id_missing", f"has no custom_id{hint}")
    elif (custom_id := _text(fields["custom_id"])) is None:
        report("custom_id_type", f"custom_id is {_kind(fields['custom_id'])}, not a string")
    elif not custom_id:
        custom_id = None
        report("custom_id_empty", "custom_id is empty")
    method = _optional_text(fields, "method", "method_type", report)
    url = _optional_text(fields, "url", "url_type", report)
    model = None
    features: tuple[tuple[str, bytes], ...] = ()
    found = Settings()
    order: tuple[str, ...] = ()
    stream = b""
    has_body = False
    prompts = 0
    if "body" not in fields:
        report("body_missing", "has no body")
    else:
        try:
            body = _fields_of(fields["body"])
        except ValidationError:
            report("body_type", f"body is {_kind(fields['body'])}, not an object")
        else:
            has_body = True
            order = tuple(body)
            stream = bytes(body.get("stream", b"")).strip()
            model = _optional_text(body, "model", "model_type", report)
            _read_stream(body, report)
            prompts = _read_prompt(body, url, report)
            # The same spelling as on the fast path: stripped, and nothing for null and [].
            features = held((name, body.get(name)) for name in FEATURES)
            name = (prompt_field(url) or ("", None))[0]
            found = settings(body, name)
            if found.fault:
                report("length", found.fault)
    return Facts(custom_id, method, url, model, features, has_body, found, stream, order, prompts)


def _read_stream(body: dict[str, Raw], report: Any) -> None:
    if "stream" not in body or _is_null(body["stream"]):
        return
    try:
        streams = _bool_of(body["stream"])
    except ValidationError:
        report("stream_type", f"stream is {_kind(body['stream'])}, neither true nor false")
    else:
        if streams:
            report("stream", "stream is true")


def _read_prompt(body: dict[str, Raw], url: str | None, report: Any) -> int:
    """How many messages there are; 0 where there is none, or another prompt."""
    expected = prompt_field(url)
    if expected is None:
        return 0
    name, kind = expected
    if name not in body or _is_null(body[name]):
        # The Responses API also takes a stored prompt in place of an input.
        if not (name == "input" and "prompt" in body):
            report("prompt_missing", f"body has no {name}")
        return 0
    if bytes(body[name]).translate(None, BLANKS) in {b"[]", b'""'}:
        report("prompt_empty", f"{name} is empty")
        return 0
    try:
        said = PROMPT_DECODERS[kind](body[name])
    except ValidationError as error:
        what = str(error).replace("$", name, 1).replace("`", "")
        report("prompt_type", f"{name}: {what[:1].lower()}{what[1:]}")
        return 0
    return len(said) if kind is Messages else 0


def _optional_text(fields: dict[str, Raw], name: str, code: str, report: Any) -> str | None:
    """The field's text; None where it is left out, null or empty. Any other type is a fault."""
    if name not in fields or _is_null(fields[name]):
        return None
    value = _text(fields[name])
    if value is None:
        report(code, f"{name} is {_kind(fields[name])}, not a string")
    return value or None


def _text(raw: Raw) -> str | None:
    try:
        return _text_of(raw)
    except ValidationError:
        return None


def _is_null(raw: Raw) -> bool:
    return bytes(raw).strip(BLANKS) == b"null"


def _kind(raw: bytes | Raw) -> str:
    """What kind of JSON value it is, with its article."""
    return _KINDS.get(bytes(raw).lstrip(BLANKS)[:1], "a number")


def _why_not_json(line: bytes, text: str, said: str) -> tuple[str, int]:
    """A sentence, and the byte in the line that it is about."""
    found = _AT_BYTE.match(said)
    reason, place = (found[1], int(found[2] or len(line))) if found else (said, 0)
    try:
        json.loads(text, parse_constant=_refuse)
    except _Constant as constant:
        return f"is not JSON: it has {constant}, which JSON has no word for", place
    except (ValueError, RecursionError):
        pass  # The first parser's reason stands.
    else:
        # Python's own parser lets nothing pass that msgspec refuses, but half a surrogate pair.
        half = next((pair for pair in _SURROGATE.finditer(text) if pair[1]), None)
        at = len(text[: half.start()].encode()) if half else place
        return (
            "is not JSON that can be UTF-8: half of a surrogate pair (\\ud800...) stands alone",
            at,
        )
    if reason.startswith("Input data was truncated"):
        return "is not JSON: it ends in the middle of an object", place
    if reason.startswith("trailing characters"):
        more = "a second object" if line[place : place + 1] == b"{" else "something"
        return f"is not JSON: {more} follows the first on the line", place
    return f"is not JSON: {reason} at {quoted(_around(line, place))}", place


def _around(line: bytes, place: int) -> str:
    """A few characters of the line from the place on."""
    return line[place : place + 20].decode(errors="ignore")


class _Constant(ValueError):
    """NaN, Infinity or -Infinity."""


def _refuse(constant: str) -> NoReturn:
    raise _Constant(constant)
