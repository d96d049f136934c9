"""The settings of the stack: what Pulumi.yaml declares, and what each may be."""

from collections.abc import Iterator
from pathlib import Path

from preflight.render.pages.markdown import code, codes, table
from preflight.settings import SETTINGS
from preflight.settings.stack_file import Project

_CHECKOUT = Path(__file__).parents[3]
_HEADS = ("Setting", "Default", "What it is", "What is allowed")


def settings(provider: str) -> str:
    """The table of one provider's settings; "" for those that are for all alike."""
    return table(_HEADS, _rows(provider))


def _rows(provider: str) -> Iterator[tuple[str, str, str, str]]:
    """In the order of the project's file."""
    project = Project.at(_CHECKOUT)
    for key, description in project.descriptions.items():
        setting = SETTINGS[key]
        if setting.provider == provider:
            default = _shown(project.defaults[key])
            yield code(key), default, description, setting.allowed.removeprefix("must be ")


def _shown(default: str) -> str:
    """As `pulumi config set` takes it; a list as its entries, none for nothing."""
    if default in {"", "[]"}:
        return ""
    entries = default.strip("[]").split(",") if default.startswith("[") else [default]
    return codes(entry.strip().strip('"') for entry in entries)
