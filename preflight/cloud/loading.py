"""Loads the SDKs, one after the other, in one thread, while others already ask.

Loading is work for one processor: done by all suites at once it would keep each of them from its
first question until the last is loaded. The clouds whose questions wait for one another the longest
come first.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib import import_module
from threading import Event, Lock

from preflight.seams.calls import start

MODULES: Mapping[str, tuple[str, ...]] = {
    "aws": ("boto3", "botocore.config", "botocore.exceptions", "botocore.parsers"),
    "gcp": (
        "requests",
        "google.auth.transport.requests",
        "google.api_core.exceptions",
        "google.oauth2.service_account",
    ),
    "azure": ("azure.identity", "azure.core.pipeline.transport", "azure.mgmt.cognitiveservices"),
    "gateway": ("openai",),
}
"""Seam -> what its first question needs, in order of loading. The rest is loaded when needed."""

LATER: Mapping[str, tuple[str, ...]] = {
    "gcp": ("google.cloud.iam_credentials_v1", "google.cloud.storage"),
    "azure": ("azure.mgmt.authorization",),
}
"""What later questions need."""


class Loading:
    """What is loaded for the seams of one run; it begins with the first that is waited for."""

    def __init__(self) -> None:
        """Nothing is loaded yet."""
        self._wanted: dict[str, Event] = {}
        self._lock = Lock()
        self._begun = False

    def want(self, seam: str) -> None:
        """This seam will be asked."""
        self._wanted.setdefault(seam, Event())

    def wait(self, seam: str) -> None:
        """Return when the seam's SDK is there, or cannot be: then its client will say so."""
        with self._lock:
            if not self._begun:
                self._begun = True
                start(self._load, "loading")
        self._wanted[seam].wait()

    def _load(self) -> None:
        seams = [seam for seam in MODULES if seam in self._wanted]
        for seam in seams:
            _import(MODULES[seam])
            self._wanted[seam].set()
        for seam in seams:
            _import(LATER.get(seam, ()))


def _import(names: Iterable[str]) -> None:
    for name in names:
        with suppress(ImportError):
            import_module(name)
