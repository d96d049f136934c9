"""A server that answers everything in one bad way, byte by byte as a table says."""

import socket
import socketserver
import threading
import time
from contextlib import contextmanager

PATIENCE_SECONDS = 0.5
"""What clients are given for one try, in these tests."""


def http(status, body=b"", kind="application/json", length=None, **headers):
    """A whole answer; `length` is what it says of its body, where that is not true."""
    said = {
        "Content-Type": kind,
        "Content-Length": str(len(body) if length is None else length),
        "Connection": "close",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return f"HTTP/1.1 {status} Whatever\r\n{lines}\r\n".encode() + body


PAGE = b"<!doctype html><html><body>Sign in</body></html>"
DEEP = b"[" * 200_000

ANSWERS = {
    "cut off in the middle": http(200, b'{"a": [', length=1000),
    "cut off in its head": b"HTTP/1.1 200 OK\r\nContent-Ty",
    "not JSON": http(200, b"surely not"),
    "half JSON": http(200, b'{"a": '),
    "no UTF-8": http(200, b"\xff\xfe\x00"),
    "nested without end": http(200, DEEP),
    "a web page": http(200, PAGE, "text/html"),
    "a web page that calls itself JSON": http(200, PAGE),
    "empty": http(200),
    "nothing at all": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.9\r\n",
    "a body of 30 MB": http(200, b" " * 30_000_000),
    "throttled": http(429, b'{"error": {"code": 429, "message": "slow down"}}', Retry_After="1"),
    "unavailable": http(503, b"no healthy upstream", "text/plain"),
    "broken": http(500, PAGE, "text/html"),
    "a gateway's timeout": http(504),
    "sent in a circle": http(302, Location="/again"),
    "sent nowhere": http(301),
}
"""Each is no answer at all: nothing may be read out of it."""

STRANGE = {
    "null": http(200, b"null"),
    "a number": http(200, b"17"),
    "a list": http(200, b"[1, null]"),
    "an empty object": http(200, b"{}"),
    "text that is no UTF-8": http(200, b'{"a": "\xff\xfe"}'),
    "fields of other kinds": http(
        200,
        b'{"value": [null, 7], "bindings": 7, "permissions": "x", "properties": [], "state": {},'
        b' "data": [7], "email": {}, "access_token": "a", "accessToken": 7, "location": []}',
    ),
}
"""JSON, but of another kind than was asked for: some questions have an answer in it, as "none"."""


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class BadWire:
    """`answer` is sent to every request, or called with the connection; `asked` counts them."""

    def __init__(self):
        self.answer = b""
        self.asked = 0
        self.url = ""
        self.stop = threading.Event()

    def reset(self, answer):
        self.answer, self.asked = answer, 0

    def hangs(self, connection):
        """Takes the request, and never says a word."""
        del connection
        self.stop.wait(20)

    def drips(self, connection):
        """Says one letter at a time, each soon enough to be waited for."""
        connection.sendall(http(200, length=100_000))
        while not self.stop.wait(PATIENCE_SECONDS / 5):
            connection.sendall(b" ")

    def handle(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            read = connection.recv(65536)
            if not read:
                return
            head += read
        self.asked += 1
        if callable(self.answer):
            self.answer(connection)
            return
        connection.sendall(self.answer)
        connection.shutdown(socket.SHUT_WR)
        # What is left of the request is read, or the answer would be lost with the connection.
        connection.settimeout(0.2)
        end = time.monotonic() + 1
        while time.monotonic() < end and connection.recv(65536):
            pass


@contextmanager
def bad_wire():
    """The server, on loopback, for as long as the block lasts."""
    wire = BadWire()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            try:
                wire.handle(self.request)
            except OSError:
                return  # whoever asked has gone

    with _Server(("127.0.0.1", 0), Handler) as server:
        wire.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield wire
        finally:
            wire.stop.set()
            server.shutdown()
            thread.join()
