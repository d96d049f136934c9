"""A model without the version in its name."""

import re

_VERSION = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{3})$")
"""A dated or numbered version of a model: gpt-4o-2024-08-06, gemini-2.0-flash-001."""


def unversioned(model: str) -> str:
    """The model that this is a version of: gpt-4o for gpt-4o-2024-08-06."""
    return _VERSION.sub("", model)
