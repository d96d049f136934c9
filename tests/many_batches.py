"""A gateway that holds many batches at once, for each of the four providers in its own forms.

It serves any number of worlds, each under a path of its own, so that one server is enough for
hundreds of runs. What a batch is like goes by how often it was looked at, never by time.
"""

import itertools
import json
import os
import re
import signal
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from batch_forms import FORMS, Forms
from gateway_double import KEY

LOOKS = 2
"""The last of so many looks finds the batch ended."""

_NAME = re.compile(rb'filename="([^"]*)"')


@dataclass
class World:
    """One provider, and what one run has made there. `slow`: seconds that a call takes."""

    forms: Forms
    slow: float = 0.0
    files: dict = field(default_factory=dict)
    batches: dict = field(default_factory=dict)
    done: Counter = field(default_factory=Counter)
    numbers: object = field(default_factory=itertools.count)
    lock: object = field(default_factory=threading.Lock)

    def upload(self, name, content):
        number = next(self.numbers)
        found = self.forms.identifier(self.forms.file, number)
        kept = name if self.forms.keeps_file_names else f"uploads/{number}.jsonl"
        self.files[found] = (kept, content)
        return self._file(found)

    def create(self, asked):
        number = next(self.numbers)
        found = self.forms.identifier(self.forms.batch, number)
        self.batches[found] = {
            "id": found,
            "created_at": int(time.time()),
            "input_file_id": asked["input_file_id"],
            "metadata": asked.get("metadata") if self.forms.names_batches else None,
            "number": number,
            "looks": 0,
        }
        return self._batch(found)

    def look(self, identifier):
        for found, batch in self.batches.items():
            if unquote(found) == identifier:
                batch["looks"] = min(batch["looks"] + 1, LOOKS)
                return self._batch(found)
        return None

    def content(self, identifier):
        for found, (_, sent) in self.files.items():
            if unquote(found) == identifier:
                return sent
        for found, batch in self.batches.items():
            if batch["looks"] == LOOKS and unquote(self._output(found)) == identifier:
                _, sent = self.files[batch["input_file_id"]]
                rows = [self.forms.row(json.loads(line)["custom_id"]) for line in sent.splitlines()]
                return b"".join(json.dumps(row).encode() + b"\n" for row in reversed(rows))
        return None

    def listed(self, rows, after):
        rows = list(reversed(rows))
        ids = [row["id"] for row in rows]
        start = ids.index(after) + 1 if after in ids else 0
        return {"object": "list", "data": rows[start : start + 2], "has_more": start + 2 < len(ids)}

    def list_files(self, after):
        return self.listed([self._file(found) for found in self.files], after)

    def list_batches(self, after):
        return self.listed([self._batch(found) for found in self.batches], after)

    def told(self):
        """What a test asks: each batch's input, and how often each call was carried out."""
        inputs = [self.files[b["input_file_id"]][1].decode() for b in self.batches.values()]
        return {"inputs": inputs, "done": self.done}

    def _file(self, found):
        name, content = self.files[found]
        return {"id": found, "object": "file", "filename": name, "bytes": len(content)}

    def _output(self, found):
        return self.forms.identifier(self.forms.output, self.batches[found]["number"])

    def _batch(self, found):
        batch = self.batches[found]
        shown = {name: batch[name] for name in ("id", "created_at", "input_file_id", "metadata")}
        ended = batch["looks"] == LOOKS
        output = self._output(found) if ended else None
        return shown | {"status": self.forms.words[batch["looks"]], "output_file_id": output}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits for its headers to be acknowledged
    wbufsize = -1

    def log_message(self, *_):
        """No line per request."""

    def do_GET(self):
        self._answer("GET")

    def do_POST(self):
        self._answer("POST")

    def _answer(self, method):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        address = urlsplit(self.path)
        _, provider, name, *rest = address.path.split("/")
        with self.server.lock:
            slow = self.server.slow if name.endswith("slow") else 0.0
            world = self.server.worlds.setdefault(name, World(FORMS[provider], slow))
        if rest == ["told"]:
            return self._send(200, world.told())
        if self.headers.get("authorization") != f"Bearer {KEY}":
            return self._send(401, {"error": {"message": "no such key"}})
        if method == "POST":
            time.sleep(world.slow)
        with world.lock:
            found = self._carried_out(world, method, rest, parse_qs(address.query), body)
        if found is None:
            return self._send(404, {"error": {"message": "there is no such thing"}})
        return self._send(200, found)

    def _carried_out(self, world, method, rest, query, body):
        after = query.get("after", [""])[0]
        calls = {
            "POST files": lambda: world.upload(*_sent_file(body)),
            "POST batches": lambda: world.create(json.loads(body)),
            "GET files": lambda: world.list_files(after),
            "GET batches": lambda: world.list_batches(after),
            "GET batches ID": lambda: world.look(unquote(rest[1])),
            "GET files ID content": lambda: world.content(unquote(rest[1])),
        }
        call = " ".join([method, *rest[:1], *("ID" for _ in rest[1:2]), *rest[2:]])
        world.done[call] += 1
        return calls[call]()

    def _send(self, status, found):
        kind = "application/octet-stream" if isinstance(found, bytes) else "application/json"
        content = found if isinstance(found, bytes) else json.dumps(found).encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _sent_file(body):
    """The name and the content of the `file` of a multipart form."""
    boundary = body[: body.index(b"\r\n")]
    for part in body.split(boundary):
        head, _, content = part.partition(b"\r\n\r\n")
        if named := _NAME.search(head):
            return named[1].decode(), content.removesuffix(b"\r\n")
    raise AssertionError(body[:200])


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, slow):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.slow = slow
        self.worlds = {}
        self.lock = threading.Lock()

    def handle_error(self, request, client_address):
        """A client that was killed."""


@contextmanager
def many_batches(slow=0.0):
    """The server as a process of its own, which ends with this one; its address.

    `slow`: seconds that a call to change anything takes in a world whose name says that it is slow.
    """
    server = _Server(slow)
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(writing)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        os.read(reading, 1)
        os._exit(0)
    os.close(reading)
    server.server_close()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        os.close(writing)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
