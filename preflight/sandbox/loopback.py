"""How the sandbox asks its own servers: on this machine, in plain HTTP."""

import ssl
from typing import Any

import httpx2


def asking(**options: Any) -> httpx2.Client:
    """A client for loopback, made with these options of httpx2's.

    The environment may name a proxy: none stands before this machine. No certificate authority is
    known to it: TLS is not spoken here, and to read them all takes longer than most questions.
    """
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx2.Client(trust_env=False, verify=nobody, **options)
