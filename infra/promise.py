"""How a promise becomes an output: through the class that preflight reads it with."""

import dataclasses

from preflight.contract import AzureOpenAI, Bedrock, Gateway, OpenAI, VertexAI

Section = Gateway | OpenAI | AzureOpenAI | VertexAI | Bedrock


def written(section: Section) -> dict[str, str | list[str]]:
    """The section as an output: field name -> text, or a list where the field is a tuple."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in dataclasses.asdict(section).items()
    }
