"""The rendered parts of the infrastructure pages: one of each kind for each provider."""

from collections.abc import Callable, Mapping
from functools import partial

from preflight.contract import PROVIDERS
from preflight.render.pages import created, promised, settings, trust
from preflight.render.pages.markdown import NAMES

_KINDS: Mapping[str, Callable[[str], str]] = {
    "resources of": created.created,
    "trust at": trust.picture,
    "trust in words at": trust.words,
    "settings of": settings.settings,
    "promise of": promised.promised,
}


def _parts() -> dict[str, Callable[[], str]]:
    """Name -> renderer. At OpenAI nothing is made."""
    return {
        f"{kind} {NAMES[provider]}": partial(render, provider)
        for provider in PROVIDERS
        for kind, render in _KINDS.items()
        if (kind, provider) != ("resources of", "openai")
    }


PARTS: Mapping[str, Callable[[], str]] = {
    **_parts(),
    "settings of all providers": partial(settings.settings, ""),
}
"""By the name that a page calls it by."""
