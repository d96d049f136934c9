"""Files and batches as OpenAI documents them, and OpenAI's own API over them."""

from preflight.sandbox.upstream.lifecycle import Timing
from preflight.sandbox.upstream.service import OpenAIUpstream

__all__ = ["OpenAIUpstream", "Timing"]
