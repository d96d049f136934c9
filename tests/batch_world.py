"""A gateway that is a few dictionaries and can die at any step, and a run to send through it."""

import hashlib
import json
from dataclasses import dataclass, field

from preflight.batch import plan as plans
from preflight.batch.answers import Batch
from preflight.batch.refusals import Declined, Lost
from preflight.batch.send import create, upload
from preflight.batch.shipment import shipment
from preflight.contract import Gateway, OpenAI, Promises

PROMISES = Promises(Gateway("http://127.0.0.1:1"), (OpenAI("openai-main", "gpt-4o-mini"),))
REQUESTS = b"".join(b'{"custom_id":"r%d"}\n' % number for number in range(3))


@dataclass
class FakeGateway:
    """Counts what it carried out; `lose` and `decline` name the next call that goes wrong."""

    files: dict = field(default_factory=dict)
    batches: dict = field(default_factory=dict)
    content: dict = field(default_factory=dict)
    looks: list = field(default_factory=list)
    lose: set = field(default_factory=set)
    decline: set = field(default_factory=set)

    def _do(self, step, carry_out):
        if step in self.decline:
            self.decline.discard(step)
            raise Declined("gateway", f"{step}: HTTP 403: no", "repair it", 403)
        done = carry_out()
        if step in self.lose:
            self.lose.discard(step)
            raise Lost("gateway", f"{step}: no answer", "wait")
        return done

    def upload(self, path, name):
        def carry_out():
            identifier = f"file-{len(self.files)}"
            self.files[identifier] = (name, path.stat().st_size)
            return identifier

        return self._do("upload", carry_out)

    def find_upload(self, name, size):
        return next((i for i, known in self.files.items() if known == (name, size)), None)

    def create(self, file_id, name):
        def carry_out():
            batch = Batch(f"batch-{len(self.batches)}", "validating")
            self.batches[name] = batch
            return batch

        return self._do("create", carry_out)

    def find_batch(self, name, file_id, **_):
        return self.batches.get(name)

    def look(self, batch_id):
        answer = self.looks.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def download(self, file_id, to, progress):
        if file_id not in self.content:
            return False
        to.write_bytes(self.content[file_id])
        return True


def planned(source, promises=PROMISES):
    sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    size = source.stat().st_size
    (promised,) = promises.openai
    return plans.make(promises, "openai", promised, source, sha256=sha256, count=3, size=size)


def quiet(_):
    pass


def send(ledger, plan, gateway, say=quiet):
    return send_with(ledger.journal(1), shipment(plan), gateway, say, sleep=quiet)


def send_with(journal, parcel, gateway, say, sleep):
    """Both halves, as a run goes through them."""
    if (created := journal.known_id("create")) is not None:
        return created
    file_id = upload(journal, parcel, gateway, say, sleep)
    return create(journal, parcel, gateway, say, file_id=file_id, sleep=sleep)


def openai_row(custom_id, code=200):
    body = {"choices": [{"index": 0, "message": {"content": "Hello."}}]} if code == 200 else {}
    return {"custom_id": custom_id, "response": {"status_code": code, "body": body}, "error": None}


def lines(*rows):
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def ids(path):
    return [json.loads(line)["custom_id"] for line in path.read_bytes().splitlines()]
