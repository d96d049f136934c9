"""The grammar of `preflight completion`."""

import argparse
from collections.abc import Callable

from preflight.vocabulary import SHELLS

Command = Callable[[str, str, str], argparse.ArgumentParser]
"""Adds a command: its name, what it does, and module:function."""


def add(command: Command) -> None:
    """Add it to the grammar."""
    completion = command(
        "completion",
        "print what a shell reads to complete this command line",
        "completion:completion",
    )
    completion.add_argument("shell", choices=tuple(SHELLS), help="the shell that is to read it")
    completion.epilog = """\
bash: eval "$(preflight completion bash)" in ~/.bashrc
zsh:  eval "$(preflight completion zsh)" in ~/.zshrc, below compinit
fish: preflight completion fish > ~/.config/fish/completions/preflight.fish

exit codes: 0 printed; 2 wrong usage"""
