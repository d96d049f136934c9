"""FACTS: which Bedrock models run as batch jobs, where no AWS API says so."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from preflight.catalog.shipped import shipped
from preflight.catalog.source import Source
from preflight.catalog.yours import yours


@dataclass(frozen=True, slots=True)
class BatchModel:
    """A model that runs as a batch job; what is empty was not read.

    `quota_name`: how Service Quotas spells the model. `regions`: where its bare id may be used;
    `profile_regions`: where an inference profile of it may be.
    """

    quota_name: str = ""
    regions: tuple[str, ...] = ()
    profile_regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchModels:
    """The table: model id -> what is known of it, and where and when that was read."""

    source: Source
    models: Mapping[str, BatchModel]

    def __str__(self) -> str:
        """What an answer that rests on the table cites."""
        return str(self.source)


def batch_models() -> BatchModels:
    """Amazon Bedrock's models that run as batch jobs, and those that the user's tables name."""
    table, own = _shipped(), yours()
    takes = own.row("bedrock", "takes")
    if takes is None:
        return table
    return replace(
        table,
        source=Source(f"{own.source} over {table.source}"),
        models={model: BatchModel() for model in takes} | dict(table.models),
    )


@cache
def _shipped() -> BatchModels:
    table = shipped("bedrock")
    return BatchModels(
        source=Source(table["source"], table["read_on"]),
        models={
            model: BatchModel(
                quota_name=row.get("quota_name", ""),
                regions=tuple(row.get("regions", ())),
                profile_regions=tuple(row.get("profile_regions", ())),
            )
            for model, row in table["models"].items()
        },
    )
