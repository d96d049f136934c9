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
    """Ministack's ASGI application, with the sandbox's own questions under /_sandbox/."""
    from ministack.app import app  # noqa: PLC0415

    if scope["type"] != "http":
        await app(scope, receive, send)
        return
    if not scope["path"].startswith(PREFIX):
        # Loopback stands for TLS here: bucket policies rightly refuse what is not encrypted.
        await app({**scope, "scheme": "https"}, receive, send)
        return
    headers = {name.decode("latin-1").lower(): value for name, value in scope["headers"]}
    if headers.get(TOKEN_HEADER, b"").decode("latin-1") != os.environ[TOKEN_VARIABLE]:
        await _answer(
            send, 403, {"code": "AccessDenied", "message": "not a question of the sandbox"}
        )
        return
    from preflight.sandbox.aws.questions import QUESTIONS, Denied  # noqa: PLC0415

    question = QUESTIONS[scope["path"].removeprefix(PREFIX)]
    body = json.loads(await _body(receive))
    try:
        # Ministack keeps the account and region of a request in context variables: keep ours apart.
        answer = contextvars.copy_context().run(question, **body)
    except Denied as error:
        await _answer(send, 403, {"code": error.code, "message": error.message})
        return
    await _answer(send, 200, answer)


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


async def _answer(send: Send, status: int, answer: Any) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


if __name__ == "__main__":
    main()
