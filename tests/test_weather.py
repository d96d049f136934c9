"""Whatever the weather between client and gateway: one job, every request, the same bytes.

Each test is one call in one kind of weather. The command is repeated as its user would repeat it,
at most twice; then there is exactly one job at the gateway, and the results are byte for byte
those of fair weather.
"""

import pytest
from cli_world import IDS, one_sentence, world, write_promises
from gateway_double import Double, lines, result
from weather import Sky
from weather_kinds import AFTER, BEFORE, HARMLESS, KINDS

COUNTS = {"total": len(IDS), "completed": len(IDS), "failed": 0}
GOING = {"status": "in_progress"}
DONE = {"status": "completed", "output_file_id": "out", "request_counts": COUNTS}
RESULTS = lines(*(result(custom_id) for custom_id in reversed(IDS)))
SECONDS = 0.3
"""The client's patience with one call."""

SEND = ("requests.jsonl", "--out", "run")
RUN = ("run", *SEND, "--offline", "--force")


class Gateway(Double):
    """A double whose batch, once cancelled, ends with what it has done: everything."""

    def _cancel(self):
        self.states = [DONE | {"status": "cancelled"}]
        return super()._cancel()


@pytest.fixture
def double():
    return Gateway(states=[GOING, GOING, DONE], content={"out": RESULTS})


@pytest.fixture
def sky(tmp_path, monkeypatch, double):
    monkeypatch.setattr("preflight.batch.remote.SECONDS", SECONDS)
    monkeypatch.setattr("preflight.batch.remote.FILE_SECONDS", SECONDS)
    with world(tmp_path, monkeypatch, double) as gateway, Sky(gateway) as proxy:
        write_promises(tmp_path / "promises.json", proxy.url)
        yield proxy


def written(folder):
    """What a run leaves its user: every file of rows beside the ledger."""
    return {path.name: path.read_bytes() for path in folder.glob("*.jsonl")}


@pytest.fixture(scope="module")
def fair(tmp_path_factory):
    """What a run writes on a fair day."""
    from preflight.cli import main  # noqa: PLC0415 - after the module's own fixtures

    folder = tmp_path_factory.mktemp("fair")
    day = Gateway(states=[DONE], content={"out": RESULTS})
    with pytest.MonkeyPatch.context() as patch, world(folder, patch, day):
        assert main(list(RUN)) == 0
    files = written(folder / "run")
    assert files["results.jsonl"].count(b"\n") == len(IDS)
    return files


def carried_out(preflight, *command):
    """The command, repeated until it succeeds, at most twice; what it said last."""
    for _ in range(3):
        code, out, err = preflight(*command)
        if code == 0:
            return out, err
        # A report and a summary are on standard output; anything else is one sentence.
        assert out or one_sentence(err.splitlines()[-1] + "\n"), err
    raise AssertionError(f"{command[0]} ended {code} three times: {err}")


def concluded(preflight, sky, double, fair):
    """The one conclusion that every weather leads to."""
    out, err = carried_out(preflight, *RUN)
    assert {spell.call for spell in sky.spells} <= set(sky.struck), "the weather met nobody"
    assert double.done["create"] == 1, err
    assert "3 results, 0 errors, 0 missing of 3 requests" in out
    assert written(sky.folder) == fair


@pytest.fixture
def conclusion(preflight, sky, double, fair, tmp_path):
    sky.folder = tmp_path / "run"
    return lambda: concluded(preflight, sky, double, fair)


def each(*tables, but=()):
    kinds = [kind for table in tables for kind in table if kind not in but]
    return pytest.mark.parametrize("kind", kinds)


@each(KINDS)
def test_one_job_when_the_upload(sky, conclusion, kind):
    sky.bring(KINDS[kind], "upload")
    conclusion()


@each(KINDS)
def test_one_job_when_the_create(sky, conclusion, kind):
    sky.bring(KINDS[kind], "create")
    conclusion()


@each(KINDS)
def test_one_job_when_the_download(sky, conclusion, kind):
    sky.bring(KINDS[kind], "download")
    conclusion()


SHAPES = {kind: AFTER[kind] for kind in AFTER if "its answer" in kind}


@each(BEFORE, SHAPES, HARMLESS)
def test_one_job_when_the_second_look(sky, conclusion, kind):
    sky.bring(KINDS[kind], "look", nth=2)
    conclusion()


LOST = AFTER["is reset after it was carried out"]


@each(BEFORE, HARMLESS)
def test_one_job_when_a_create_is_lost_and_the_list_of_batches(sky, conclusion, kind):
    sky.bring(LOST, "create")
    sky.bring(KINDS[kind], "list of batches", since="create")
    conclusion()


@each(BEFORE, HARMLESS)
def test_one_job_when_an_upload_is_lost_and_the_list_of_files(sky, conclusion, kind):
    sky.bring(LOST, "upload")
    sky.bring(KINDS[kind], "list of files", since="upload")
    conclusion()


@each(AFTER)
def test_what_is_done_is_kept_when_the_cancellation(sky, conclusion, preflight, double, kind):
    double.states = [GOING]
    carried_out(preflight, "submit", *RUN[1:])
    sky.bring(KINDS[kind], "cancellation")
    carried_out(preflight, "cancel", "run")
    conclusion()


# A check's look has a patience of its own, of seconds: see test_cli_gateway.py.
@each(BEFORE, HARMLESS, but=["stalls on its way"])
def test_one_job_when_the_check_before_it_asks_and_its_look(preflight, sky, conclusion, kind):
    sky.bring(KINDS[kind], "list of batches")
    carried_out(preflight, "run", *SEND)
    conclusion()


def test_one_job_when_call_after_call_is_lost(sky, conclusion):
    sky.bring(LOST, "create")
    sky.bring(LOST, "list of batches", since="create")
    sky.bring(LOST, "look", times=3)
    sky.bring(LOST, "download")
    conclusion()


def test_one_job_when_everything_is_slow(sky, conclusion):
    for call in ("upload", "create", "look", "download"):
        sky.bring(HARMLESS["is answered drop by drop"], call)
    conclusion()


@pytest.mark.parametrize("status", [429, 503])
def test_a_gateway_that_names_a_time_is_left_alone_until_then(sky, conclusion, monkeypatch, status):
    monkeypatch.setattr("preflight.batch.remote.LOOK_RETRIES", 2)
    sky.bring(BEFORE[f"is answered {status} and not handed on"], "look")
    conclusion()
    asked, again, *_ = (at for name, at in zip(sky.seen, sky.times, strict=True) if name == "look")
    assert again - asked >= 1.0  # the Retry-After of that weather
