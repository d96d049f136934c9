"""The files of one account: uploads and results, with their content on disk."""

import itertools
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any

from preflight.sandbox.upstream.refusals import Refusal, invalid, missing
from preflight.sandbox.upstream.rules import Rules

PURPOSES = ("batch", "assistants", "fine-tune", "vision", "user_data", "evals")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file.

    Times are seconds since the epoch; the content stays on disk after a delete, for the running
    batches.
    """

    id: str
    name: str
    purpose: str
    size: int
    created: int
    expires: int | None
    path: Path

    def shape(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "id": self.id,
            "object": "file",
            "bytes": self.size,
            "created_at": self.created,
            "expires_at": self.expires,
            "filename": self.name,
            "purpose": self.purpose,
            "status": "processed",
            "status_details": None,
        }


class FileStore:
    """Create, get, list and delete. The caller holds the lock."""

    def __init__(self, folder: Path, rules: Rules) -> None:
        """Keep contents below `folder`, which is made."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._rules = rules
        self._files: dict[str, StoredFile] = {}

    def upload(
        self, content: IO[bytes], name: str, purpose: str, created: int, lives: int | None
    ) -> StoredFile:
        """Take a file from outside. `lives` is in seconds. Raises Refusal."""
        if not purpose:
            raise missing("purpose")
        if purpose not in PURPOSES:
            raise invalid("purpose", f"'{purpose}' is not one of {list(PURPOSES)}.")
        if purpose == "batch":
            self._check_batch_upload(name, lives)
        file = self._new(name, purpose, created, lives)
        with file.path.open("wb") as out:
            shutil.copyfileobj(content, out)
        return self._keep(file)

    def write(
        self, rows: Iterable[bytes], name: str, created: int, lives: int | None = None
    ) -> StoredFile:
        """Make a result file of these lines."""
        file = self._new(name, "batch_output", created, lives)
        with file.path.open("wb") as out:
            out.writelines(itertools.chain.from_iterable((row, b"\n") for row in rows))
        return self._keep(file)

    def get(self, file_id: str) -> StoredFile:
        """The file. Raises Refusal (404)."""
        try:
            return self._files[file_id]
        except KeyError:
            message = f"No such File object: {file_id}"
            raise Refusal(HTTPStatus.NOT_FOUND, "not_found", message, "id") from None

    def every(self) -> list[StoredFile]:
        """All files, the newest first."""
        return list(reversed(self._files.values()))

    def delete(self, file_id: str) -> None:
        """Forget the file. Raises Refusal (404)."""
        self.get(file_id)
        del self._files[file_id]

    def _check_batch_upload(self, name: str, lives: int | None) -> None:
        if self._rules.jsonl_name_checked_at_upload and not name.endswith(".jsonl"):
            raise invalid("file", "Invalid file format for Batch API. Must be .jsonl")
        most = self._rules.max_input_files
        # Azure counts 500 files where none expires; files that do are counted against a far higher
        # limit.
        if most is not None and lives is None:
            kept = sum(
                file.purpose == "batch" and file.expires is None for file in self._files.values()
            )
            if kept >= most:
                message = f"The resource holds {most} batch input files, the most it may."
                raise Refusal(HTTPStatus.BAD_REQUEST, "fileCountLimitExceeded", message)

    def _new(self, name: str, purpose: str, created: int, lives: int | None) -> StoredFile:
        file_id = f"file-{secrets.token_hex(12)}"
        expires = None if lives is None else created + lives
        return StoredFile(file_id, name, purpose, 0, created, expires, self._folder / file_id)

    def _keep(self, file: StoredFile) -> StoredFile:
        whole = replace(file, size=file.path.stat().st_size)
        self._files[file.id] = whole
        return whole
