"""Makes small wrong changes to modules, one at a time, and says which of them no test notices.

Usage: python tests/mutation/run.py preflight/limits.py preflight/iam ...
"""

import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from mutation.mutants import Mutant, mutants, plain
from mutation.trial import Trial, copied

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent


def judges(module: str) -> list[str]:
    """The tests that judge a module: those of the longest beginning of its name.

    Those that are called like it come first: they kill most mutants, and soonest.
    """
    areas = tomllib.loads((HERE / "areas.toml").read_text())["tests"]
    fitting = [start for start in areas if module.startswith(start)]
    globs = areas[max(fitting, key=len)] if fitting else []
    files = list(dict.fromkeys(f"tests/{path.name}" for glob in globs for path in _tests(glob)))
    subject = Path(module).stem.rpartition("_")[2]
    return sorted(files, key=lambda name: subject not in name)


def _tests(glob: str) -> list[Path]:
    return sorted((ROOT / "tests").glob(glob))


def allowed(module: str, source: str) -> set[str]:
    """The texts of the mutants that are listed since they cannot matter."""
    text, rows = plain(source), tomllib.loads((HERE / "listed.toml").read_text())["mutant"]
    return {
        plain(text.replace(row["was"], row["becomes"])) for row in rows if row["module"] == module
    }


def survivors(folder: Path, module: str) -> Iterator[tuple[Mutant, bool]]:
    """Each mutant of the module in the copied tree, and whether a test kills it."""
    trial = Trial(folder, module, judges(module))
    for mutant in mutants((ROOT / module).read_text()):
        yield mutant, trial.kills(mutant.text)


def main(wanted: list[str]) -> int:
    """Try the modules named, or those in the folders named; 1 where a mutant survives unlisted."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    files = [name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]
    modules = [name for name in files if name.endswith(".py") and name.startswith(tuple(wanted))]
    unlisted = 0
    for module in modules:
        known = allowed(module, (ROOT / module).read_text())
        with tempfile.TemporaryDirectory() as folder:
            copied(ROOT, files, Path(folder))
            made = killed = listed = 0
            for mutant, is_killed in survivors(Path(folder), module):
                made, killed = made + 1, killed + is_killed
                if is_killed:
                    continue
                if plain(mutant.text) in known:
                    listed += 1
                    continue
                print(f"{module}:{mutant.line}: {mutant.was!r} -> {mutant.becomes!r}", flush=True)
        left = made - killed - listed
        print(f"{module}: {made} made, {killed} killed, {listed} listed, {left} left", flush=True)
        unlisted += left
    return int(unlisted > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
