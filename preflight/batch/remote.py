"""The batch calls of the gateway, through the official SDK; none of its errors leaves this file."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import unquote

from preflight.batch.plan import Plan
from preflight.contract import Bedrock, VertexAI
from preflight.routes import create_extras, headers
from preflight.seams import CredentialsMissing, RunError, Unreachable

if TYPE_CHECKING:
    from openai.types import Batch as SdkBatch

KEY = "TFY_API_KEY"
LOOK_RETRIES = 4
SECONDS = 60.0
METADATA = "preflight_run"
_PAGES = 10
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as the gateway reports it. Counts are None where they are not told."""

    id: str
    status: str
    output_file_id: str | None = None
    error_file_id: str | None = None
    total: int | None = None
    completed: int | None = None
    failed: int | None = None
    reasons: tuple[str, ...] = field(default_factory=tuple)


class Lost(Unreachable):
    """A call that may or may not have been carried out: its answer did not arrive."""


class Declined(RunError):
    """A call that the gateway or the provider refused, in its own words."""


class Remote:
    """The gateway, for one plan. Use it in a `with` block."""

    def __init__(self, plan: Plan, environ: Mapping[str, str] = os.environ) -> None:
        """Raises CredentialsMissing where the environment has no gateway key."""
        import openai  # noqa: PLC0415 - half a second, only where a call is made

        key = environ.get(KEY, "")
        if not key:
            raise CredentialsMissing(
                plan.base_url, "there is no gateway key", f"set {KEY} in the environment"
            )
        self._openai = openai
        self._plan = plan
        self._client = openai.OpenAI(
            api_key=key,
            base_url=plan.base_url,
            default_headers=headers(plan.promised),
            max_retries=0,
            timeout=SECONDS,
        )
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

    @contextmanager
    def _said(self, what: str) -> Iterator[None]:
        """Turn what the SDK raises into Declined (it said no) or Lost (it said nothing)."""
        where = self._plan.base_url
        try:
            yield
        except self._openai.APIStatusError as error:
            text = _words(error.body) or error.message
            if error.status_code >= 500:  # noqa: PLR2004 - the class of server errors
                raise Lost(
                    where, f"{what}: HTTP {error.status_code}: {text}", "try again"
                ) from None
            remedy = f"check {KEY}" if error.status_code == 401 else "repair it and run again"  # noqa: PLR2004
            raise Declined(where, f"{what}: HTTP {error.status_code}: {text}", remedy) from None
        except self._openai.APIConnectionError as error:
            cause = error.__cause__ or error
            raise Lost(where, f"{what}: no answer ({cause})", "check the gateway's URL") from None
        except self._openai.OpenAIError as error:
            raise Lost(where, f"{what}: unreadable answer ({error})", "try again") from None

    def upload(self, path: Path, name: str) -> str:
        """Upload the request file under that name; the file's id. Raises Declined, Lost."""
        with self._said("upload"), path.open("rb") as file:
            return self._client.files.create(file=(name, file), purpose="batch").id

    def find_upload(self, name: str, size: int) -> str | None:
        """The id of an uploaded file of that name and size (bytes), newest first; or None."""
        with self._said("list files"):
            for count, file in enumerate(self._looks.files.list(purpose="batch")):
                if file.filename == name and file.bytes == size:
                    return file.id
                if count >= _PAGES * 100:
                    break
        return None

    def create(self, file_id: str, name: str) -> Batch:
        """Create the batch under the run's name. Raises Declined, Lost."""
        named: dict[str, Any] = {"metadata": {METADATA: name}}
        if isinstance(self._plan.promised, Bedrock | VertexAI):
            named = {"extra_body": {"job_name": name, **create_extras(self._plan.promised)}}
        with self._said("create"):
            batch = self._client.batches.create(
                input_file_id=file_id,
                endpoint=cast("Any", self._plan.endpoint),
                completion_window="24h",
                **named,
            )
            return _batch(batch)

    def find_batch(self, name: str, file_id: str) -> Batch | None:
        """The batch of the run's name or of its own upload, or None. Raises Declined, Lost.

        Not every provider keeps the name where the gateway shows it; each run has an upload of its
        own.
        """
        with self._said("list batches"):
            for count, batch in enumerate(self._looks.batches.list(limit=100)):
                named = (batch.metadata or {}).get(METADATA) == name
                if named or unquote(batch.input_file_id) == unquote(file_id):
                    return _batch(batch)
                if count >= _PAGES * 100:
                    break
        return None

    def look(self, batch_id: str) -> Batch:
        """The batch as it stands. Raises Declined, Lost."""
        with self._said("retrieve"):
            return _batch(self._looks.batches.retrieve(_in_path(batch_id)))

    def cancel(self, batch_id: str) -> Batch:
        """Ask for the batch to be cancelled. Raises Declined, Lost."""
        with self._said("cancel"):
            return _batch(self._looks.batches.cancel(_in_path(batch_id)))

    def download(self, file_id: str, to: Path, progress: Callable[[int], None]) -> bool:
        """Download a file beside its name, then rename. False where there is no such file.

        Args:
            file_id: as the batch names it; may be a URL-encoded address or a prefix.
            to: where it goes.
            progress: called with the number of bytes that arrived.
        """
        part = to.with_name(to.name + ".part")
        try:
            with (
                self._said("download"),
                self._looks.files.with_streaming_response.content(_in_path(file_id)) as answer,
                part.open("wb") as file,
            ):
                for block in answer.iter_bytes():
                    file.write(block)
                    progress(len(block))
        except Declined as declined:
            if f"HTTP {_NOT_FOUND}" in declined.what:
                return False
            raise
        part.replace(to)
        return True


def _in_path(identifier: str) -> str:
    """An id that arrives URL-encoded is decoded here, since the SDK encodes it once."""
    return unquote(identifier) if "%" in identifier else identifier


def _words(body: object) -> str:
    """The provider's own words in an error body."""
    if isinstance(body, dict):
        inner = body.get("error", body)
        if isinstance(inner, dict):
            return ": ".join(str(inner[k]) for k in ("code", "message") if inner.get(k))
        return str(inner)
    return ""


def _batch(batch: "SdkBatch") -> Batch:
    counts = batch.request_counts
    data = (batch.errors.data if batch.errors else None) or []
    return Batch(
        id=batch.id,
        status=str(batch.status),
        output_file_id=batch.output_file_id or None,
        error_file_id=batch.error_file_id or None,
        total=counts.total if counts else None,
        completed=counts.completed if counts else None,
        failed=counts.failed if counts else None,
        reasons=tuple(
            (f"line {e.line}: " if e.line else "")
            + ": ".join(part for part in (e.code, e.message) if part)
            for e in data
        ),
    )
