"""What one run is to do: which file, in which shards, through which provider, under which key."""

import hashlib
import json
import re
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from preflight.batch.ledger import Ledger, damaged
from preflight.batch.shards import Shard, whole
from preflight.contract import CLASSES, Promises, Target
from preflight.routes import endpoint
from preflight.seams import UsageError
from preflight.targets import named_model, of_shard, region

REQUESTS = "requests.jsonl"
"""The copy of the request file in the run's folder."""

_LONGEST_STEM = 80


@dataclass(frozen=True, slots=True)
class Round:
    """A file of requests, and the shards it goes in. The run's own is the first; a retry adds one.

    `file` is its name in the run's folder.
    """

    file: str
    sha256: str
    count: int
    size: int
    shards: tuple[Shard, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """One file, one provider, one or several batches.

    `requests` is the file to send: once it is planned, the copy in the run's folder.
    `key` says what is run: the same file for the same provider account, region and model has the
    same key, on whichever machine. `tag` is this run's own: with the key it names the batches at
    the provider, so that what is found there by name is this run's and no other's.
    `rounds` are what is sent; their shards are numbered on from one round to the next.
    `others` are further models of the same account that the file is for: a shard is for the one
    that its model is a name of, which the gateway is told no differently than `promised`.
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
    rounds: tuple[Round, ...] = ()
    others: tuple[Target, ...] = ()

    def target(self, shard: Shard) -> Target:
        """What the requests of a shard are promised as."""
        return of_shard((self.promised, *self.others), shard.model)

    @property
    def shards(self) -> tuple[Shard, ...]:
        """Those of all rounds, by number."""
        return tuple(shard for each in self.rounds for shard in each.shards)

    def round_of(self, shard: Shard) -> Round:
        """The round that a shard is of."""
        return next(each for each in self.rounds if shard in each.shards)

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
    shards: tuple[Shard, ...] = (),
    others: tuple[Target, ...] = (),
) -> Plan:
    """Plan the run of one file.

    Args:
        promised: which of the provider's targets it goes to.
        sha256: of the file's bytes, as a hexadecimal string.
        count: requests in the file.
        size: bytes in the file.
        shards: how it is divided; by default it is sent as it is.
        others: of the provider's targets, those that it goes to as well.
    """
    base_url = promises.gateway.base_url
    account = promised.provider_name
    model = ", ".join(sorted(map(named_model, (promised, *others))))
    identity = json.dumps([base_url, provider, account, region(promised), model, sha256])
    key = hashlib.sha256(identity.encode()).hexdigest()[:16]
    only = Round(REQUESTS, sha256, count, size, shards or (whole(count, size, 0),))
    return Plan(
        key,
        provider,
        base_url,
        promised,
        requests.resolve(),
        sha256,
        count,
        size,
        rounds=(only,),
        others=others,
    )


def folder_name(plan: Plan) -> str:
    """A folder for the run: readable, and the same for the same plan."""
    stem = re.sub(r"[^\w.-]+", "-", plan.requests.stem, flags=re.ASCII)[:_LONGEST_STEM].strip(".-")
    return f"{stem or 'requests'}-{plan.provider}-{plan.key[:8]}"


def write(ledger: Ledger, plan: Plan) -> Plan:
    """Write the plan into the ledger; the plan with the run's tag, and with the rounds it has.

    The promises may have changed since (a repaired stack); the key says it is the same run, and
    what was divided once stays divided like that. Raises UsageError where the ledger holds the run
    of another key.
    """
    ledger.claim_plan(_written(replace(plan, tag=secrets.token_hex(4))))
    known = read(ledger)  # an earlier process's, or another worker's that was quicker
    if known.key != plan.key:
        raise UsageError(
            str(ledger.folder),
            f"holds the run of {_difference(known, plan)}",
            "choose another folder with --out",
        )
    plan = replace(plan, tag=known.tag, rounds=known.rounds or plan.rounds)
    if _written(plan) != _written(known):
        ledger.write_plan(_written(plan))
    return plan


def add_round(ledger: Ledger, plan: Plan, more: Round) -> Plan:
    """The plan with a further round, written down. Its shards are numbered on."""
    last = max(shard.number for shard in plan.shards)
    shards = tuple(replace(shard, number=shard.number + last) for shard in more.shards)
    plan = replace(plan, rounds=(*plan.rounds, replace(more, shards=shards)))
    ledger.write_plan(_written(plan))
    return plan


def _written(plan: Plan) -> dict[str, Any]:
    """As the ledger holds it: the file by name alone, since a run's folder may be moved."""
    values = asdict(plan) | {"requests": plan.requests.name}
    if not plan.others:
        del values["others"]  # as it always was
    return values


def _difference(known: Plan, plan: Plan) -> str:
    """What is not the same, in words."""
    kinds = {
        "another file": known.sha256 != plan.sha256,
        "another provider": known.provider != plan.provider,
        "another gateway": known.base_url != plan.base_url,
    }
    there = [name for name, differs in kinds.items() if differs]
    return " and ".join(there) or "another stack's target"


def read(ledger: Ledger) -> Plan:
    """The plan of an existing run. Raises UsageError for a ledger that has none."""
    values: dict[str, Any] | None = ledger.plan()
    if values is None:
        raise UsageError(str(ledger.folder), "holds no plan", "start with `preflight run`")
    try:
        kind: type[Any] = CLASSES[values["provider"]]
        promised = _target(kind, values["promised"])
        others = tuple(_target(kind, each) for each in values.get("others", ()))
        requests = ledger.folder / values["requests"]
        rounds = tuple(
            Round(**{**each, "shards": tuple(Shard(**shard) for shard in each["shards"])})
            for each in values.get("rounds") or [_only(values)]
        )
        read = {"promised": promised, "requests": requests, "rounds": rounds, "others": others}
        return Plan(**{**values, **read})
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise damaged(ledger.folder, f"its plan is of another kind: {error}") from error


def _target(kind: type[Any], values: dict[str, Any]) -> Any:
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return kind(**{**values, **lists})


def _only(values: dict[str, Any]) -> dict[str, Any]:
    """The one round of a run that was sent as it was: that of a ledger of version 1."""
    count, size = values["count"], values["size"]
    return {
        "file": values["requests"],
        "sha256": values["sha256"],
        "count": count,
        "size": size,
        "shards": [asdict(whole(count, size, 0))],
    }
