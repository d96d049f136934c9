"""The table of options and the grammar of the command line are one."""

import inspect
import re

import pytest

from preflight.cli import parser
from preflight.commands import notifying
from preflight.configuration.table import COMMANDS, OPTIONS, TABLES, of_command

# argparse has no other way to list them.
TOP = parser()._actions  # noqa: SLF001
GRAMMAR = next(action for action in TOP if action.dest == "command").choices
PAIRS = [(option, command) for option in OPTIONS for command in option.commands]
WITH_FLAG = [(option, command) for option, command in PAIRS if not option.when]


def name_of(pair):
    option, command = pair
    return f"{command} {option.name}"


@pytest.mark.parametrize(("option", "command"), WITH_FLAG, ids=map(name_of, WITH_FLAG))
def test_every_option_of_the_table_has_its_flag_and_leaves_the_others_a_say(option, command):
    (action,) = [
        action
        for action in GRAMMAR[command]._actions  # noqa: SLF001
        if option.option in action.option_strings
    ]
    assert action.dest == option.attribute
    assert action.default is None
    assert not option.back or option.back in action.option_strings


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_can_be_configured_takes_a_file_and_quiet(command):
    flags = {flag for action in GRAMMAR[command]._actions for flag in action.option_strings}  # noqa: SLF001
    assert {"--config", "--quiet"} <= flags


def test_no_two_options_share_a_variable_and_none_has_a_commands_name():
    names = {option.name: option.environment for option in OPTIONS}
    assert len(set(names.values())) == len(names)
    # What a command of --notify is told is no option of its own commands.
    told = re.findall(r'^        "(\w+)":', inspect.getsource(notifying), re.MULTILINE)
    assert {"status", "requests"} < set(told)
    assert not set(names.values()) & {f"PREFLIGHT_{name.upper()}" for name in told}
    assert not set(names) & set(TABLES)
    for command in COMMANDS:
        several = [option for option in OPTIONS if command in option.commands]
        assert len(of_command(command)) == len(several), command


ONE_TIME = {
    # who agrees, overrules or pays says so each time
    "--yes", "--force", "--canary",
    # what is asked for, in this run, of this file, into that one
    "--help", "-h", "--out", "--to", "--from-bundle", "--example", "--identity", "--requests",
    "--parts", "--manifest", "--by-model", "--diff", "--in-place", "--shard", "--batch", "--none",
    "--cluster",
    # who is configured
    "--config", "--json",
}  # fmt: skip
"""Flags that nobody could mean each time."""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_flag_can_be_set_once_or_is_known_to_be_for_one_time(command):
    table = {flag for one in of_command(command).values() for flag in (one.option, one.back)}
    if command in {"run", "submit"}:
        table |= {"--only", "--skip", "--offline", "--no-offline"}  # they ask all, but for --force
    if command in {"split", "fix"}:
        table |= {"--provider"}  # of this file
    flags = {flag for action in GRAMMAR[command]._actions for flag in action.option_strings}  # noqa: SLF001
    assert flags <= table | ONE_TIME, (
        "add it to preflight/configuration/table.py, or say why not here"
    )
