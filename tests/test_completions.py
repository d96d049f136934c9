"""What shells complete by: it is what the grammar says today."""

import shutil
import subprocess
from pathlib import Path

import pytest

from preflight.cli import parser
from preflight.commands.completion import SCRIPTS
from preflight.completions.scripts import script
from preflight.vocabulary import SHELLS

# argparse has no other way to list them.
TOP = parser()._actions  # noqa: SLF001
COMMANDS = next(action for action in TOP if action.dest == "command").choices
every_shell = pytest.mark.parametrize("shell", SHELLS)

ASK = """
source {script}
COMP_WORDS=({words})
COMP_CWORD={place}
function=$(complete -p preflight | sed 's/.*-F \\([^ ]*\\).*/\\1/')
"$function"
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@every_shell
def test_the_script_is_what_the_grammar_makes(shell):
    pytest.importorskip("shtab")
    kept = (SCRIPTS / SHELLS[shell]).read_text()
    assert kept == script(shell), "renew it: python -m preflight.completions"


@every_shell
def test_the_script_has_every_command_and_option(shell):
    """Also where shtab is not installed."""
    kept = (SCRIPTS / SHELLS[shell]).read_text()
    for name, command in COMMANDS.items():
        assert name in kept
        for action in command._actions:  # noqa: SLF001
            for option in action.option_strings:
                word = f"-l {option[2:]}" if shell == "fish" and option[:2] == "--" else option
                assert word in kept or option == "-h", f"{name} {option}"


@every_shell
def test_the_command_prints_the_script(preflight, shell):
    code, out, err = preflight("completion", shell)
    assert (code, out, err) == (0, (SCRIPTS / SHELLS[shell]).read_text(), "")


def test_another_shell_is_refused_with_those_there_are(preflight):
    code, _, err = preflight("completion", "tcsh")
    assert code == 2
    assert all(shell in err for shell in SHELLS)


def completed(*words, cwd=Path()):
    """What bash offers for the last word."""
    quoted = " ".join(f"'{word}'" for word in ("preflight", *words))
    asked = ASK.format(script=SCRIPTS / SHELLS["bash"], words=quoted, place=len(words))
    done = subprocess.run(
        ["bash", "--norc", "-c", asked], cwd=cwd, capture_output=True, text=True, check=True
    )
    assert not done.stderr
    return done.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_completes_commands_options_choices_and_files(tmp_path):
    (tmp_path / "requests.jsonl").touch()
    assert completed("che") == ["check"]
    assert completed("check", "--overall") == ["--overall-deadline"]
    assert completed("check", "--provider", "") == ["openai", "azure", "vertex", "bedrock"]
    assert completed("check", "--format", "sa") == ["sarif"]
    assert completed("completion", "z") == ["zsh"]
    assert completed("check", "req", cwd=tmp_path) == ["requests.jsonl"]
