"""Healthy variations: other ways to be well, which nobody may be told to repair."""

from preflight.sandbox.variations import azure, bedrock, openai, vertex
from preflight.sandbox.variations.variation import Variation

__all__ = ["VARIATIONS", "Variation"]

VARIATIONS = (*openai.ROWS, *azure.ROWS, *vertex.ROWS, *bedrock.ROWS)
"""In the order of the providers."""
