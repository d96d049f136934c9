"""Repairs that several checks name."""


def instead(setting: str, old: str, new: str) -> str:
    """Another entry in one of the stack's lists; which place it has, a promise does not say."""
    return f"in {setting} of the stack's settings, put {new} in the place of {old}; then pulumi up"
