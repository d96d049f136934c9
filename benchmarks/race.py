"""Run commands in turn, each a process of its own, and keep what each of them took."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Taken:
    """Seconds by the clock and of the processor, and bytes of memory at most, by round."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: list[int] = field(default_factory=list)

    def median(self, clock: str) -> float:
        """Of the rounds, by "wall" or "cpu"."""
        return statistics.median(self.wall if clock == "wall" else self.cpu)

    @property
    def memory(self) -> float:
        """MB at most, in the worst round."""
        return max(self.peak) / 1e6


def run(command: Sequence[str], cores: set[int], taken: Taken, env: Mapping[str, str]) -> None:
    """Run one command on these processors and add what it took. Exits where it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603
        ["taskset", "-c", ",".join(map(str, sorted(cores))), *command],  # noqa: S607
        # What jq prints is the whole file: to hold it here would count as the children's memory.
        stdout=subprocess.PIPE if "python" in command[0] else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=env,
    )
    said = process.stdout.read() if process.stdout is not None else b""
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"failed: {' '.join(command)}")
    cpu = used.ru_utime + used.ru_stime
    if said.startswith(b"inside"):
        wall, cpu = map(float, said.split()[1:3])
    taken.wall.append(wall)
    taken.cpu.append(cpu)
    taken.peak.append(used.ru_maxrss * 1024)  # Linux counts in KiB


def race(
    commands: Mapping[str, Sequence[str]],
    rounds: int,
    cores: set[int],
    *,
    once: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    before: Callable[[], None] | None = None,
) -> dict[str, Taken]:
    """Let them take turns; those of `once`, which take minutes, have one turn only.

    `before` is called before each of them.
    """
    taken = {name: Taken() for name in commands}
    for number in range(rounds):
        for name, command in commands.items():
            if number == 0 or name not in once:
                if before is not None:
                    before()
                run(command, cores, taken[name], {**os.environ, **(env or {})})
    return taken
