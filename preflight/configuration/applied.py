"""A parsed command line, completed by what the environment and a configuration file say."""

import os
from argparse import Namespace
from collections.abc import Mapping

from preflight.configuration.finding import configuration
from preflight.configuration.layers import Layer, Setting, settings
from preflight.configuration.option import Takes
from preflight.seams.errors import PreflightError, UsageError


def configure(parsed: Namespace) -> None:
    """Give every option of the command its value, where no flag did.

    Raises:
        UsageError: the file or a variable holds what there is not.
    """
    file = configuration(parsed.config, os.environ)
    found = settings(parsed.command, vars(parsed), os.environ, file)
    refuse_unknown_checks(found)
    for setting in found.values():
        value = setting.holds.value
        setattr(parsed, setting.option.attribute, not value if setting.option.inverted else value)
    parsed.settings = found


def refuse_unknown_checks(found: Mapping[str, Setting]) -> None:
    """Raise UsageError for an id of a file or a variable that is no check's.

    What a flag names is looked at by the command itself.
    """
    for setting in found.values():
        holds = setting.holds
        if setting.option.takes is not Takes.CHECKS or holds.layer in {Layer.DEFAULT, Layer.FLAG}:
            continue
        from preflight.checklist import checklist  # noqa: PLC0415 - it needs all the checks
        from preflight.selection import Selection, refuse_unknown  # noqa: PLC0415 - likewise

        known = [one.check.id for one in checklist()]
        for pattern in holds.value:
            try:
                refuse_unknown(Selection(only=(pattern,)), known)
            except UsageError as error:
                what = f"{setting.option.name} names {pattern}, which {error.what}"
                raise UsageError(holds.where, what, error.remedy) from None


def told(parsed: Namespace, error: PreflightError) -> PreflightError:
    """The error, with the place of a setting where it is about one that no flag gave."""
    found: Mapping[str, Setting] = getattr(parsed, "settings", {})
    for setting in found.values():
        holds, flag = setting.holds, setting.option.option
        said, blank, rest = error.where.partition(" ")
        if said == flag and holds.layer in {Layer.FILE, Layer.ENVIRONMENT}:
            named = f"{holds.where} ({setting.option.name}{blank}{rest})"
            other = PreflightError(named, error.what, error.remedy)
            other.exit_code = error.exit_code
            return other
    return error
