"""What goes wrong in the library: a typed error that says where, what and how to repair it."""

import asyncio
import pickle

import pytest
from cli_world import write_requests
from library_world import KEY, promises, silent, timing, upstream

import preflight

__all__ = ["promises", "silent", "timing", "upstream"]

pytestmark = pytest.mark.usefixtures("silent")


def test_a_file_that_is_not_ready_is_not_sent_and_the_error_has_the_report(
    promises, upstream, tmp_path
):
    write_requests(tmp_path / "requests.jsonl", ("same", "same"))
    with pytest.raises(preflight.NotReady, match="NOT READY, nothing was sent: ") as caught:
        preflight.run("requests.jsonl", promises=promises, key=KEY)
    assert caught.value.exit_code == 1
    assert caught.value.report.failed_ids() == {caught.value.where}
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.report.verdict) == (str(caught.value), preflight.Verdict.NOT_READY)
    with pytest.raises(preflight.NotReady):
        preflight.submit("requests.jsonl", promises=promises, key=KEY)
    assert upstream.batches == []


def test_without_a_key_it_cannot_be_told(promises):
    with pytest.raises(preflight.NotReady, match="CANNOT TELL") as caught:
        preflight.run("requests.jsonl", promises=promises)
    assert caught.value.exit_code == 3
    report = preflight.check("requests.jsonl", promises=promises)
    assert report.verdict is preflight.Verdict.CANNOT_TELL


def test_who_fails_while_being_told_stops_this_process_and_not_the_run(promises, upstream):
    def fails(_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        preflight.run("requests.jsonl", promises=promises, out="run", key=KEY, progress=fails)
    assert preflight.resume("run", key=KEY).complete
    assert len(upstream.batches) == 1


def test_a_run_that_is_worked_on_is_refused_as_busy(promises):
    busy = []

    def another(_):
        with pytest.raises(preflight.Busy) as caught:
            preflight.resume("run", key=KEY)
        busy.append(caught.value)

    preflight.run("requests.jsonl", promises=promises, out="run", key=KEY, progress=another)
    assert isinstance(busy[0], preflight.UsageError)


def test_the_key_is_in_nothing_that_is_kept_or_shown(promises, tmp_path):
    finished = preflight.run("requests.jsonl", promises=promises, out="run", key=KEY)
    kept = [path for path in (tmp_path / "run").rglob("*") if path.is_file()]
    assert len(kept) > 3
    assert not [path for path in kept if KEY.encode() in path.read_bytes()]
    assert KEY not in repr(finished)
    wrong = "another-key-that-is-wrong"
    report = preflight.check("requests.jsonl", promises=promises, key=wrong)
    assert report.failed_ids() == {"gateway-key"}
    assert wrong not in repr(report)
    with pytest.raises(preflight.PreflightError) as caught:
        preflight.run("requests.jsonl", promises=promises, out="other", key=wrong, force=True)
    assert wrong not in f"{caught.value} {caught.value.__cause__}"


@pytest.mark.parametrize(
    ("words", "match"),
    [
        ({"provider": "opnai"}, "provider 'opnai': is not known; name one of openai, azure"),
        ({"provider": "vertex"}, "the stack promises only openai"),
        ({"stack": "dev"}, "stack and promises: say the same thing twice"),
        ({"promises": None}, "add --stack NAME or --promises FILE"),
        ({"promises": {"version": 2}}, "promises: gateway: is missing"),
        ({"promises": {"version": {1}}}, "promises: are no JSON"),
        ({"promises": "nowhere.json"}, "nowhere.json: cannot be read"),
        ({"requests": "nowhere.jsonl"}, "nowhere.jsonl: "),
        ({"requests": None, "offline": True}, "offline: leaves nothing to look at"),
        ({"deadline": 0}, "deadline: '0' is no number of seconds"),
        ({"overall_deadline": float("nan")}, "overall_deadline: 'nan' is no number of seconds"),
        ({"jobs": 0}, "jobs: is 0; give a whole number above 0"),
        ({"max_findings": True}, "max_findings: is True"),
        ({"only": "gateway-kye"}, "did you mean gateway-key"),
        ({"tables": "nowhere.toml"}, "nowhere.toml: cannot be read"),
    ],
)
def test_what_a_command_line_would_refuse_is_an_error_that_can_be_caught(promises, words, match):
    asked = {"requests": "requests.jsonl", "promises": promises} | words
    with pytest.raises(preflight.UsageError, match=match) as caught:
        preflight.check(asked.pop("requests"), **asked)
    assert (caught.value.exit_code, type(caught.value.remedy)) == (2, str)


def test_a_folder_without_a_run_is_told_by_each_that_takes_one(promises, tmp_path):
    (tmp_path / "empty").mkdir()
    for function in (preflight.status, preflight.fetch, preflight.cancel, preflight.resume):
        with pytest.raises(preflight.UsageError, match="holds no run"):
            function("empty", key=KEY)
    with pytest.raises(preflight.UsageError, match="holds no run"):
        asyncio.run(anext(preflight.watch("empty", key=KEY)))
    assert preflight.runs(tmp_path) == ()


def test_a_run_that_died_before_its_file_was_copied_says_so(promises, tmp_path):
    preflight.submit("requests.jsonl", promises=promises, out="run", key=KEY)
    (tmp_path / "run" / "requests.jsonl").write_text("half")
    with pytest.raises(preflight.RequestFileError, match="before it was copied"):
        preflight.resume("run", key=KEY)
