"""What one run is to do: which file, through which provider, under which key."""

import hashlib
import json
import re
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from preflight.batch.ledger import Ledger, damaged
from preflight.contract import CLASSES, Promises, Target
from preflight.routes import endpoint
from preflight.seams import UsageError
from preflight.targets import named_model, region

_LONGEST_STEM = 80


@dataclass(frozen=True, slots=True)
class Plan:
    """One file, one provider, one batch.

    `requests` is the file to send: once it is planned, the copy in the run's folder.
    `key` says what is run: the same file for the same provider account, region and model has the
    same key, on whichever machine. `tag` is this run's own: with the key it names the batch at the
    provider, so that what is found there by name is this run's and no other's.
    """

    key: str
    provider: str
    base_url: str
    promised: Target
    requests: Path
    sha256: str
    count: int
    size: int
    tag: str = ""

    @property
    def endpoint(self) -> str:
        """The `endpoint` to create the batch with."""
        return endpoint(self.promised)


def make(  # noqa: D417 - the rest is in the names
    promises: Promises,
    provider: str,
    promised: Target,
    requests: Path,
    *,
    sha256: str,
    count: int,
    size: int,
) -> Plan:
    """Plan the run of one file.

    Args:
        promised: which of the provider's targets it goes to.
        sha256: of the file's bytes, as a hexadecimal string.
        count: requests in the file.
        size: bytes in the file.
    """
    base_url = promises.gateway.base_url
    account, model = promised.provider_name, named_model(promised)
    identity = json.dumps([base_url, provider, account, region(promised), model, sha256])
    key = hashlib.sha256(identity.encode()).hexdigest()[:16]
    return Plan(key, provider, base_url, promised, requests.resolve(), sha256, count, size)


def folder_name(plan: Plan) -> str:
    """A folder for the run: readable, and the same for the same plan."""
    stem = re.sub(r"[^\w.-]+", "-", plan.requests.stem, flags=re.ASCII)[:_LONGEST_STEM].strip(".-")
    return f"{stem or 'requests'}-{plan.provider}-{plan.key[:8]}"


def write(ledger: Ledger, plan: Plan) -> Plan:
    """Write the plan into the ledger; the plan with the run's tag.

    The promises may have changed since (a repaired stack); the key says it is the same run. Raises
    UsageError where the ledger holds the run of another key.
    """
    known = ledger.plan()
    if known is not None and known.get("key") != plan.key:
        raise UsageError(
            str(ledger.folder),
            "holds the run of another file, provider or stack",
            "choose another folder with --out",
        )
    tag = str((known or {}).get("tag") or secrets.token_hex(4))
    plan = replace(plan, tag=tag)
    # By name alone: a run's folder may be moved, and be looked at from anywhere.
    ledger.write_plan(asdict(plan) | {"requests": plan.requests.name})
    return plan


def read(ledger: Ledger) -> Plan:
    """The plan of an existing run. Raises UsageError for a ledger that has none."""
    values: dict[str, Any] | None = ledger.plan()
    if values is None:
        raise UsageError(str(ledger.folder), "holds no plan", "start with `preflight run`")
    try:
        kind: type[Any] = CLASSES[values["provider"]]
        promised = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values["promised"].items()
        }
        requests = ledger.folder / values["requests"]
        return Plan(**{**values, "promised": kind(**promised), "requests": requests})
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise damaged(ledger.folder, f"its plan is of another kind: {error}") from error
