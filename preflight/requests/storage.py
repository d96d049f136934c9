"""Files at S3, Google Cloud Storage and Azure Blob Storage, by fsspec.

fsspec chooses the library of a protocol, and that finds the cloud's own credentials. It is imported
with the first URL, and is an extra: most files are on this machine.
"""

import asyncio
import logging
import os
import re
from collections.abc import Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from preflight.seams.errors import (
    CredentialsMissing,
    PreflightError,
    Refused,
    RequestFileError,
    Unreachable,
    UsageError,
)

if TYPE_CHECKING:
    from fsspec.asyn import AsyncFileSystem

SCHEMES = {
    "s3": "s3:GetObject",
    "gs": "storage.objects.get",
    "az": "Storage Blob Data Reader",
}
"""Protocol -> what allows to read there."""

ALIASES = {"s3a": "s3", "gcs": "gs", "abfs": "az", "abfss": "az"}
"""Other names of those, as other tools write them."""

SECONDS = 60.0
"""For one answer: a block of a few megabytes, or what is known of a file."""

GOOGLE_ENDPOINT = "PREFLIGHT_GOOGLE_ENDPOINT"
"""The environment variable that names another place for all of Google's APIs."""

LOGGERS = ("adlfs", "aiobotocore", "aiohttp", "azure", "botocore", "fsspec", "gcsfs", "s3fs")
"""Whose warnings Python would print where nobody has said what becomes of them."""

INSTALL = "pip install 'batch-preflight[cluster]'"

_CONNECTION = "AZURE_STORAGE_CONNECTION_STRING"

_PROTOCOL = re.compile(r"[A-Za-z][A-Za-z0-9+.:-]*")
_SECRET = re.compile(
    r"[?&](sig|signature|token|X-Amz-\w+|X-Goog-\w+)=|://[^/@]*:[^/@]*@", re.IGNORECASE
)
_SIGNED = re.compile(r"\?\S+")
"""Behind a question mark an address may carry a signature, which is a secret."""

_LONGEST = 200
_UNUSABLE = {"AzureSigningError", "ProfileNotFound"}
"""What is raised for credentials that are named, and are none."""

_DENIED = {401, 403, "401", "403"}


def scheme(name: str) -> str:
    """The protocol of a URL, one of SCHEMES; "" for a path.

    Raises UsageError for another, and for a URL with a secret in it: its name would be shown.
    """
    protocol, there, _ = name.partition("://")
    if not there or not _PROTOCOL.fullmatch(protocol):
        return ""
    if _SECRET.search(name):
        what = "carries a signature or a password, which would be shown with its name"
        remedy = "leave it out, and set the credentials in the environment"
        raise UsageError(f"{protocol}://...", what, remedy)
    known = ALIASES.get(protocol.lower(), protocol.lower())
    if known not in SCHEMES:
        named = ", ".join(f"{one}://" for one in SCHEMES)
        raise UsageError(name, "is at no storage that is read", f"name a file, or one at {named}")
    return known


@dataclass(frozen=True, slots=True)
class Storage:
    """The storage of a URL: `files` answers for it, `path` is the URL as it is called there."""

    url: str
    files: "AsyncFileSystem"
    path: str

    def ask(self, question: Coroutine[Any, Any, Any]) -> "Future[Any]":
        """Put a question; it is under way when this returns."""
        return asyncio.run_coroutine_threadsafe(question, self.files.loop)

    def answer(self, asked: "Future[Any]") -> Any:
        """Wait for the answer.

        Raises:
            RequestFileError: there is no such file.
            LookError: the look was refused, there is nobody to ask as, or no answer came.
        """
        try:
            return asked.result(SECONDS)
        except TimeoutError as error:
            asked.cancel()
            raise Unreachable(
                self.url, f"gave no answer within {SECONDS:g} s", "try again"
            ) from error
        except PreflightError:
            raise
        except Exception as error:
            raise _told(self.url, error) from error

    def known(self) -> dict[str, Any]:
        """What is known of the file now. Raises as `answer`."""
        found: dict[str, Any] = self.answer(self.ask(self.files._info(self.path)))  # noqa: SLF001 - fsspec's name of the same without waiting
        return found

    def block(self, start: int, stop: int) -> "Future[bytes]":
        """Ask for these bytes of the file."""
        return self.ask(self.files._cat_file(self.path, start=start, end=stop))  # noqa: SLF001 - as above

    def matching(self) -> list[str]:
        """The URLs of the files that match a URL with `*` in it, sorted. Raises as `answer`."""
        protocol = self.url.partition("://")[0]
        found: list[str] = self.answer(self.ask(self.files._glob(self.path)))  # noqa: SLF001 - as above
        return sorted(f"{protocol}://{path}" for path in found)


def storage(url: str) -> Storage:
    """The storage of a URL; nobody is asked yet.

    Raises:
        UsageError: what reads it is not installed, or the environment does not say whose it is.
        LookError: there are no credentials, or none that can be used.
    """
    protocol = scheme(url)
    _quiet()
    options: dict[str, Any] = {"use_listings_cache": False}
    if protocol == "gs":
        # Else whoever has no credentials is taken for the public.
        options["token"] = "google_default"  # noqa: S105 - where it is to be looked for
        # Else what asks each bucket for its kind, over gRPC, is imported, for half a second.
        os.environ.setdefault("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")
        if endpoint := os.environ.get(GOOGLE_ENDPOINT):
            options["endpoint_url"] = endpoint
    try:
        files, path = _opened(protocol, url, options)
    except ImportError as error:
        raise UsageError(url, f"needs what is not installed ({error.name})", INSTALL) from error
    except ValueError as error:
        remedy = "export AZURE_STORAGE_ACCOUNT_NAME=ACCOUNT" if protocol == "az" else "correct it"
        if os.environ.get(_CONNECTION) and protocol == "az":
            remedy = f"correct or unset {_CONNECTION}"
        raise UsageError(url, f"cannot be found ({_first(error)})", remedy) from error
    except Exception as error:
        # Google's library looks for credentials at once, and not with the first question.
        raise _told(url, error) from error
    return Storage(url, files, path)


def _opened(protocol: str, url: str, options: dict[str, Any]) -> tuple["AsyncFileSystem", str]:
    """What answers for a URL, and the URL as it is called there. Raises what the SDKs raise."""
    if protocol == "gs":
        # By name: the one that fsspec finds may ask each bucket for its kind, which few may.
        from gcsfs.core import GCSFileSystem  # noqa: PLC0415 - only where there is a URL

        return GCSFileSystem(**options), GCSFileSystem._strip_protocol(url)  # noqa: SLF001
    from fsspec.core import url_to_fs  # noqa: PLC0415 - likewise

    found: tuple[AsyncFileSystem, str] = url_to_fs(url, **options)
    return found


def _quiet() -> None:
    """What goes wrong is said in one sentence: where nobody has asked for logs, there are none."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


def _told(url: str, error: Exception) -> PreflightError:
    """What an SDK raised, in a sentence: by its kind, since no SDK is imported here."""
    kind = type(error).__name__
    if isinstance(error, FileNotFoundError):
        return RequestFileError(url, "does not exist", "name an existing .jsonl file")
    codes = {getattr(error, name, None) for name in ("status_code", "status", "code")}
    if isinstance(error, PermissionError) or codes & _DENIED or "Authenticat" in kind:
        return Refused(url, SCHEMES[scheme(url)])
    if "Credential" in kind or kind in _UNUSABLE:
        remedy = "set them in the environment, as for the cloud's own command line"
        what = f"there are no credentials to read it with ({_first(error)})"
        return CredentialsMissing(url, what, remedy)
    what = f"cannot be read ({kind}: {_first(error)})"
    return Unreachable(url, what, "check the address and the network, then try again")


def _first(error: Exception) -> str:
    """The first line of what it says, without what may be a secret."""
    said = str(error).strip().partition("\n")[0]
    return _SIGNED.sub("?...", said)[:_LONGEST]
