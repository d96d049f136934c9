"""How the settings of one kind are worded: a name, a list, what may be left out."""

import re

from preflight.settings.setting import Setting, Takes

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]*")
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
GUID_ALLOWED = "must be a GUID"
_NAMED = "must be {what}, without blanks"


def text(provider: str, key: str, form: re.Pattern[str], allowed: str, example: str) -> Setting:
    """A text that must be there."""
    return Setting(key, provider, Takes.TEXT, allowed, example, form)


def optional(provider: str, key: str, form: re.Pattern[str], allowed: str, example: str) -> Setting:
    """A text that may be empty."""
    return Setting(key, provider, Takes.TEXT, allowed, example, form, optional=True)


def name(provider: str, key: str, what: str, example: str) -> Setting:
    """A name or an id, as a header can carry it."""
    return text(provider, key, NAME, _NAMED.format(what=what), example)


def names(provider: str, key: str, what: str, example: str) -> Setting:
    """A list of names or ids, one at the least."""
    allowed = _NAMED.format(what=f"a list of {what}")
    return texts(provider, key, NAME, allowed, example)


def texts(
    provider: str,
    key: str,
    form: re.Pattern[str],
    allowed: str,
    example: str,
    *,
    may_be_empty: bool = False,
) -> Setting:
    """A list of texts; one at the least, unless it may be empty."""
    command = f"--path '{key}[0]' {example}"
    return Setting(key, provider, Takes.TEXTS, allowed, command, form, optional=may_be_empty)


def accounts(provider: str) -> Setting:
    """The gateway's provider accounts: one for all regions, or one for each."""
    what = "names of provider accounts at the gateway"
    return names(provider, f"{provider}ProviderNames", what, f"{provider}-main")


def account(provider: str) -> Setting:
    """The gateway's provider account."""
    what = "the name of a provider account at the gateway"
    return name(provider, f"{provider}ProviderName", what, f"{provider}-main")


def flag(provider: str, key: str) -> Setting:
    """True or false."""
    return Setting(key, provider, Takes.FLAG, "must be true or false", "true")


def enabled(provider: str) -> Setting:
    """Whether the provider is on."""
    return flag(provider, f"{provider}Enabled")


def number(provider: str, key: str, least: int) -> Setting:
    """A whole number."""
    allowed = f"must be a whole number, {least} or more"
    return Setting(key, provider, Takes.NUMBER, allowed, str(least), least=least)
