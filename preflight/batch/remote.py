"""The batch calls of the gateway, through the official SDK; none of its errors leaves `wire`.

Answers are read as plain JSON: the SDK builds its objects of whatever comes, a web page included.
"""

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import unquote

from preflight.batch import answers
from preflight.batch.answers import Batch
from preflight.batch.disk import whole
from preflight.batch.plan import Plan
from preflight.batch.refusals import NO_SUCH_CALL, NOT_FOUND, Blind, Declined
from preflight.batch.wire import Wire, body, created, in_path
from preflight.contract import Bedrock, VertexAI
from preflight.gateway_key import KEY_FILE, gateway_key
from preflight.routes import create_extras, headers

LOOK_RETRIES = 4
SECONDS = 60.0
"""Without a byte from the gateway, for a call that carries little."""

FILE_SECONDS = 600.0
"""The same, for a file: the gateway hands it on to the provider before it answers."""

METADATA = "preflight_run"
_NO_CONTENT = 204
_PAGES = 100


class Remote:
    """The gateway, for one plan. Use it in a `with` block."""

    def __init__(self, plan: Plan, environ: Mapping[str, str] = os.environ) -> None:
        """Raises CredentialsMissing where the environment has no usable gateway key."""
        import httpx2  # noqa: PLC0415 - half a second, only where a call is made
        import openai  # noqa: PLC0415 - likewise

        self._plan = plan
        self._environ = environ
        key = gateway_key(plan.base_url, environ)
        self._wire = Wire(plan.base_url, key, openai, httpx2)
        self._client = openai.OpenAI(
            api_key=key,
            base_url=plan.base_url,
            default_headers=headers(plan.promised),
            max_retries=0,
            timeout=SECONDS,
        )
        self._files = self._client.with_options(timeout=FILE_SECONDS)
        self._looks = self._client.with_options(max_retries=LOOK_RETRIES)

    @property
    def key_from_file(self) -> bool:
        """Whether a new key can reach this process."""
        return bool(self._environ.get(KEY_FILE))

    def renew_key(self) -> None:
        """Read the key again: where it comes from a file, there may be a new one by now.

        Raises CredentialsMissing.
        """
        self._wire.key = gateway_key(self._plan.base_url, self._environ)
        for client in (self._client, self._files, self._looks):
            client.api_key = self._wire.key

    def __enter__(self) -> Self:
        """The remote itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self._client.close()

    def upload(self, path: Path, name: str) -> str:
        """Upload the request file under that name; the file's id. Raises Declined, Lost."""
        with path.open("rb") as file, self._wire.said("upload"):
            raw = self._files.files.with_raw_response.create(file=(name, file), purpose="batch")
            return answers.identifier(body(raw))

    def find_upload(self, name: str, size: int) -> str | None:
        """The id of an uploaded file of that name and size (bytes), newest first; or None."""
        with self._wire.said("list files", looking=True):
            for file in self._all(self._looks.files.with_raw_response, purpose="batch"):
                if file.get("filename") == name and answers.count(file.get("bytes")) == size:
                    return answers.identifier(file)
        return None

    def create(self, file_id: str, name: str) -> Batch:
        """Create the batch under the run's name. Raises Declined, Lost."""
        named: dict[str, Any] = {"metadata": {METADATA: name}}
        if isinstance(self._plan.promised, Bedrock | VertexAI):
            named = {"extra_body": {"job_name": name, **create_extras(self._plan.promised)}}
        with self._wire.said("create"):
            raw = self._client.batches.with_raw_response.create(
                input_file_id=file_id,
                endpoint=cast("Any", self._plan.endpoint),
                completion_window="24h",
                **named,
            )
            return answers.batch(body(raw))

    def find_batch(
        self, name: str, file_id: str, *, since: float, others: Collection[str] = ()
    ) -> Batch | None:
        """The batch of the run's own upload or else of its name, or None where there is none.

        Not every provider keeps the name where the gateway shows it; each shard has an upload of
        its own.

        Args:
            name: of the batch.
            file_id: what it reads.
            since: when it can have been created at the earliest, in seconds since the epoch.
            others: ids of batches that exist for certain.

        Raises Declined, Lost; Blind where the list leaves out what it would have to show.
        """
        named: Mapping[str, Any] | None = None
        seen: set[str] = set()
        silent = ""
        with self._wire.said("list batches", looking=True):
            for found in self._all(self._looks.batches.with_raw_response, since):
                seen.add(unquote(str(found["id"])))
                reads, metadata = found.get("input_file_id"), found.get("metadata")
                if reads and unquote(str(reads)) == unquote(file_id):
                    return answers.batch(found)
                if isinstance(metadata, Mapping) and metadata.get(METADATA) == name:
                    named = named or found
                if not reads and not metadata and created(found, since) >= since:
                    silent = silent or str(found["id"])
            if named:
                return answers.batch(named)
        left_out = [id_ for id_ in others if unquote(id_) not in seen]
        if left_out:
            what = f"the gateway's list does not show batch {left_out[0]}, which does exist"
            raise Blind(self._plan.base_url, what, "look at the provider")
        if silent:
            what = f"the gateway's list does not say what batch {silent} reads"
            raise Blind(self._plan.base_url, what, "look at the provider")
        return None

    def look(self, batch_id: str) -> Batch:
        """The batch as it stands. Raises Declined, Lost."""
        with self._wire.said("retrieve", looking=True):
            raw = self._looks.batches.with_raw_response.retrieve(in_path(batch_id))
            return answers.batch(body(raw))

    def cancel(self, batch_id: str) -> Batch:
        """Ask for the batch to be cancelled. Raises Declined, Lost."""
        with self._wire.said("cancel", looking=True):
            raw = self._looks.batches.with_raw_response.cancel(in_path(batch_id))
            return answers.batch(body(raw))

    def download(self, file_id: str, to: Path, progress: Callable[[int], None]) -> bool:
        """Download a file beside its name, then rename. False where there is no such file.

        Args:
            file_id: as the batch names it; may be a URL-encoded address or a prefix.
            to: where it goes.
            progress: called with the number of bytes that arrived.

        Raises Declined, Lost; Lost too for a web page in the file's place.
        """
        looks = self._looks.with_options(timeout=FILE_SECONDS).files.with_streaming_response
        try:
            with (
                self._wire.said("download", looking=True),
                looks.content(in_path(file_id)) as answer,
            ):
                if answer.headers.get("content-type", "").startswith("text/html"):
                    raise ValueError("a web page")
                with whole(to) as file:
                    for block in answer.iter_bytes():
                        file.write(block)
                        progress(len(block))
        except Declined as declined:
            if declined.status == NOT_FOUND:
                return False
            raise
        return True

    def delete(self, file_id: str) -> bool:
        """Delete a file; False where it is not there, or files are not deleted here.

        Raises Declined, Lost.
        """
        try:
            with self._wire.said("delete", looking=True):
                raw = self._looks.files.with_raw_response.delete(in_path(file_id))
                if raw.http_response.status_code != _NO_CONTENT:
                    answers.identifier(body(raw))  # a login page deletes nothing
        except Declined as declined:
            if declined.status in (NOT_FOUND, NO_SUCH_CALL):
                return False
            raise
        return True

    def _all(
        self, resource: Any, since: float | None = None, **query: str
    ) -> Iterator[Mapping[str, Any]]:
        """Each object of a list, newest first, as far back as that time (epoch seconds).

        Raises Blind for a list that has no end.
        """
        after: dict[str, str] = {}
        first: float | None = None
        for _ in range(_PAGES):
            page, more = answers.listed(body(resource.list(limit=100, **after, **query)))
            if page and page[-1]["id"] == after.get("after"):
                return  # a gateway that shows the same page for ever
            yield from page
            if not more:
                return
            if since is not None and page:
                times = [created(found, since) for found in page]
                first = times[0] if first is None else first
                if max(times) < since and times[-1] < first:
                    return  # the newest come first, and what follows is older still
            after = {"after": page[-1]["id"]}
        what = f"the gateway's list goes on after {_PAGES * 100:,} entries"
        raise Blind(self._plan.base_url, what, "look at the provider")
