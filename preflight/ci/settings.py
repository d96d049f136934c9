"""What a CI job asks for, from its environment: no value of it ever passes through a shell."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass

from preflight.configuration import layers
from preflight.configuration.finding import configuration
from preflight.contract import PROVIDERS
from preflight.gateway_key import KEY, KEY_FILE
from preflight.seams import UsageError

PREFIX = "PREFLIGHT_CI_"
REPORTS = "preflight-reports"
_TRUTH = {"": False, "false": False, "true": True}


@dataclass(frozen=True, slots=True)
class Settings:
    """What is asked.

    Attributes:
        requests: patterns of request files, in the form of git's `:(glob)`.
        promises: a promise file; "" for none.
        stack: a Pulumi stack; "" for none. It is preferred where it can be asked.
        providers: those meant; none for all that are promised.
        offline: ask nobody, whatever keys there are.
        keyed: whether there is a key of the gateway.
        comment: whether to comment on the pull request.
        sarif: whether to upload to code scanning.
        reports: the folder that takes the reports.
    """

    requests: tuple[str, ...]
    promises: str
    stack: str
    providers: tuple[str, ...]
    offline: bool
    keyed: bool
    comment: bool
    sarif: bool
    reports: str

    @property
    def alone(self) -> bool:
        """Whether request files are judged alone, with nobody asked."""
        return self.offline or not self.keyed

    @property
    def source(self) -> tuple[str, ...]:
        """The options that name the promises. Raises UsageError where there is nothing to name."""
        if self.stack and (not self.alone or not self.promises):
            return (f"--stack={self.stack}",)
        if self.promises:
            return (f"--promises={self.promises}",)
        if set_once():
            return ()
        raise UsageError(
            "the CI job",
            "names neither a promise file nor a stack",
            "set `promises` (or `stack`) in the job's settings, or in preflight.toml",
        )

    @property
    def job(self) -> str:
        """By which this job's comment and alerts are told from those of another one."""
        asked = "\n".join((*self.requests, self.promises, self.stack, *self.providers))
        return hashlib.sha256(asked.encode("utf-8", "surrogateescape")).hexdigest()[:12]


def set_once() -> bool:
    """Whether the team's configuration says what is promised."""
    try:
        file = configuration(None, os.environ)
        found = layers.settings("check", {}, os.environ, file)
    except UsageError:
        return True  # each check says what is wrong with it
    return any(found[name].holds.value is not None for name in ("stack", "promises"))


def settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read them. Raises UsageError for a value that means nothing."""

    def text(name: str, default: str = "") -> str:
        return environ.get(f"{PREFIX}{name}", "").strip() or default

    def truth(name: str, default: str) -> bool:
        value = text(name, default).lower()
        if value not in _TRUTH:
            raise UsageError(f"{PREFIX}{name}", f"is {value!r}", "use true or false")
        return _TRUTH[value]

    providers = tuple(dict.fromkeys(text("PROVIDER").replace(",", " ").split()))
    for name in providers:
        if name not in PROVIDERS:
            raise UsageError(
                f"{PREFIX}PROVIDER", f"holds {name!r}", f"name some of {', '.join(PROVIDERS)}"
            )
    lines = text("REQUESTS", "**/*.jsonl").splitlines()
    return Settings(
        requests=tuple(line.strip() for line in lines if line.strip()),
        promises=text("PROMISES"),
        stack=text("STACK"),
        providers=providers,
        offline=truth("OFFLINE", "false"),
        keyed=bool(environ.get(KEY) or environ.get(KEY_FILE)),
        comment=truth("COMMENT", "true"),
        sarif=truth("SARIF", "true"),
        reports=text("REPORTS", REPORTS),
    )
