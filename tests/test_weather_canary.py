"""The canary's own file is deleted in any weather, or is said to stay; the proof stands."""

import json

import pytest
from cli_world import world, write_promises
from flask import jsonify
from gateway_double import Double, lines, result
from weather import Sky
from weather_kinds import BEFORE, HARMLESS, KINDS

CHECK = ("check", "requests.jsonl", "--canary", "--yes", "--format", "json")
DONE = {"status": "completed", "output_file_id": "out"}


class Gateway(Double):
    """A double that gives back what was uploaded, and deletes it."""

    def _content(self, file_id):
        if file_id.startswith("file-"):
            self.content[file_id] = self.uploads[int(file_id[5:])][1]
        return super()._content(file_id)

    def app(self):
        app = super().app()

        @app.delete("/files/<path:file_id>")
        def delete(file_id):
            self.done["delete"] += 1
            return jsonify({"id": file_id, "deleted": True})

        return app


@pytest.fixture
def double():
    return Gateway(states=[DONE], content={"out": lines(result("canary-r0"))})


@pytest.fixture
def sky(tmp_path, monkeypatch, double):
    monkeypatch.setattr("preflight.batch.canary_readback.LOOKS_AFTER", (0.0, 0.0))
    monkeypatch.setattr("preflight.batch.remote.SECONDS", 0.3)
    with world(tmp_path, monkeypatch, double) as gateway, Sky(gateway) as proxy:
        write_promises(tmp_path / "promises.json", proxy.url)
        yield proxy


def proved(report):
    steps = {check["id"]: check["outcome"] for check in report["checks"]}
    return steps["gateway-upload"], steps["gateway-create"], steps["gateway-results"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_proof_stands_when_the_deletion_of_its_file(preflight, sky, double, kind):
    sky.bring(KINDS[kind], "deletion")
    _, out, err = preflight(*CHECK)
    assert sky.struck == ["deletion"]
    assert proved(json.loads(out)) == ("passed",) * 3
    assert (double.done["create"], double.done["delete"]) == (1, kind not in BEFORE)
    said = "the canary's file was deleted" in err
    stays = "the canary's file file-0 stays: " in err
    assert said != stays
    assert said or kind not in HARMLESS
    assert stays or kind not in BEFORE
