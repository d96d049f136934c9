"""Files and batches of one account, as OpenAI documents them. Safe to call from several threads.

A create is accepted and validated late, as at the real services: what validation finds is decided
at once and told when its time has come.
"""

import secrets
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from preflight.sandbox.memory import Restore, remember
from preflight.sandbox.upstream.answers import enqueued
from preflight.sandbox.upstream.batch import Batch, Order, Row, row
from preflight.sandbox.upstream.filestore import FileStore, StoredFile
from preflight.sandbox.upstream.lifecycle import TERMINAL, Course, Timing
from preflight.sandbox.upstream.refusals import Refusal, Rejected, invalid
from preflight.sandbox.upstream.rules import Rules
from preflight.sandbox.upstream.validation import Model, Resolve, requests

WINDOW = "24h"
_HOUR_LONG = Timing(validating=0.5, running=3600)

Shape = dict[str, Any]
"""A batch as the API shows it."""


class Engine:
    """`resolve` turns a body's `model` into the model; `clock` tells seconds since the epoch."""

    def __init__(
        self,
        folder: Path,
        rules: Rules,
        resolve: Resolve,
        timing: Timing | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Keep files below `folder`."""
        self.rules = rules
        self._resolve = resolve
        self._timing = timing or Timing()
        self._clock = clock
        self._lock = threading.RLock()
        self._files = FileStore(folder, rules)
        self._batches: dict[str, Batch] = {}
        self._next_expires: float | None = None

    def expire_next(self, share: float) -> None:
        """The window of the next batch closes when this share (0..1) of its requests is done."""
        with self._lock:
            self._next_expires = share

    def fill(self, files: int, model: str, requests: int) -> None:
        """Put in what somebody else sent: small files, and a batch that takes all of its queue.

        The batch runs for an hour. `model` is what a body would name; "" for no batch.
        """
        resolved = self._resolve(model) if model else None
        with self._lock:
            now = self._clock()
            for number in range(files):
                self._files.upload(BytesIO(b"{}\n"), f"{number}.jsonl", "batch", int(now), None)
            if resolved is None:
                return
            file_id = f"file-{secrets.token_hex(12)}"
            order = Order(file_id, self.rules.endpoints[0], WINDOW, None, None)
            batch = Batch(f"batch_{secrets.token_hex(16)}", order, Course(now - 1), _HOUR_LONG)
            batch.rows = (Row(succeeded=True, custom_id="theirs", line=b"{}"),) * requests
            batch.model = resolved.name
            if resolved.queue is not None:
                batch.queue, batch.tokens = resolved.queue.key, resolved.queue.limit
            self._batches[batch.id] = batch

    def remember(self) -> Restore:
        """Keep files and batches; returns what puts them back."""
        with self._lock:
            return remember([(self, ("_batches",)), (self._files, ("_files",))])

    # --- files ---

    def upload(
        self, content: IO[bytes], name: str, purpose: str, lives: int | None = None
    ) -> StoredFile:
        """Take a file; `lives` is in seconds. Raises Refusal."""
        with self._lock:
            return self._files.upload(content, name, purpose, int(self._clock()), lives)

    def file(self, file_id: str) -> StoredFile:
        """One file. Raises Refusal (404)."""
        with self._lock:
            return self._files.get(file_id)

    def files(self) -> list[StoredFile]:
        """All files, the newest first."""
        with self._lock:
            return self._files.every()

    def delete(self, file_id: str) -> None:
        """Delete a file. Raises Refusal (404)."""
        with self._lock:
            self._files.delete(file_id)

    # --- batches ---

    def create(self, order: Order) -> Shape:
        """Accept a batch. Raises Refusal for what is refused at once.

        The faults of the file come later.
        """
        if order.endpoint not in self.rules.endpoints:
            allowed = ", ".join(self.rules.endpoints)
            message = f"Invalid value: '{order.endpoint}'. Supported values are: {allowed}."
            raise invalid("endpoint", message)
        if self.rules.window_checked_at_create and order.window != WINDOW:
            message = f"Invalid value: '{order.window}'. Value must be '{WINDOW}'."
            raise invalid("completion_window", message)
        with self._lock:
            source = self._files.get(order.input_file_id)
            share, self._next_expires = self._next_expires, None
        course = Course(self._clock(), expires_at_share=share)
        batch = Batch(f"batch_{secrets.token_hex(16)}", order, course, self._timing)
        try:
            # Outside the lock: a large file takes a while, and holds up nobody.
            model, tokens = self._validate(batch, source)
            with self._lock:
                self._queue(batch, model, tokens)
                self._batches[batch.id] = batch
        except Rejected as rejected:
            batch.rejected = rejected
            batch.rows = ()
            batch.course = Course(course.created, rejected=True)
            with self._lock:
                self._batches[batch.id] = batch
        return batch.shape(course.created)

    def batch(self, batch_id: str) -> Shape:
        """One batch as the API shows it. Raises Refusal (404)."""
        with self._lock:
            return self._shown(self._found(batch_id))

    def batches(self) -> list[Shape]:
        """All batches, the newest first."""
        with self._lock:
            return [self._shown(batch) for batch in reversed(self._batches.values())]

    def cancel(self, batch_id: str) -> Shape:
        """Ask a batch to stop. Raises Refusal where it has ended already."""
        with self._lock:
            batch = self._found(batch_id)
            now = self._clock()
            word = batch.status(now)
            if word in TERMINAL:
                message = f"Cannot cancel a batch with status '{word}'."
                raise Refusal(HTTPStatus.BAD_REQUEST, "invalid_request", message)
            if word != "cancelling":
                batch.cancel(now)
            return batch.shape(now)

    def _found(self, batch_id: str) -> Batch:
        try:
            return self._batches[batch_id]
        except KeyError:
            message = f"No batch found with id '{batch_id}'."
            raise Refusal(HTTPStatus.NOT_FOUND, "not_found", message, "id") from None

    def _shown(self, batch: Batch) -> Shape:
        """The batch at one moment: whoever sees that it has ended also sees its files."""
        now = self._clock()
        self._settle(batch, now)
        return batch.shape(now)

    def _validate(self, batch: Batch, source: StoredFile) -> tuple[Model, int]:
        """Validate the file and work out every row; its model, and the tokens of its prompts.

        Raises Rejected.
        """
        order = batch.order
        if order.window != WINDOW:
            message = f"The completion window must be '{WINDOW}', not '{order.window}'."
            raise Rejected("invalid_request", message, param="completion_window")
        if source.purpose != "batch":
            message = f"The purpose of the input file must be 'batch', not '{source.purpose}'."
            raise Rejected("invalid_request", message, param="input_file_id")
        rows, model, tokens = [], None, 0
        for request in requests(source.path, order.endpoint, self.rules, self._resolve):
            rows.append(row(batch.id, request, int(batch.course.created)))
            model, tokens = request.model, tokens + enqueued(request.body)
        if model is None:
            raise Rejected("empty_file", "The input file holds no request.")
        # Results come back in another order than the requests.
        batch.rows = (*rows[1::2], *rows[::2])
        return model, tokens

    def _queue(self, batch: Batch, model: Model, tokens: int) -> None:
        """Put the batch's tokens into its model's queue. Raises Rejected where it is full."""
        batch.model = model.name
        queue = model.queue
        if queue is None:
            return
        now = self._clock()
        waiting = sum(
            other.tokens
            for other in self._batches.values()
            if other.queue == queue.key and other.open(now)
        )
        if waiting + tokens > queue.limit:
            raise Rejected("token_limit_exceeded", queue.message)
        batch.queue, batch.tokens = queue.key, tokens

    def _settle(self, batch: Batch, now: float) -> None:
        """Write the result files of a batch that has ended, once."""
        word = batch.status(now)
        if batch.result_files or word not in TERMINAL or word == "failed":
            return
        done = batch.done(now)
        good = [row.line for row in done if row.succeeded]
        bad = [row.line for row in done if not row.succeeded]
        if word != "completed":
            bad.extend(batch.undone(now))
        keep = {"output": good, "error": bad}
        forced = self.rules.always_an_error_file and word == "completed"
        for kind, lines in keep.items():
            wanted = lines or (forced and kind == "error")
            name = f"{batch.id}_{kind}.jsonl"
            lives = batch.order.results_live
            batch.result_files[kind] = (
                self._files.write(lines, name, int(now), lives).id if wanted else None
            )
