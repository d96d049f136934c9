"""Buckets and objects: gcp-storage-emulator, called in this process and never seen from outside.

Its own HTTP server asks nobody for a token, so it is not started; its router is handed one request
at a time.
"""

import io
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from werkzeug.datastructures import Headers

from preflight.sandbox.gcp.names import NUMBER
from preflight.sandbox.memory import Restore, remember


@dataclass(slots=True)
class Answer:
    """What the emulator said to one request."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class _Exchange:
    """One request and its answer, in the shape of the http.server handler the emulator expects."""

    def __init__(self, storage: Any, path: str, headers: Mapping[str, str], body: bytes) -> None:
        self.storage = storage
        self.path = path
        self.headers = Headers(headers)
        self.headers["Content-Length"] = str(len(body))
        self.rfile = io.BytesIO(body)
        self.wfile = io.BytesIO()
        self.server = SimpleNamespace(server_address=("127.0.0.1", 0))
        self.answer = Answer()

    def send_response(self, status: int, _phrase: str) -> None:
        self.answer.status = status

    def send_header(self, name: str, value: str) -> None:
        self.answer.headers[name] = value

    def end_headers(self) -> None:
        """Nothing to do: the headers are kept as they come."""


class ObjectStore:
    """Buckets and objects of the project, in memory, without any authorisation of their own."""

    def __init__(self) -> None:
        """Start empty."""
        # The emulator is an extra: only a sandbox that is started needs it installed.
        from gcp_storage_emulator.storage import Storage  # noqa: PLC0415

        for name in ("gcp_storage_emulator", "api.object", "api.bucket"):
            # It logs every 404 as an error, and a 404 is an answer.
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._storage = Storage(use_memory_fs=True, data_dir="/", project_number=NUMBER)
        # The emulator was written for a server with one thread.
        self._lock = threading.Lock()

    def forward(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The emulator's answer to a request. `path` is as it came: quoted, with its query."""
        from gcp_storage_emulator.server import Router  # noqa: PLC0415

        exchange = _Exchange(self._storage, path, headers, body)
        with self._lock:
            Router(exchange).handle(method)
        exchange.answer.body = exchange.wfile.getvalue()
        return exchange.answer

    def remember(self) -> Restore:
        """Keep all buckets and objects; returns what puts them back."""
        with self._lock:
            files = self._storage._store  # noqa: SLF001 - the emulator has no name for it
            return remember([(self._storage, ("buckets", "objects")), (files, ("_files", "_dirs"))])

    def bucket(self, name: str) -> dict[str, Any] | None:
        """The bucket's resource; None where there is none."""
        found: dict[str, Any] | None = self._storage.get_bucket(name)
        return found

    def buckets(self) -> list[dict[str, Any]]:
        """The resources of all buckets."""
        return list(self._storage.buckets.values())

    def put_bucket(self, resource: dict[str, Any]) -> None:
        """Store the resource under its name, whether or not it was there."""
        with self._lock:
            self._storage.create_bucket(resource["name"], resource)

    def drop_bucket(self, name: str) -> bool:
        """Delete the bucket; False where it still holds objects."""
        from gcp_storage_emulator.exceptions import Conflict  # noqa: PLC0415

        with self._lock:
            try:
                self._storage.delete_bucket(name)
            except Conflict:
                return False
        return True

    def read(self, bucket: str, key: str) -> bytes | None:
        """The object's bytes; None where there is no such object."""
        if key not in self._storage.objects.get(bucket, {}):
            return None
        with self._lock:
            content: bytes = self._storage.get_file(bucket, key)
        return content

    def has(self, bucket: str, key: str) -> bool:
        """Whether the object exists."""
        return key in self._storage.objects.get(bucket, {})

    def key_of(self, bucket: str, key: str) -> str:
        """The key version that encrypted the object; "" for Google's own keys, or no object."""
        found = self._storage.objects.get(bucket, {}).get(key, {})
        return str(found.get("kmsKeyName", ""))

    def encrypted(self, bucket: str, key: str, version: str) -> None:
        """Keep which key version encrypted the object: its resource shows it from now on."""
        with self._lock:
            self._storage.objects[bucket][key]["kmsKeyName"] = version

    def write(self, bucket: str, key: str, content: bytes, content_type: str) -> None:
        """Create or replace an object."""
        path = f"/upload/storage/v1/b/{bucket}/o?uploadType=media&name={quote(key, safe='')}"
        self.forward("POST", path, {"content-type": content_type}, content)
