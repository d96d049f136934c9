"""The batch calls of the gateway, through the official SDK; none of its errors leaves this file.

Answers are read as plain JSON: the SDK builds its objects of whatever comes, a web page included.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import unquote

from preflight.batch import answers
from preflight.batch.answers import Batch
from preflight.batch.disk import whole
from preflight.batch.plan import Plan
from preflight.contract import Bedrock, VertexAI
from preflight.routes import create_extras, headers
from preflight.seams import CredentialsMissing, RunError, Unreachable

KEY = "TFY_API_KEY"
LOOK_RETRIES = 4
SECONDS = 60.0
"""Without a byte from the gateway, for a call that carries little."""

FILE_SECONDS = 600.0
"""The same, for a file: the gateway hands it on to the provider before it answers."""

METADATA = "preflight_run"
_PAGES = 10
UNAUTHORIZED, FORBIDDEN, NOT_FOUND, NO_SUCH_CALL = 401, 403, 404, 405
REQUEST_TIMEOUT, TOO_MANY, SERVER_FAULT = 408, 429, 500
_LONGEST_WORDS = 1000


class Lost(Unreachable):
    """A call that may or may not have been carried out: its answer did not arrive."""


class Declined(RunError):
    """A call that the gateway or the provider refused, in its own words. `status`: of HTTP."""

    def __init__(self, where: str, what: str, remedy: str, status: int = 0) -> None:
        """Keep the status beside the sentence."""
        super().__init__(where, what, remedy)
        self.status = status


class Remote:
    """The gateway, for one plan. Use it in a `with` block."""

    def __init__(self, plan: Plan, environ: Mapping[str, str] = os.environ) -> None:
        """Raises CredentialsMissing where the environment has no usable gateway key."""
        self._key = _key(plan, environ)
        import httpx2  # noqa: PLC0415 - half a second, only where a call is made
        import openai  # noqa: PLC0415 - likewise

        self._httpx, self._openai = httpx2, openai
        self._plan = plan
        self._client = openai.OpenAI(
            api_key=self._key,
            base_url=plan.base_url,
            default_headers=headers(plan.promised),
            max_retries=0,
            timeout=SECONDS,
        )
        self._files = self._client.with_options(timeout=FILE_SECONDS)
        self._looks = self._client.with_options(max_retries=LOOK_RETRIES)

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
        with path.open("rb") as file, self._said("upload"):
            raw = self._files.files.with_raw_response.create(file=(name, file), purpose="batch")
            return answers.identifier(_json(raw))

    def find_upload(self, name: str, size: int) -> str | None:
        """The id of an uploaded file of that name and size (bytes), newest first; or None."""
        with self._said("list files", looking=True):
            for file in self._all(self._looks.files.with_raw_response, purpose="batch"):
                if file.get("filename") == name and answers.count(file.get("bytes")) == size:
                    return answers.identifier(file)
        return None

    def create(self, file_id: str, name: str) -> Batch:
        """Create the batch under the run's name. Raises Declined, Lost."""
        named: dict[str, Any] = {"metadata": {METADATA: name}}
        if isinstance(self._plan.promised, Bedrock | VertexAI):
            named = {"extra_body": {"job_name": name, **create_extras(self._plan.promised)}}
        with self._said("create"):
            raw = self._client.batches.with_raw_response.create(
                input_file_id=file_id,
                endpoint=cast("Any", self._plan.endpoint),
                completion_window="24h",
                **named,
            )
            return answers.batch(_json(raw))

    def find_batch(self, name: str, file_id: str) -> Batch | None:
        """The batch of the run's own upload or else of its name, or None. Raises Declined, Lost.

        Not every provider keeps the name where the gateway shows it; each run has an upload of its
        own.
        """
        named: Mapping[str, Any] | None = None
        with self._said("list batches", looking=True):
            for found in self._all(self._looks.batches.with_raw_response):
                if unquote(str(found.get("input_file_id"))) == unquote(file_id):
                    return answers.batch(found)
                metadata = found.get("metadata")
                if isinstance(metadata, Mapping) and metadata.get(METADATA) == name:
                    named = named or found
            return answers.batch(named) if named else None

    def look(self, batch_id: str) -> Batch:
        """The batch as it stands. Raises Declined, Lost."""
        with self._said("retrieve", looking=True):
            raw = self._looks.batches.with_raw_response.retrieve(_in_path(batch_id))
            return answers.batch(_json(raw))

    def cancel(self, batch_id: str) -> Batch:
        """Ask for the batch to be cancelled. Raises Declined, Lost."""
        with self._said("cancel", looking=True):
            raw = self._looks.batches.with_raw_response.cancel(_in_path(batch_id))
            return answers.batch(_json(raw))

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
            with self._said("download", looking=True), looks.content(_in_path(file_id)) as answer:
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
            with self._said("delete", looking=True):
                self._looks.files.with_raw_response.delete(_in_path(file_id))
        except Declined as declined:
            if declined.status in (NOT_FOUND, NO_SUCH_CALL):
                return False
            raise
        return True

    @contextmanager
    def _said(self, what: str, *, looking: bool = False) -> Iterator[None]:
        """Turn what the SDK raises into Declined (it said no) or Lost (it said nothing)."""
        where = self._plan.base_url
        try:
            yield
        except self._openai.APIStatusError as error:
            status = error.status_code
            text = f"{what}: HTTP {status}: {self._clean(answers.words(error.body) or str(error))}"
            if status >= SERVER_FAULT or status == REQUEST_TIMEOUT:
                raise Lost(where, text, "try again") from None
            if status == TOO_MANY and looking:
                raise Lost(where, text, "try again later") from None
            remedies = {UNAUTHORIZED: f"check {KEY}", TOO_MANY: "run the same command again later"}
            remedy = remedies.get(status, "repair it and run again")
            raise Declined(where, text, remedy, status) from None
        except (self._openai.APIConnectionError, self._httpx.HTTPError) as error:
            cause = self._clean(str(error.__cause__ or error))
            raise Lost(where, f"{what}: no answer ({cause})", "check the gateway's URL") from None
        except (self._openai.OpenAIError, ValueError) as error:
            text = f"{what}: an answer that is not the gateway's ({self._clean(str(error))})"
            raise Lost(where, text, "check the gateway's URL, then try again") from None

    def _all(self, resource: Any, **query: str) -> Iterator[Mapping[str, Any]]:
        """Each object of a list, newest first, over a few pages."""
        after: dict[str, str] = {}
        for _ in range(_PAGES):
            page, more = answers.listed(_json(resource.list(limit=100, **after, **query)))
            if page and page[-1]["id"] == after.get("after"):
                return  # a gateway that shows the same page for ever
            yield from page
            if not more:
                return
            after = {"after": page[-1]["id"]}

    def _clean(self, text: str) -> str:
        return text.replace(self._key, "***")[:_LONGEST_WORDS]


def _key(plan: Plan, environ: Mapping[str, str]) -> str:
    key = environ.get(KEY, "").strip()
    if not key:
        raise CredentialsMissing(
            plan.base_url, "there is no gateway key", f"set {KEY} in the environment"
        )
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise CredentialsMissing(
            plan.base_url,
            f"{KEY} holds a character that no key has (a blank, a line break or no ASCII)",
            f"set {KEY} to the key and nothing else",
        )
    return key


def _json(raw: Any) -> Any:
    """The body of an answer, as JSON. Raises ValueError where it is none."""
    response = raw.http_response
    try:
        return response.json()
    except ValueError:
        kind = response.headers.get("content-type", "no content type").split(";")[0]
        raise ValueError(f"{kind}, not JSON") from None


def _in_path(identifier: str) -> str:
    """An id that arrives URL-encoded is decoded here, since the SDK encodes it once."""
    return unquote(identifier) if "%" in identifier else identifier
