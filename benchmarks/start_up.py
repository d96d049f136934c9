"""How long a command takes to start, beside command lines of its kind.

    python benchmarks/start_up.py [--rounds 15] [--folder FOLDER]

The project, pip-audit and awscli are installed from the package index into a virtual environment
of their own (below FOLDER, else a temporary one). All commands take turns on one processor: first
with no byte code beside any of their modules and none written, as in a container that forbids it,
then with all byte code there. (Python's own modules have theirs in both.) Printed are the median
seconds by the clock and of the processor, and how many times each of ours goes into the two peers'
`--version`, by the processor: what else runs on the machine counts less there.

The script fails (exit code 1) where the quicker peer is not as many times slower as `TIMES` says.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from race import Taken, race

ROOT = Path(__file__).parents[1]
PEERS = ("pip-audit", "awscli")
TIMES = {
    "preflight --version": 7,
    "preflight --help": 5,
    "preflight completion bash": 5,
    "preflight list": 5,
    "preflight explain B08": 5,
    "preflight check, offline": 3,
}
"""Command -> how many times longer the quicker peer must take."""

AGAINST = ("pip-audit --version", "aws --version")
LINES = 1_000


def main() -> int:
    """Install, measure, print two tables; the exit code."""
    parser = argparse.ArgumentParser(description="Time how commands start.")
    parser.add_argument("--rounds", type=int, default=15, help="of each (default: 15)")
    parser.add_argument("--folder", type=Path, help="that keeps what was installed")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.folder or Path(scratch)
        bin_folder = installed(folder)
        commands = commands_of(bin_folder, folder)
        bare = {"PYTHONDONTWRITEBYTECODE": "1"}
        core = {max(os.sched_getaffinity(0))}
        slow = shown("No byte code, none written", race(commands, asked.rounds, core, env=bare))
        packages = next(bin_folder.parent.glob("lib/python*/site-packages"))
        subprocess.run(  # noqa: S603 - this interpreter
            [bin_folder / "python", "-m", "compileall", "-q", packages],
            stdout=subprocess.DEVNULL,
            check=False,  # some packages hold templates that are no Python
        )
        slow += shown("With byte code", race(commands, asked.rounds, core))
    for sentence in slow:
        print(sentence, file=sys.stderr)
    return int(bool(slow))


def installed(folder: Path) -> Path:
    """The scripts of a fresh environment that holds ours and the peers, without byte code."""
    environment = folder / "environment"
    subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, "-m", "venv", "--clear", environment], check=True
    )
    python = environment / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check"]
    # Of our own dependencies only those that these commands import: the peers have theirs.
    for words in (["msgspec", "rich", *PEERS], ["--no-deps", ROOT]):
        subprocess.run([*pip, *words], check=True)  # noqa: S603
    for cached in environment.rglob("__pycache__/*.pyc"):
        cached.unlink()
    return python.parent


def commands_of(bin_folder: Path, folder: Path) -> dict[str, Sequence[str]]:
    """Name -> the command, all in one environment."""
    file, promises = folder / "requests.jsonl", folder / "promises.json"
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Why? " * 100}]}
    with file.open("w") as out:
        for number in range(LINES):
            line = {"custom_id": f"r-{number}", "method": "POST", "url": "/v1/chat/completions"}
            out.write(json.dumps({**line, "body": body}) + "\n")
    target = {"provider_name": "openai-main", "model": "gpt-4o-mini"}
    gateway = {"base_url": "https://gateway.example"}
    promises.write_text(json.dumps({"version": 2, "gateway": gateway, "openai": [target]}))
    ours = str(bin_folder / "preflight")
    check = [ours, "check", str(file), "--offline", "--promises", str(promises)]
    return {
        "python -c pass": [str(bin_folder / "python"), "-c", "pass"],
        "preflight --version": [ours, "--version"],
        "preflight --help": [ours, "--help"],
        "preflight completion bash": [ours, "completion", "bash"],
        "preflight list": [ours, "list"],
        "preflight explain B08": [ours, "explain", "B08"],
        "preflight check, offline": check,
        "pip-audit --version": [str(bin_folder / "pip-audit"), "--version"],
        "pip-audit --help": [str(bin_folder / "pip-audit"), "--help"],
        "aws --version": [str(bin_folder / "aws"), "--version"],
    }


def shown(title: str, taken: Mapping[str, Taken]) -> list[str]:
    """Print one table; a sentence for each command that is not quick enough."""
    print(f"\n{title}:\n")
    print("| command | clock, ms | processor, ms | pip-audit, times | aws, times | wanted |")
    print("|---|---|---|---|---|---|")
    slow: list[str] = []
    for name, times in taken.items():
        clock, cpu = times.median("wall") * 1e3, times.median("cpu") * 1e3
        cells = ["", "", ""]
        if name in TIMES:
            ratios = [taken[peer].median("cpu") * 1e3 / cpu for peer in AGAINST]
            cells = [*(f"{ratio:.1f}" for ratio in ratios), f"{TIMES[name]}"]
            if min(ratios) < TIMES[name]:
                slow.append(f"{name}: {min(ratios):.1f} times, and not {TIMES[name]} ({title})")
        print(f"| `{name}` | {clock:.0f} | {cpu:.0f} | {' | '.join(cells)} |")
    return slow


if __name__ == "__main__":
    sys.exit(main())
