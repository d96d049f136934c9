"""Ids that carry what is needed: percent-encoded object addresses and job names, no database."""

from typing import NamedTuple
from urllib.parse import quote, unquote

from preflight.sandbox.gateway.refusal import NOT_FOUND, Refusal


class Address(NamedTuple):
    """An object in a bucket; `key` ends with "/" (or is empty) where it is a folder of objects."""

    scheme: str
    bucket: str
    key: str

    @property
    def uri(self) -> str:
        """`s3://bucket/key`, `gs://bucket/key`."""
        return f"{self.scheme}://{self.bucket}/{self.key}"

    @property
    def id(self) -> str:
        """The file id."""
        return encode(self.uri)

    @property
    def is_folder(self) -> bool:
        """Whether it names a prefix, not an object."""
        return not self.key or self.key.endswith("/")

    @property
    def folder(self) -> "Address":
        """The folder the object is in."""
        return self._replace(key=self.key[: self.key.rfind("/") + 1])


def encode(name: str) -> str:
    """A URI or ARN as an id: one path segment."""
    return quote(name, safe="")


def decode(value: str) -> str:
    """The URI or ARN in an id.

    A client that escapes ids in a path sends `%253A`, which the web server has turned into `%3A`;
    one that does not sends `%3A`, which the web server has turned into `:`. Both must be
    understood.
    """
    return unquote(value) if "%3a" in value.lower() else value


def address(file_id: str, scheme: str) -> Address:
    """The object a file id names. Raises Refusal (404) for an id of another provider."""
    uri = decode(file_id)
    found, separator, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if found != scheme or not separator or not bucket:
        raise Refusal(NOT_FOUND, f"no file {uri} at this provider", "file_not_found")
    return Address(scheme, bucket, key)
