"""Every kind of weather, each with the rest of the sentence that begins with the call.

`BEFORE`: the gateway never hears of the call. `AFTER`: it carries it out, and the client is not
told so, or told something else. `HARMLESS`: the answer arrives, in an unusual way.
"""

import asyncio
import json

_DRIP = 0.02
"""Seconds between two drops: many times less than the client's patience."""

PAGE = b"<html><body><h1>Bad Gateway</h1></body></html>"


def _status(status, body=None, *, kind="application/json", **headers):
    """A whole answer of the proxy's own."""
    if body is None:
        body = json.dumps({"error": {"message": f"weather: {status}"}}).encode()
    lines = [f"HTTP/1.1 {status} Weather", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


def _instead(answer):
    """The gateway is not asked."""

    async def weather(call):
        await call.body()
        await call.say(answer)

    return weather


def _afterwards(answer):
    """The gateway is asked, and the answer is another."""

    async def weather(call):
        await call.handed_on()
        await call.say(answer)

    return weather


def _changed(change):
    """The gateway's own answer, with something done to its head and body."""

    async def weather(call):
        head, _, body = (await call.handed_on()).partition(b"\r\n\r\n")
        await call.say(change(head, body))

    return weather


def _relabelled(head, **changes):
    """The head with other values of its headers."""
    kept = [
        line
        for line in head.split(b"\r\n")
        if line.partition(b":")[0].decode().lower() not in {n.replace("_", "-") for n in changes}
    ]
    told = [f"{name.replace('_', '-')}: {value}".encode() for name, value in changes.items()]
    return b"\r\n".join([*kept, *told, b"", b""])


async def _reset_before(call):
    await call.body()
    call.reset()


async def _reset_within(call):
    call.reset()


async def _hung_up_before(call):
    await call.body()


async def _stalled_before(call):
    await call.body()
    await call.stall()


async def _reset_after(call):
    await call.handed_on()
    call.reset()


async def _hung_up_after(call):
    await call.handed_on()


async def _stalled_after(call):
    await call.handed_on()
    await call.stall()


async def _stalled_in_the_answer(call):
    answer = await call.handed_on()
    await call.say(answer[:-1])
    await call.stall()


async def _reset_in_the_answer(call):
    head, _, body = (await call.handed_on()).partition(b"\r\n\r\n")
    await call.say(head + b"\r\n\r\n" + body[: len(body) // 2])
    await asyncio.sleep(_DRIP)  # a reset takes what was not read yet
    call.reset()


async def _dripped(call):
    answer = await call.handed_on()
    step = max(1, len(answer) // 20)
    for start in range(0, len(answer), step):
        await call.say(answer[start : start + step])
        await asyncio.sleep(_DRIP)


def _half(body):
    return body[: len(body) // 2]


GARBAGE = b"\x00\xff\x16\x03\x01 this is no HTTP\r\n\r\n"

BEFORE = {
    "is reset before it is handed on": _reset_before,
    "is reset while it is being sent": _reset_within,
    "is hung up on": _hung_up_before,
    "stalls on its way": _stalled_before,
    "is answered 429 and not handed on": _instead(_status(429, Retry_After="1")),
    "is answered 500 and not handed on": _instead(_status(500)),
    "is answered 502 with a page and not handed on": _instead(_status(502, PAGE, kind="text/html")),
    "is answered 503 and not handed on": _instead(_status(503, Retry_After="1")),
    "is answered with garbage and not handed on": _instead(GARBAGE),
    "is answered 200 with nothing and not handed on": _instead(_status(200, b"")),
    "is answered 200 with an empty object and not handed on": _instead(_status(200, b"{}")),
    "is answered by a login page and not handed on": _instead(
        _status(200, b"<html>Log in</html>", kind="text/html")
    ),
}

AFTER = {
    "is reset after it was carried out": _reset_after,
    "is hung up on after it was carried out": _hung_up_after,
    "stalls after it was carried out": _stalled_after,
    "is carried out and answered 408": _afterwards(_status(408)),
    "is carried out and answered 429": _afterwards(_status(429, Retry_After="1")),
    "is carried out and answered 500": _afterwards(_status(500)),
    "is carried out and answered 502 with a page": _afterwards(
        _status(502, PAGE, kind="text/html")
    ),
    "is carried out and answered 503": _afterwards(_status(503, Retry_After="1")),
    "is carried out and answered 504": _afterwards(_status(504, PAGE, kind="text/html")),
    "is carried out and answered with garbage": _afterwards(GARBAGE),
    "is carried out and answered with nothing": _afterwards(_status(200, b"")),
    "is carried out and answered with bytes that are no text": _afterwards(
        _status(200, bytes(range(256)))
    ),
    "is carried out and its answer ends within its head": _changed(lambda head, _: _half(head)),
    "is carried out and its answer ends within its body": _changed(
        lambda head, body: head + b"\r\n\r\n" + _half(body)
    ),
    "is carried out and its answer is reset within its body": _reset_in_the_answer,
    "is carried out and its answer stalls before its last byte": _stalled_in_the_answer,
    "is carried out and half of its answer comes as if it were whole": _changed(
        lambda head, body: _relabelled(head, content_length=len(_half(body))) + _half(body)
    ),
}

HARMLESS = {
    "is answered drop by drop": _dripped,
    "is answered under the wrong content type": _changed(
        lambda head, body: _relabelled(head, content_type="text/html") + body
    ),
    "is answered with bytes behind the end": _changed(
        lambda head, body: head + b"\r\n\r\n" + body + b"\r\nHTTP/1.1 500 No"
    ),
}

KINDS = BEFORE | AFTER | HARMLESS
