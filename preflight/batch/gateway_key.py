"""The gateway key: from the environment, or from a file that may be given a new one meanwhile."""

from collections.abc import Mapping
from pathlib import Path

from preflight.seams import CredentialsMissing

KEY = "TFY_API_KEY"
KEY_FILE = "TFY_API_KEY_FILE"
"""A file that holds the key: of a run that outlives its key, the only place for the next one."""


def gateway_key(base_url: str, environ: Mapping[str, str]) -> str:
    """The key. Raises CredentialsMissing where there is none that can be used."""
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
            base_url, "there is no gateway key", f"set {KEY} in the environment"
        )
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise CredentialsMissing(
            base_url,
            f"{name} holds a character that no key has (a blank, a line break or no ASCII)",
            f"set {KEY} to the key and nothing else",
        )
    return key
