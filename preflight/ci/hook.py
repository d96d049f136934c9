"""The pre-commit hook: each changed request file, judged alone.

Options come first, as `--name=value`; all that follows is a file, and so is whatever is named like
a request file, whatever its name begins with.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence

from preflight.ci.settings import set_once
from preflight.contract import PROVIDERS

_OPTIONS = ("promises", "region", "model", "tables", "waivers")


def main(arguments: Sequence[str]) -> int:
    """Check the files; 0 where all are ready, else the worst exit code, 1 before 2 before 3."""
    words = list(arguments)
    count = next((n for n, word in enumerate(words) if not _is_option(word)), len(words))
    parser = argparse.ArgumentParser(prog="preflight-requests", allow_abbrev=False)
    parser.add_argument("--provider", action="append", choices=PROVIDERS)
    for name in _OPTIONS:
        parser.add_argument(f"--{name}")
    asked = parser.parse_args(words[:count])
    if asked.promises is None and not set_once():
        asked.promises = "promises.json"
    options = [f"--provider={name}" for name in asked.provider or ()]
    options += [f"--{name}={value}" for name in _OPTIONS if (value := getattr(asked, name))]
    files = [word for word in words[count:] if word != "--"]
    codes = {_check(name, options) for name in files} - {0}
    return min(codes, default=0)


def _is_option(word: str) -> bool:
    if word.endswith(".jsonl"):
        return False
    return any(word.startswith(f"--{name}=") for name in ("provider", *_OPTIONS))


def _check(name: str, options: Sequence[str]) -> int:
    """What is ready says nothing: pre-commit shows what a hook prints only where it fails."""
    there = name if name.startswith("/") else f"./{name}"
    check = [sys.executable, "-P", "-m", "preflight", "check", there, "--offline", *options]
    return subprocess.run(check, stdin=subprocess.DEVNULL, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
