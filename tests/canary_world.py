"""A canary sent to a double of the gateway, and what came of it."""

import json

import pytest
from cli_world import world
from flask import jsonify
from gateway_double import Double, lines, refusal, result

STEPS = ("gateway-upload", "gateway-create", "gateway-results")
DONE = {"status": "completed", "output_file_id": "out"}
CHECK = ("check", "requests.jsonl", "--canary", "--yes")
PASSED = dict.fromkeys(STEPS, "passed")


class Gateway(Double):
    """A double that gives back what was uploaded, and deletes it."""

    deleted: list
    closed: set

    def _content(self, file_id):
        if file_id in self.closed:
            return refusal(403, "not for this key")
        if file_id.startswith("file-") and file_id not in self.content:
            self.content[file_id] = self.uploads[int(file_id[5:])][1]
        return super()._content(file_id)

    def app(self):
        self.deleted, self.closed = [], set()
        app = super().app()

        @app.delete("/files/<path:file_id>")
        def delete(file_id):
            self.deleted.append(file_id)
            return jsonify({"id": file_id, "deleted": True})

        return app


@pytest.fixture
def double():
    return Gateway(states=[DONE], content={"out": lines(result("canary-r0"))})


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, double):
    monkeypatch.setattr("preflight.batch.canary_readback.LOOKS_AFTER", (0.0, 0.0))
    with world(tmp_path, monkeypatch, double):
        yield tmp_path


@pytest.fixture
def canary(preflight):
    """Run it: the exit code, the canary's checks, the whole report, and standard error."""

    def run(*more, command=CHECK):
        code, out, err = preflight(*command, *more, "--format", "json")
        report = json.loads(out)
        return code, {c["id"]: c for c in report["checks"] if c["id"] in STEPS}, report, err

    return run


def outcomes(steps):
    return {name: step["outcome"] for name, step in steps.items()}
