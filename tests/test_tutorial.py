"""docs/tutorial.md, walked word for word in one shell; what it shows is what is seen."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("ministack", reason="the sandbox extra is not installed")

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "tutorial.md").read_text()
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SAVED = re.compile(r"Save this as `([\w.]+)`:\s*$")
END = "\x1e"
LOOSE = {
    r"\.\.\.": ".*",
    r"(?<![\d.])\d+\.\d s\b": r"\d+\.\d s",
    r"\d+ (?=(?:checks )?passed)": r"\d+ ",
    r"\d+ calls, at most \d+": r"\d+ calls?, at most \d+",
    r"\b(?:batch_|file-)[0-9a-f]+": r"(?:batch_|file-)\w+",
}
"""What differs each time, as the page has it, and what it may be."""

EITHER = re.compile("|".join(f"({seen})" for seen in LOOSE))


def steps():
    """Each command with the lines it shows, and each file to save, in the page's order."""
    for found in BLOCK.finditer(PAGE):
        kind, text = found.groups()
        if kind == "python":
            name = SAVED.search(PAGE[: found.start()])
            assert name, "a reader is not told what to do with the code"
            yield f"cat > {name[1]} <<'EOF'\n{text}EOF", []
            continue
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            yield command, shown.splitlines()


STEPS = list(steps())


def script():
    """After each command a mark and its exit code, which the next command still finds in `$?`."""
    mark = f"{{ code=$?; printf '\\n{END}%s\\n' $code; (exit $code); }} 2>&1"
    return "".join(f"{command}\n{mark}\n" for command, _ in STEPS)


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """What each step showed, and its exit code."""
    home, checkout = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("checkout")
    # What is installed stands in for the installation: `make` only says what it would do.
    (checkout / ".venv").symlink_to(sys.prefix)
    for name in ("Makefile", "requirements", "pyproject.toml"):
        (checkout / name).symlink_to(ROOT / name)
    (home / "bin").mkdir()
    (home / "bin" / "make").write_text('#!/bin/sh\nexec "$MAKE" --dry-run "$@" > /dev/null\n')
    (home / "bin" / "make").chmod(0o755)
    make = subprocess.run(["which", "make"], capture_output=True, text=True, check=True)
    environment = {
        "HOME": str(home),
        "PATH": f"{home}/bin:{os.environ['PATH']}",
        "MAKE": make.stdout.strip(),
        "LANG": "C.UTF-8",
    }
    try:
        done = subprocess.run(
            ["bash", "-c", script()],
            cwd=checkout,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=110,
            check=False,
        )
    finally:
        if (home / "first-batch").exists():
            down = [sys.executable, "-m", "preflight", "sandbox", "down"]
            subprocess.run(down, cwd=home / "first-batch", check=True, capture_output=True)
    pieces = re.split(rf"\n{END}(\d+)\n", done.stdout)
    return home, list(zip(pieces[::2], map(int, pieces[1::2]), strict=False))


def pattern(shown):
    """The lines of the page as an expression: `...` stands for any lines, or any rest of one."""
    return "".join(r"(?:.*\n)*?" if line == "..." else f"{_line(line)}\n" for line in shown)


def _line(line):
    made, end = "", 0
    for found in EITHER.finditer(line):
        may = [*LOOSE.values()][found.lastindex - 1]
        made, end = f"{made}{re.escape(line[end : found.start()])}{may}", found.end()
    return made + re.escape(line[end:])


@pytest.mark.parametrize("number", range(len(STEPS)), ids=lambda n: f"{n}-{STEPS[n][0][:40]}")
def test_each_step_shows_what_the_page_shows(walked, number):
    _, seen = walked
    assert len(seen) > number, seen[-1]
    command, shown = STEPS[number]
    said, code = seen[number]
    text = said if not said or said.endswith("\n") else f"{said}\n"
    assert re.fullmatch(pattern(shown), text), f"{command}\n{said}"
    after = STEPS[number + 1][0] if number + 1 < len(STEPS) else ""
    assert code == 0 or after == "echo $?", f"{command}\n{said}"


def test_the_whole_page_was_walked_and_nothing_is_left(walked):
    home, seen = walked
    assert len(seen) == len(STEPS)
    assert not (home / "first-batch").exists()


def test_the_page_goes_from_the_installation_to_results():
    commands = [shlex.split(command)[:2] for command, _ in STEPS if "<<" not in command]
    order = [["make", "setup"], ["mkdir", "-p"], *(["preflight", name] for name in ORDER)]
    found = [commands.index(command) for command in order]
    assert found == sorted(found)


ORDER = ("sandbox", "check", "plan", "run", "submit", "status", "fetch", "onboard")


@pytest.mark.parametrize(
    ("shown", "seen", "same"),
    [
        (["done in 0.8 s"], "done in 12.3 s\n", True),
        (["done in 0.8 s"], "done in a while\n", False),
        (["10 results"], "11 results\n", False),
        (["28 passed"], "31 passed\n", True),
        (["28 passed, 1 failed"], "28 passed, 2 failed\n", False),
        (["created batch batch_0a"], "created batch batch_77f\n", True),
        (["a", "...", "z"], "a\nb\nc\nz\n", True),
        (["a", "z"], "a\nb\nz\n", False),
        ([], "a warning\n", False),
        (["NOT READY  ..."], "NOT READY  18 passed\n", True),
    ],
)
def test_what_counts_as_the_same(shown, seen, same):
    assert bool(re.fullmatch(pattern(shown), seen)) is same
