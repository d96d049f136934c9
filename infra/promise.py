"""How a promise becomes an output: through the class that preflight reads it with."""

import dataclasses
from collections.abc import Iterable

import pulumi

from preflight.contract import Gateway, Target

Section = dict[str, str | list[str]]


def written(section: Gateway | Target) -> Section:
    """The section as an output: field name -> text, or a list where the field is a tuple.

    What is not promised (None) is left out.
    """
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in dataclasses.asdict(section).items()
        if value is not None
    }


def joined(regions: Iterable[pulumi.Output[list[Section]]]) -> pulumi.Output[list[Section]]:
    """The targets of all regions, in their order."""
    return pulumi.Output.all(*regions).apply(
        lambda lists: [section for sections in lists for section in sections]
    )
