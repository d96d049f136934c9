"""The action's installation: what it asks pip for, and what it says where it cannot be done."""

import os
import shutil
import subprocess

import pytest
from ci_world import ROOT

SCRIPT = ROOT / "ci" / "install.sh"
PYTHON = """#!/bin/sh
case "$*" in
  *version_info*) exit {code};;
  "-m venv -- "*) mkdir -p "$4/bin"; cp "$0" "$4/bin/python";;
  *) printf '%s\\n' "$PWD" "$@" > "$ASKED";;
esac
"""


@pytest.fixture
def install(tmp_path):
    """Run it with nothing but what it needs on the PATH."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "sed", "mkdir", "cp", "sh"):
        (tools / name).symlink_to(shutil.which(name))

    def run(python, environment):
        if python is not None:
            (tools / "python3").write_text(python)
            (tools / "python3").chmod(0o755)
        done = subprocess.run(
            [SCRIPT, ROOT, environment],
            cwd=tmp_path,
            env={"PATH": str(tools), "ASKED": str(tmp_path / "asked"), "HOME": os.devnull},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stderr

    return run


def test_the_checkout_is_installed_with_the_pinned_versions(install, tmp_path):
    environment = tmp_path / "a runner's temp" / "-e"
    assert install(PYTHON.format(code=0), environment) == (0, "")
    folder, *words = (tmp_path / "asked").read_text().splitlines()
    assert folder == str(environment)
    pinned = environment / "pinned.txt"
    assert words[:4] == ["-P", "-m", "pip", "install"]
    assert words[-3:] == ["--constraint", str(pinned), str(ROOT)]
    lines = pinned.read_text().splitlines()
    assert len(lines) > 50
    assert all("==" in line and "--hash" not in line and "\\" not in line for line in lines)


@pytest.mark.parametrize(
    ("python", "words"),
    [
        (None, "there is no python3 on the PATH"),
        (PYTHON.format(code=1), "is older than Python 3.11"),
    ],
)
def test_a_runner_without_a_python_that_will_do_is_told_what_to_change(
    install, tmp_path, python, words
):
    code, said = install(python, tmp_path / "environment")
    assert (code, words in said, said.count("\n")) == (2, True, 1)
    assert not (tmp_path / "environment").exists()
