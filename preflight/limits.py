"""FACTS: what one batch may hold, per provider. Each with its source and the day it was read.

Where an API tells the live value (Bedrock: Service Quotas), the check asks it and falls back on
this table, and says which of the two it used.
"""

from dataclasses import dataclass

MB = 1000 * 1000
GB = 1000 * MB


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one batch job made from one file. Counts are requests, sizes bytes, the window hours."""

    min_requests: int
    max_requests: int
    max_bytes: int
    window_hours: int
    source: str
    read_on: str


LIMITS = {
    "openai": Limits(1, 50_000, 200 * MB, 24, "OpenAI's Batch API guide", "2026-10"),
    "azure": Limits(1, 100_000, 200 * MB, 24, "Azure OpenAI's batch limits page", "2026-10"),
    "vertex": Limits(1, 200_000, 1 * GB, 24, "Vertex AI's Gemini batch page", "2026-10"),
    "bedrock": Limits(100, 50_000, 1 * GB, 24, "Amazon Bedrock's default batch quotas", "2025-06"),
}
"""By provider name."""

QUEUE_HOURS = {"vertex": 72}
"""A job may wait so long before its window begins (Vertex AI's Gemini batch page, 2026-10)."""


def longest_hours(provider: str) -> int:
    """From a job's create to its end, at the most, in hours."""
    return LIMITS[provider].window_hours + QUEUE_HOURS.get(provider, 0)


GATEWAY_WARN_BYTES = 50 * MB
"""The gateway's newer file page names 50 MB, an older one 200 MB: above this, say so."""

AZURE_BATCH_SKUS = ("GlobalBatch", "DataZoneBatch")
"""The deployment types that may run batch jobs. Source: Azure's deployment types page, 2026-10."""

AZURE_KEPT_FILES, AZURE_EXPIRING_FILES = 500, 10_000
"""Input files of one account: those that stay, those that expire. Source: as of LIMITS."""

AZURE_ACCOUNT_KINDS = ("OpenAI", "AIServices")
"""The kinds of account that serve OpenAI models. Source: Azure's resource page, 2026-10."""

BEDROCK_OPEN_JOBS = 20
"""Submitted and running jobs per base model, where Service Quotas has no row (table of 2025-06)."""
