"""Service Quotas' rows for one model's batch jobs. They are told apart by their names alone."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from preflight.catalog.bedrock_models import batch_models
from preflight.checks.bedrock_named import base_model
from preflight.contract import Bedrock
from preflight.limits import GB, LIMITS
from preflight.outcomes import Answer, Failed, Passed, check
from preflight.seams import Aws

LIMIT = LIMITS["bedrock"]
_LEAST = LIMIT.min_requests


class Quota(StrEnum):
    """How the names begin. Each is anchored: one of them is the tail of another."""

    MINIMUM = "Minimum number of records per batch inference job"
    PER_FILE = "Records per input file per batch inference job"
    PER_JOB = "Records per batch inference job"
    FILE_GB = "Batch inference input file size"
    OPEN_JOBS = "Sum of in-progress and submitted batch inference jobs using a base model"


@dataclass(frozen=True, slots=True)
class Value:
    """A quota's value and where it is from; `certain`: from Service Quotas, not from a table."""

    amount: float
    source: str
    certain: bool

    @property
    def caveat(self) -> str:
        """What to say beside an answer that rests on it."""
        return "" if self.certain else f"the limit is {self.source}"


@dataclass(frozen=True, slots=True)
class Judged:
    """AWS, and the request file: how many requests, how many bytes, its longest line and where.

    `split`: whether it may be sent as several jobs; else it is one, as it is.
    """

    aws: Aws
    requests: int
    bytes: int
    longest_line: tuple[int, int] = (0, 0)
    split: bool = False


def spellings(promised: Bedrock, aws: Aws) -> tuple[str, ...]:
    """How Service Quotas may spell the model: by the table, else as Bedrock displays it.

    The quotas call "Nova Pro" "Nova Pro V1", so the display name is tried with that too.
    """
    model = base_model(promised)
    row = batch_models().models.get(model)
    if row is not None and row.quota_name:
        return (row.quota_name,)
    found = aws.foundation_model(promised.region, model)
    return (found.name, f"{found.name} V1") if found is not None and found.name else ()


def quota(
    quotas: Mapping[str, float], which: Quota, models: Iterable[str], default: float
) -> Value:
    """The quota of the model, whichever way it is spelt; the default where there is no such row.

    The whole name is compared: one model's name may be the beginning of another's. The unit stands
    before the model in older rows and after it in newer ones.
    """
    unit = r"(?: \(in GB\))?"
    spelt = "|".join(re.escape(model) for model in models)
    name = re.compile(f"{re.escape(which)}{unit} for (?:{spelt}){unit}", re.IGNORECASE)
    found = [
        value for row, value in quotas.items() if spelt and name.fullmatch(" ".join(row.split()))
    ]
    if not found:
        return Value(default, f"the default of {LIMIT.read_on}: Service Quotas has no row", False)
    # The same row under two codes: the stricter holds.
    strictest = max(found) if which is Quota.MINIMUM else min(found)
    return Value(strictest, "Service Quotas", True)


@check("bedrock-quota-minimum", "There are enough requests for a job")
def quota_minimum(promised: Bedrock, judged: Judged) -> Answer:
    """Bedrock accepts a job with too few requests, and fails it minutes later."""
    quotas = judged.aws.batch_quotas(promised.region)
    models = spellings(promised, judged.aws)
    least = quota(quotas, Quota.MINIMUM, models, _LEAST)
    if judged.requests < least.amount:
        return Failed(
            f"there are {judged.requests:,} requests, but a job for {promised.model} in "
            f"{promised.region} needs {least.amount:,.0f} ({least.source})",
            f"add {least.amount - judged.requests:.0f} requests, or send them without a batch",
        )
    return Passed(
        f"{judged.requests:,} requests, at least {least.amount:,.0f} ({least.source})", least.caveat
    )


@check("bedrock-quota-maximum", "The requests fit into the jobs")
def quota_maximum(promised: Bedrock, judged: Judged) -> Answer:
    """Bedrock refuses a file or a job with too many requests or bytes.

    A run divides such a file into several; with --no-split it is a failure.
    """
    quotas = judged.aws.batch_quotas(promised.region)
    models = spellings(promised, judged.aws)
    per_file = quota(quotas, Quota.PER_FILE, models, LIMIT.max_requests)
    per_job = quota(quotas, Quota.PER_JOB, models, LIMIT.max_requests)
    size = quota(quotas, Quota.FILE_GB, models, LIMIT.max_bytes / GB)
    most = min(per_file, per_job, key=lambda value: value.amount)
    largest = size.amount * GB
    if judged.split:
        return _as_shards(judged, most, size, quota(quotas, Quota.MINIMUM, models, _LEAST))
    if judged.requests > most.amount:
        return Failed(
            f"there are {judged.requests:,} requests, but a job for {promised.model} in "
            f"{promised.region} takes {most.amount:,.0f} ({most.source})",
            f"split the file into files of at most {most.amount:.0f} requests",
        )
    if judged.bytes > largest:
        return Failed(
            f"the file has {judged.bytes:,} bytes, but a file for {promised.model} in "
            f"{promised.region} may have {largest:,.0f} ({size.source})",
            f"split the file into files of at most {largest:.0f} bytes",
        )
    return Passed(
        f"{judged.requests:,} requests in {judged.bytes:,} bytes, at most {most.amount:,.0f} "
        f"({most.source}) in {largest:,.0f} ({size.source})",
        _caveat(most, size),
    )


def _as_shards(judged: Judged, most: Value, size: Value, least: Value) -> Answer:
    """Whether the file can be divided into jobs that each keep all three quotas."""
    largest = size.amount * GB
    longest, line = judged.longest_line
    if longest >= largest:
        return Failed(
            f"line {line} alone has {longest:,} bytes, but a file may have {largest:,.0f} "
            f"({size.source})",
            "make that request smaller, or leave it out",
            (line,),
        )
    if most.amount < 1:
        return Failed(
            f"a job may have no request at all ({most.source})",
            "raise the quota of records per batch inference job in Service Quotas",
        )
    shards = max(-(-judged.requests // int(most.amount)), -(-judged.bytes // int(largest)))
    if shards > 1 and judged.requests < shards * least.amount:
        return Failed(
            f"there are {judged.requests:,} requests, too many for {shards - 1} jobs and too few "
            f"for {shards} of at least {least.amount:,.0f} ({least.source})",
            f"add {shards * least.amount - judged.requests:.0f} requests, or take some out",
        )
    sent = "in one job" if shards <= 1 else f"sent as {shards:,} shards"
    return Passed(
        f"{judged.requests:,} requests in {judged.bytes:,} bytes, {sent} of at most "
        f"{most.amount:,.0f} ({most.source}) in {largest:,.0f} ({size.source})",
        _caveat(most, size),
    )


def _caveat(*values: Value) -> str:
    return "; ".join(dict.fromkeys(value.caveat for value in values if value.caveat))
