"""Tries mutants: each in a process of its own, in a copy of the tree, by some of its tests."""

import compileall
import importlib
import importlib.util
import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType

import pytest

_ARGUMENTS = ("-n0", "-x", "-q", "--no-header", "--tb=line", "-p", "no:cacheprovider")
_ARGUMENTS += ("-p", "no:unraisableexception", "-p", "no:threadexception")
_ARGUMENTS += ("-W", "ignore::pytest.PytestAssertRewriteWarning")
_TELLING = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED}
_TELLING |= {pytest.ExitCode.USAGE_ERROR}  # so ends what breaks conftest.py
_NEVER_IMPORTED = 77
_TIMES, _GRACE_SECONDS = 4, 5
"""How much longer than the unchanged module a mutant may take before it counts as killed."""


class Trial:
    """One module of a copied tree, and the tests that judge it. The tree itself is never changed.

    Attributes:
        seconds: how long the tests take on the module as it is.
    """

    def __init__(self, folder: Path, module: str, tests: Sequence[str]) -> None:
        """Run the tests on the module as it is. Raises RuntimeError where they fail.

        Args:
            folder: the copy, as `copied` made it.
            module: of the copy, as in `preflight/limits.py`.
            tests: files, by their paths in the copy.
        """
        self._folder, self._path = folder.resolve(), folder.resolve() / module
        self._name = module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self._tests = tests
        self._text = self._path.read_text()
        self._found = folder / "imported.json"
        began = time.monotonic()
        code = self._run(limit=600, first=True)
        self.seconds = time.monotonic() - began
        if code != pytest.ExitCode.OK:
            raise RuntimeError(f"{module} as it is, {code}: {self._said()}")
        # The rest of the imports is the same for each mutant.
        for name in json.loads(self._found.read_text()):
            importlib.import_module(name)

    def kills(self, text: str) -> bool:
        """Whether a test fails, or no test ends in time, with this text in the module's place."""
        self._path.write_text(text)
        try:
            code = self._run(limit=int(self.seconds * _TIMES + _GRACE_SECONDS))
        finally:
            self._path.write_text(self._text)
        if code == _NEVER_IMPORTED or (code >= 0 and code not in _TELLING):
            raise RuntimeError(f"{self._name}: exit code {code}: {self._said()}")
        return code != pytest.ExitCode.OK

    def _said(self) -> str:
        return (self._folder / "said.txt").read_text()[-2000:]

    def _run(self, *, limit: int, first: bool = False) -> int:
        cached = Path(importlib.util.cache_from_source(str(self._path)))
        cached.unlink(missing_ok=True)  # two texts of one length and second look the same to it
        child = os.fork()
        if child == 0:
            self._end_with(limit, first=first)
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)

    def _end_with(self, limit: int, *, first: bool) -> None:
        """In the child: run the tests, and end with their exit code whatever happens."""
        code = 70
        try:
            os.setpgrp()
            said = os.open(self._folder / "said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(said, 1)
            os.dup2(said, 2)
            signal.alarm(limit)
            os.chdir(self._folder)
            os.environ["PYTHONPATH"] = str(self._folder)
            sys.path[:0] = [str(self._folder), str(self._folder / "tests")]
            sys.dont_write_bytecode = not first
            code = _judged(self._tests, self._folder / "made")
            code = code if self._is_ours(sys.modules.get(self._name)) else _NEVER_IMPORTED
            if first:
                self._found.write_text(json.dumps(sorted(_outside(sys.modules.values()))))
        except BaseException:  # noqa: BLE001 - this process ends here, and says why in its file
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

    def _is_ours(self, module: ModuleType | None) -> bool:
        """Whether it is the copy's that was imported; what fails on import is in no list."""
        return module is None or module.__file__ == str(self._path)


def _judged(tests: Sequence[str], place: Path) -> int:
    """File by file: most mutants are killed by the first, and the others are not read for them."""
    code = int(pytest.ExitCode.NO_TESTS_COLLECTED)
    for test in tests:
        code = int(pytest.main([*_ARGUMENTS, f"--basetemp={place}", test]))
        if code != pytest.ExitCode.OK:
            break
    return code


def _outside(modules: Iterable[ModuleType | None]) -> set[str]:
    """Those of the installed packages, by name: no mutant changes what they import."""
    return {
        one.__name__
        for one in modules
        if "site-packages" in (getattr(one, "__file__", None) or "") and one.__spec__
    }


def copied(root: Path, files: Iterable[str], folder: Path) -> None:
    """Copy the files, compiled, so that each mutant compiles no more than its own."""
    for name in files:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, target)
    for package in ("preflight", "infra"):
        compileall.compile_dir(folder / package, quiet=2)
