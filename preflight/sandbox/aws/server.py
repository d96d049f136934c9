"""The process that runs ministack: `python -m preflight.sandbox.aws.server FD`, FD its socket.

Beside the AWS APIs it answers what no AWS API answers (who signed this request, may that key do
this, assume this role as a service), because only this process knows the secrets of the sessions
it issued. These questions are behind a token that is made for each start.
"""

import asyncio
import contextvars
import json
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

TOKEN_VARIABLE = "SANDBOX_QUESTION_TOKEN"  # noqa: S105 - the name of the variable, not its value
TOKEN_HEADER = "x-sandbox-token"  # noqa: S105 - the name of the header
PREFIX = "/_sandbox/"

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def main() -> None:
    """Serve until the parent closes its end of standard input, or dies and so closes it."""
    # A pipe and not PR_SET_PDEATHSIG: that signal comes when the *thread* ends that started this
    # process, and clouds are started side by side in threads that end long before the sandbox.
    threading.Thread(target=_end_with_parent, daemon=True).start()

    from hypercorn.asyncio import serve  # noqa: PLC0415 - after the watch: importing takes a while
    from hypercorn.config import Config  # noqa: PLC0415

    config = Config()
    config.bind = [f"fd://{int(sys.argv[1])}"]
    config.loglevel = "WARNING"
    asyncio.run(serve(application, config))  # type: ignore[arg-type]


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Ministack's ASGI application, and the sandbox's own questions under /_sandbox/."""
    app = _ministack()
    if scope["type"] != "http":
        await app(scope, receive, send)
        return
    headers = {name.decode("latin-1").lower(): value.decode("latin-1")
               for name, value in scope["headers"]}  # fmt: skip
    if scope["path"].startswith(PREFIX):
        await _question(scope["path"].removeprefix(PREFIX), headers, receive, send)
    elif _names_wrong_owner(scope["path"], headers):
        await _body(receive)
        error = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
        await _answer(send, 403, "application/xml", b"" if scope["method"] == "HEAD" else error)
    else:
        # Loopback stands for TLS here: bucket policies rightly refuse what is not encrypted.
        await app({**scope, "scheme": "https"}, receive, send)


@cache
def _ministack() -> Any:
    """Ministack's application, corrected. Importing it takes a while, so it waits to be needed."""
    from ministack.app import app  # noqa: PLC0415

    from preflight.sandbox.aws.corrections import correct  # noqa: PLC0415

    correct()
    return app


async def _question(name: str, headers: dict[str, str], receive: Receive, send: Send) -> None:
    from preflight.sandbox.aws.questions import QUESTIONS, Denied  # noqa: PLC0415

    status, answer = 403, {"code": "AccessDenied", "message": "not a question of the sandbox"}
    body = await _body(receive)
    if headers.get(TOKEN_HEADER) == os.environ[TOKEN_VARIABLE]:
        try:
            # Ministack keeps a request's account and region in context variables: keep ours apart.
            answer = contextvars.copy_context().run(QUESTIONS[name], **json.loads(body))
            status = 200
        except Denied as error:
            answer = {"code": error.code, "message": error.message}
    await _answer(send, status, "application/json", json.dumps(answer).encode())


def _names_wrong_owner(path: str, headers: dict[str, str]) -> bool:
    """Whether S3 refuses the request for its ExpectedBucketOwner, which ministack ignores."""
    from preflight.sandbox.aws.questions import owner_of_bucket  # noqa: PLC0415

    expected = headers.get("x-amz-expected-bucket-owner")
    return bool(expected) and owner_of_bucket(path.split("/")[1]) not in {None, expected}


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


async def _answer(send: Send, status: int, kind: str, body: bytes) -> None:
    headers = [(b"content-type", kind.encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    main()
