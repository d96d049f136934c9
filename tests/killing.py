"""Runs that are killed at one point each, and started again.

`python killing.py PROVIDER FOLDER OPTIONS`, the options of `main` as a JSON object.

A process of its own, without threads, that has imported everything: each run is a fork of it, so
that hundreds of them take seconds. It prints one JSON object: the points, and what went wrong.
"""

import gc
import http.client
import json
import os
import shutil
import signal
import ssl
import sys
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

from gateway_double import KEY
from kill_marks import SLOW_SECONDS, Marks
from many_batches import many_batches
from request_files import PROMISED, good_lines, write

from preflight import cli
from preflight.batch import leases, rehearsal, remote, send

SHARDS = {"openai": 3}
"""Two elsewhere."""
REQUESTS = {"bedrock": 100}
"""Of a shard: Bedrock takes no batch of fewer. Five elsewhere."""
LEASE_SECONDS = 1.0


@dataclass(frozen=True)
class Came:
    """What came of a run: what must be the same, wherever it was killed."""

    code: int
    inputs: list
    creates: int
    files: dict


def hurry(settled):
    """Little waiting, as the gateway here answers soon; and no certificates, as it has none."""
    os.environ["SSL_CERT_DIR"] = str(Path(__file__).parent / "data")
    ssl.create_default_context(capath=os.environ["SSL_CERT_DIR"])
    send.UPLOADS_AFTER = (0.0,)
    send.LOOKS_AFTER = (settled / 8,)
    send.SETTLED_SECONDS = settled
    remote.LOOK_RETRIES = 0
    rehearsal.LARGE_REQUESTS = 1
    leases.SECONDS = LEASE_SECONDS


@dataclass(frozen=True)
class Scene:
    """One provider: its runs are alike but for the world they go to."""

    folder: Path
    provider: str
    gateway: str
    ledger: str | None = None
    amid: bool = False

    def prepare(self):
        """The files that all runs share."""
        write(self.folder / "requests.jsonl", good_lines(self.requests, self.provider))
        limit = f"[{self.provider}]\nmax_requests = {REQUESTS.get(self.provider, 5)}\n"
        (self.folder / "tables.toml").write_text(limit)

    @property
    def requests(self):
        return REQUESTS.get(self.provider, 5) * SHARDS.get(self.provider, 2)

    def start(self, name, marks=None, out="run"):
        """Start the command in a world, with what it says in a file; the process's id."""
        at = self.folder / name
        at.mkdir(exist_ok=True)
        base_url = f"{self.gateway}/{self.provider}/{name}"
        target = asdict(PROMISED[self.provider])
        if "model_arns" in target:
            target["model_arns"] = ["arn:aws:bedrock:us-west-2::foundation-model/haiku"]
        targets = {self.provider: [target]}
        promises = {"version": 2, "gateway": {"base_url": base_url}, **targets}
        (at / "promises.json").write_text(json.dumps(promises))
        pid = os.fork()
        if pid == 0:
            self._run(at, out, marks)
        return pid

    def _run(self, at, out, marks):
        code = 99
        gc.disable()
        try:
            if marks is not None:
                (marks.posting if self.amid else marks.everywhere)()
            code = self._command(at, out)
            if marks is not None:
                (at / "points.json").write_text(json.dumps(marks.seen))
                (at / "modules.json").write_text(json.dumps(sorted(sys.modules)))
        finally:
            os._exit(code)

    def _command(self, at, out):
        os.environ |= {
            "TFY_API_KEY": KEY,
            "PREFLIGHT_PROMISES": str(at / "promises.json"),
            "PREFLIGHT_TABLES": str(self.folder / "tables.toml"),
            "PREFLIGHT_POLL_SECONDS": "0.02" if self.ledger else "0.001",
        }
        told = os.open(at / f"{out}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(told, 1)
        os.dup2(told, 2)
        shared = ("--ledger", self.ledger) if self.ledger else ()
        requests = str(self.folder / "requests.jsonl")
        return cli.main(["run", requests, "--out", str(at / out), "--offline", "--force", *shared])

    def came(self, name, code, out="run"):
        """What there is at the provider and in the folder."""
        told = self.told(name)
        merged = sorted((self.folder / name / out).glob("*.jsonl"))
        files = {path.name: path.read_text() for path in merged}
        return Came(code, sorted(told["inputs"]), told["done"].get("POST batches", 0), files)

    def told(self, name):
        """What the gateway knows of a world."""
        connection = http.client.HTTPConnection(urlsplit(self.gateway).netloc)
        connection.request("GET", f"/{self.provider}/{name}/told")
        told = json.loads(connection.getresponse().read())
        connection.close()
        return told

    def undisturbed(self, marks):
        """The points of a run that nobody kills, and what came of it."""
        code = ended(self.start("undisturbed", marks))
        there = self.folder / "undisturbed"
        for module in json.loads((there / "modules.json").read_text()):
            # From here on, no run spends its time on that.
            if module != "__main__" and not module.startswith("_"):
                import_module(module)
        gc.freeze()
        return json.loads((there / "points.json").read_text()), self.came("undisturbed", code)

    def killed(self, number, point, expected):
        """Kill a run at a point and start it again; what is wrong with what came of it, or None."""
        name = f"killed-{number}" + ("-slow" if self.amid else "")
        code = ended(self.start(name, Marks(at=number)))
        if code != -signal.SIGKILL:
            return f"{number} {point}: was not killed, but ended {code}"
        came = self.came(name, ended(self.start(name)))
        if came != expected:
            said = (self.folder / name / "run.log").read_text()
            return f"{number} {point}: {_difference(came, expected)}\n{said}"
        shutil.rmtree(self.folder / name)
        return None


def ended(pid):
    """Wait for a process; its exit code, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _difference(came, expected):
    return ", ".join(
        f"{name} differs"
        if name in ("inputs", "files")
        else f"{name} is {getattr(came, name)} instead of {getattr(expected, name)}"
        for name in Came.__dataclass_fields__
        if getattr(came, name) != getattr(expected, name)
    )


def main(provider, folder, *, ledger=None, step=1, amid=False):
    """Kill a run at every point, or at every so many; what there is to say about it."""
    hurry(2 * SLOW_SECONDS if amid else 0.0)
    with many_batches(SLOW_SECONDS) as gateway:
        scene = Scene(Path(folder), provider, gateway, ledger, amid)
        scene.prepare()
        points, expected = scene.undisturbed(Marks())
        chosen = range(0, len(points), step)
        wrong = [scene.killed(number, points[number], expected) for number in chosen]
    return {
        "points": points,
        "killed": len(chosen),
        "wrong": [each for each in wrong if each],
        "undisturbed": asdict(expected),
    }


if __name__ == "__main__":
    json.dump(main(sys.argv[1], sys.argv[2], **json.loads(sys.argv[3])), sys.stdout)
