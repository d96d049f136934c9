"""Two workers on one run of a shared ledger; one of them is killed, or stopped, at some point.

`python racing.py PROVIDER FOLDER OPTIONS`, the options of `main` as a JSON object.
"""

import json
import os
import shutil
import signal
import sys
from pathlib import Path

from kill_marks import SLOW_SECONDS, Marks
from killing import Scene, ended, hurry
from many_batches import many_batches

from preflight.batch import leases

STOPS = ("after write", "after proof", "before GET")
"""Where a worker is stopped. Not with a create on its way, which nobody can call back: whoever
takes the shard over waits for `SETTLED_SECONDS` then, and here they are few."""


class Stops(Marks):
    """The process is stopped at the point, and goes on when it is told to."""

    def mark(self, where):
        self.seen.append(where)
        if len(self.seen) - 1 == self.at:
            os.kill(os.getpid(), signal.SIGSTOP)

    def everywhere(self):
        super().everywhere()
        self.around(leases.Leases, "prove", lambda _, __, shard: f"proof of {shard}")


def killed(scene, number, expected):
    """One worker is killed at a point, another goes on from the start; then the first again."""
    name = f"raced-{number}"
    one = scene.start(name, Marks(at=number), out="one")
    two = scene.start(name, out="two")
    ends = [ended(one), ended(two)]
    if ends[0] == -signal.SIGKILL:
        ends[0] = ended(scene.start(name, out="one"))
    return _wrong(scene, name, ends, expected)


def stopped(scene, number, expected):
    """One worker is stopped at a point until another has done its work."""
    name = f"stopped-{number}"
    one = scene.start(name, Stops(at=number), out="one")
    _, status = os.waitpid(one, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        return f"{name}: was not stopped, but ended {status}"
    two = ended(scene.start(name, out="two"))
    os.kill(one, signal.SIGCONT)
    return _wrong(scene, name, [ended(one), two], expected)


def _wrong(scene, name, ends, expected):
    """What is wrong with what came of both, or None. The results are with one of the two."""
    came = [scene.came(name, code, out) for code, out in zip(ends, ("one", "two"), strict=True)]
    whole = [each for each in came if each == expected]
    others = [each for each in came if (each.code, each.creates) == (0, len(expected.inputs))]
    if whole and len(others) == len(came):
        shutil.rmtree(scene.folder / name)
        return None
    logs = [f"{out}:\n{(scene.folder / name / f'{out}.log').read_text()}" for out in ("one", "two")]
    told = [f"{each.code}, {each.creates} created, {sorted(each.files)}" for each in came]
    return "\n".join([f"{name}: {'; '.join(told)}", *logs])


def main(provider, folder, *, ledger, how, step=1):
    """Race at every so many points; what there is to say about it."""
    hurry(SLOW_SECONDS)  # a worker on a busy machine may be slower than its lease is long here
    with many_batches(SLOW_SECONDS) as gateway:
        scene = Scene(Path(folder), provider, gateway, ledger)
        scene.prepare()
        points, expected = scene.undisturbed(Stops() if how == "stopped" else Marks())
        chosen = range(0, len(points), step)
        if how == "stopped":
            chosen = [number for number in chosen if points[number].startswith(STOPS)]
        race = {"killed": killed, "stopped": stopped}[how]
        wrong = [race(scene, number, expected) for number in chosen]
    return {"raced": len(chosen), "points": points, "wrong": [each for each in wrong if each]}


if __name__ == "__main__":
    json.dump(main(sys.argv[1], sys.argv[2], **json.loads(sys.argv[3])), sys.stdout)
