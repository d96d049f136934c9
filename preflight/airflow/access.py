"""Who the gateway is asked as, and where it is: what an Airflow connection says of it."""

from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from preflight.gateway_key import KEY, gateway_key
from preflight.seams import CredentialsMissing, UsageError

DEFAULT = "preflight_default"
"""The connection that is used where no other is named."""


class Connection(Protocol):
    """The fields of an Airflow connection that count here."""

    host: str | None
    schema: str | None
    port: int | None
    password: str | None


@dataclass(frozen=True, slots=True)
class Access:
    """The gateway's key, which is shown nowhere, and its URL; None: the one that is promised."""

    key: str = field(repr=False)
    base_url: str | None = None

    @property
    def environ(self) -> dict[str, str]:
        """The variables by which the rest of the program is given a key."""
        return {KEY: self.key}


def access(connection: Connection, name: str) -> Access:
    """What the connection of that name says. Raises UsageError; no part of the key is in it."""
    where = f"connection {name}"
    if not (connection.password or "").strip():
        raise UsageError(where, "holds no key", "put the gateway's key into its password")
    try:
        key = gateway_key(where, {KEY: connection.password or ""})
    except CredentialsMissing as error:
        what = "holds a key with a character that no key has (a blank, a line break or no ASCII)"
        remedy = "set its password to the key and nothing else"
        raise UsageError(where, what, remedy) from error
    return Access(key, _base_url(connection, where))


def _base_url(connection: Connection, where: str) -> str | None:
    host = (connection.host or "").strip()
    if not host:
        return None
    if "://" not in host:
        host = f"{connection.schema or 'https'}://{host}"
    try:
        parts = urlsplit(host)
        given = parts.port
    except ValueError:
        parts, given = urlsplit(""), None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        what = "has a host that is no URL of a gateway"
        remedy = "write it as https://gateway.example/api/llm, or leave it empty"
        raise UsageError(where, what, remedy)
    port = f":{connection.port}" if connection.port and given is None else ""
    return f"{parts.scheme}://{parts.netloc}{port}{parts.path}".removesuffix("/")
