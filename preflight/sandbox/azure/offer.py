"""What Azure OpenAI offers where: models, the kinds of deployment, and each one's quota.

Source: Azure OpenAI's "Foundry Models" and deployment types pages, and its batch limits, read
October 2026, abridged. The sandbox's own truth: no check reads this table.
"""

from collections.abc import Iterator
from dataclasses import dataclass

# Regions of the European and the American data zone.
EUROPE = frozenset(
    (
        "francecentral",
        "germanywestcentral",
        "italynorth",
        "norwayeast",
        "polandcentral",
        "spaincentral",
        "swedencentral",
        "westeurope",
    )
)
AMERICA = frozenset(
    (
        "centralus",
        "eastus",
        "eastus2",
        "northcentralus",
        "southcentralus",
        "westus",
        "westus3",
    )
)
ELSEWHERE = frozenset(
    (
        "australiaeast",
        "brazilsouth",
        "canadaeast",
        "japaneast",
        "koreacentral",
        "southafricanorth",
        "southindia",
        "switzerlandnorth",
        "uksouth",
    )
)
REGIONS = EUROPE | AMERICA | ELSEWHERE

ONLINE_SKUS = ("Standard", "GlobalStandard", "DataZoneStandard")
_ZONED = ("DataZoneStandard", "DataZoneBatch")
ONLINE_QUOTA = 1000


@dataclass(frozen=True, slots=True)
class Offer:
    """One model version. Batch quotas are in thousands of enqueued tokens; 0: not offered so."""

    model: str
    version: str
    global_batch: int = 0
    zone_batch: int = 0

    def quota(self, sku: str, region: str) -> int:
        """How much of a kind a subscription may have in a region, in the kind's own unit.

        0: none.
        """
        if sku in _ZONED and region not in EUROPE | AMERICA:
            return 0
        batch = {"GlobalBatch": self.global_batch, "DataZoneBatch": self.zone_batch}
        return batch.get(sku, ONLINE_QUOTA if sku in ONLINE_SKUS else 0)


_LARGE = (200_000, 30_000)
_SMALL = (1_000_000, 100_000)
OFFERS = (
    Offer("gpt-4o", "2024-08-06", *_LARGE),
    Offer("gpt-4o", "2024-11-20", *_LARGE),
    Offer("gpt-4o-mini", "2024-07-18", *_SMALL),
    Offer("gpt-4.1", "2025-04-14", *_LARGE),
    Offer("gpt-4.1-mini", "2025-04-14", *_SMALL),
    Offer("gpt-4.1-nano", "2025-04-14", *_SMALL),
    Offer("o3-mini", "2025-01-31", *_SMALL),
    Offer("o4-mini", "2025-04-16", *_SMALL),
    Offer("gpt-5", "2025-08-07", 200_000, 200_000),
    Offer("text-embedding-3-small", "1"),
    Offer("text-embedding-3-large", "1"),
)
SKUS = (*ONLINE_SKUS, "GlobalBatch", "DataZoneBatch")


def find(model: str, version: str | None) -> Offer | None:
    """The offer; without a version the newest of the model. None: there is no such model."""
    found = [one for one in OFFERS if one.model == model and version in {None, "", one.version}]
    return found[-1] if found else None


def quota_name(model: str, sku: str) -> str:
    """How a quota is called."""
    return f"OpenAI.{sku}.{model}"


def offered(region: str) -> Iterator[tuple[Offer, dict[str, int]]]:
    """Each offer of a region with its kinds and their quotas."""
    for one in OFFERS:
        kinds = {sku: quota for sku in SKUS if (quota := one.quota(sku, region))}
        if region in REGIONS and kinds:
            yield one, kinds
