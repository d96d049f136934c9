"""The gateway key: from the environment, or from a file that may be given a new one meanwhile."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from preflight.seams import CredentialsMissing

KEY = "TFY_API_KEY"
KEY_FILE = "TFY_API_KEY_FILE"
"""A file that holds the key: of a run that outlives its key, the only place for the next one."""


PLAIN_HOST = "TFY_PLAIN_HTTP_HOST"
"""The host that may be given the key over plain http: of a gateway inside one's own network."""


def gateway_key(base_url: str, environ: Mapping[str, str]) -> str:
    """The key. Raises CredentialsMissing where there is none that can be used there."""
    _refuse_plain_http(base_url, environ)
    name, key = KEY, environ.get(KEY, "").strip()
    if path := environ.get(KEY_FILE):
        name = KEY_FILE
        try:
            key = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise CredentialsMissing(
                base_url,
                f"the file that {KEY_FILE} names cannot be read ({reason})",
                f"correct it, or unset {KEY_FILE} and set {KEY}",
            ) from error
    if not key:
        raise CredentialsMissing(
            base_url,
            f"{KEY} is not set",
            f"export {KEY} with a key of the gateway that may use its batch API",
        )
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise CredentialsMissing(
            base_url,
            f"{name} holds a character that no key has (a blank, a line break or no ASCII)",
            f"set {KEY} to the key and nothing else",
        )
    return key


def _refuse_plain_http(base_url: str, environ: Mapping[str, str]) -> None:
    """Raise CredentialsMissing where everybody on the way could read the key."""
    try:
        parts = urlsplit(base_url)
        host = parts.hostname or ""
    except ValueError:
        return  # no address at all: the call that uses it says so
    if parts.scheme != "http" or _is_here(host) or host == environ.get(PLAIN_HOST, "").lower():
        return
    raise CredentialsMissing(
        base_url,
        "the key would go there over plain http, where others can read it",
        f"write https in gatewayUrl; or, in a network of your own, set {PLAIN_HOST}={host}",
    )


def _is_here(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    from ipaddress import ip_address  # noqa: PLC0415 - of use for the sandbox alone, and slow

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
