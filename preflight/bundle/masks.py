"""Secrets never come into a bundle; should an answer hold one all the same, a mask is written."""

import os
import re
from collections.abc import Callable, Mapping

_SECRET_VARIABLE = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|IDENTITY_HEADER")
_NO_SECRET = ("AWS_ACCESS_KEY_ID",)
_OF_CLOUDS = ("TFY_", "AWS_", "AZURE_", "GOOGLE_", "IDENTITY_", "OPENAI_")
_SHORTEST = 8
_IN_ADDRESS = re.compile(r"(?<=://)[^/@\s]+@")
_BEARER = re.compile(r"(?i)(?<=bearer )\S{8,}|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*")
MASK = "***"


def mask(environment: Mapping[str, str] = os.environ) -> Callable[[str], str]:
    """What masks the environment's secrets, tokens, and the user in an address."""
    secrets = {
        value
        for name, value in environment.items()
        if name.startswith(_OF_CLOUDS)
        and name not in _NO_SECRET
        and _SECRET_VARIABLE.search(name)
        and len(value) >= _SHORTEST
    }

    def masked(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, MASK)
        return _BEARER.sub(MASK, _IN_ADDRESS.sub("", text))

    return masked
