"""What each Pulumi resource and function does in the sandbox: a real call to its local cloud.

A `Create` takes the logical name and the inputs as the Pulumi engine hands them to a provider, and
returns the physical id and the outputs: the inputs and what the provider computes. An `Invoke`
takes arguments and returns results.
"""

from collections.abc import Callable
from typing import Any

Create = Callable[[str, dict[str, Any]], tuple[str, dict[str, Any]]]
"""(logical name, inputs) -> (physical id, outputs)."""

Invoke = Callable[[dict[str, Any]], dict[str, Any]]
"""Arguments -> results."""
