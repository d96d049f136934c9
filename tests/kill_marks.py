"""The points at which a run may be killed: around its calls, its writes and its leases."""

import os
import signal
from pathlib import Path
from threading import Timer

import httpx2

from preflight.batch import leases
from preflight.batch.ledger import Ledger

SLOW_SECONDS = 0.3
"""How long a slow gateway takes for a call: one whose caller is killed meanwhile is carried out."""


class Marks:
    """The points of a run, in order. At the one that is chosen, the process is gone."""

    def __init__(self, at=None):
        self.seen = []
        self.at = at

    def mark(self, where):
        self.seen.append(where)
        if len(self.seen) - 1 == self.at:
            _die()

    def posting(self):
        """Mark each call that changes anything, while the gateway has it and has not answered."""
        handle_request = httpx2.HTTPTransport.handle_request

        def marked(transport, request):
            if request.method == "POST":
                self.seen.append(f"amid {_call(request)}")
                if len(self.seen) - 1 == self.at:
                    Timer(SLOW_SECONDS / 2, _die).start()
            return handle_request(transport, request)

        httpx2.HTTPTransport.handle_request = marked

    def around(self, owner, name, words):
        """Mark before and after each call of a method."""
        method = getattr(owner, name)

        def marked(*arguments, **options):
            said = words(*arguments)
            self.mark(f"before {said}")
            answer = method(*arguments, **options)
            self.mark(f"after {said}")
            return answer

        setattr(owner, name, marked)

    def everywhere(self):
        """Every network call, every write of the ledger, every file that takes its name."""
        self.around(
            httpx2.HTTPTransport,
            "handle_request",
            lambda _, request: _call(request),
        )
        self.around(
            Ledger,
            "append",
            lambda _, shard, attempt, step, kind, __: f"write {shard}-{attempt} {step} {kind}",
        )
        self.around(Ledger, "claim_plan", lambda *_: "write plan")
        self.around(Ledger, "write_plan", lambda *_: "write plan anew")
        self.around(leases.Leases, "take", lambda _, shard: f"lease {shard}")
        self.around(leases.Leases, "give_up", lambda _, shard: f"giving up lease {shard}")
        self.around(Path, "replace", lambda path, _: f"name {path.name}")


def _call(request):
    return f"{request.method} {'/'.join(request.url.path.split('/')[3:])}"


def _die():
    os.kill(os.getpid(), signal.SIGKILL)
