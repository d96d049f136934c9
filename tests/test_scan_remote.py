"""Request files at URLs: read in ranges, and the same from the first byte to the last."""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import s3fs
from cli_world import one_sentence
from request_files import good_lines, write
from scan_world import evenly, straddling, timeless
from storage_world import BUCKET, environment, no_threads_left, stored

from preflight.requests import lines, ranged
from preflight.requests.remote import pinned
from preflight.requests.scan import scan
from preflight.requests.several import scan_files
from preflight.requests.storage import Storage, scheme
from preflight.seams import RequestFileError, UsageError

KEY = "in/requests.jsonl"
URL = f"s3://{BUCKET}/{KEY}"


@pytest.fixture(scope="module")
def storage():
    with no_threads_left(), stored() as (client, variables):
        yield client, variables


@pytest.fixture(autouse=True)
def s3(storage, monkeypatch):
    client, variables = storage
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(lines, "BLOCK", 512)
    monkeypatch.setattr(lines, "BUFFER", 1_500)
    monkeypatch.setattr(ranged, "BLOCK", 40_000)
    monkeypatch.setattr(ranged, "TAIL", 700)
    return client


def put(s3, every, key=KEY):
    content = every if isinstance(every, bytes) else b"".join(one + b"\n" for one in every)
    s3.put_object(Bucket=BUCKET, Key=key, Body=content)
    return content


@pytest.mark.parametrize("stretches", [1, 2, 7])
def test_a_file_at_a_url_has_the_report_of_the_same_file_here(
    s3, tmp_path, monkeypatch, preflight, stretches
):
    path = write(tmp_path / "requests.jsonl", straddling())
    put(s3, path.read_bytes())
    monkeypatch.chdir(tmp_path)
    _, here, _ = preflight("scan", "requests.jsonl", "--max-findings", "9", "--json")
    monkeypatch.setattr("preflight.requests.several.cuts", evenly(stretches))
    code, there, err = preflight("scan", URL, "--max-findings", "9", "--json")
    assert (code, err) == (1, "")
    assert timeless(there).replace(URL, "requests.jsonl") == timeless(here)
    assert json.loads(there)["request_files"][0]["path"] == URL


def test_threads_read_it_alike(s3, tmp_path, monkeypatch):
    path = write(tmp_path / "requests.jsonl", straddling())
    put(s3, path.read_bytes())
    monkeypatch.setattr("preflight.requests.several.cuts", evenly(9))
    with ThreadPoolExecutor(3) as executor:
        [found] = scan_files([pinned(URL)], executor=executor).files
    own = scan(path)
    assert (found.faults, found.totals, found.settings) == (own.faults, own.totals, own.settings)


def test_of_a_stretch_little_more_is_asked_for_than_it_has(s3, monkeypatch):
    content = put(s3, good_lines(900))
    remote, asked = pinned(URL), []
    block = Storage.block

    def counted(self, start, stop):
        asked.append(stop - start)
        return block(self, start, stop)

    monkeypatch.setattr(Storage, "block", counted)
    monkeypatch.setattr("preflight.requests.several.cuts", evenly(4))
    scan_files([remote])
    assert len(content) <= sum(asked) <= len(content) + 4 * 1_500
    assert len(asked) <= -(-len(content) // 40_000) + 4


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b" + b"x" * 99])
def test_what_can_be_no_request_file_is_refused_before_it_is_read(s3, preflight, content):
    put(s3, content)
    code, out, err = preflight("scan", URL)
    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert ("is empty" if not content else "is compressed") in err


def test_a_missing_file_and_a_folder_are_told_apart(s3, preflight):
    put(s3, good_lines(1))
    code, _, err = preflight("scan", f"s3://{BUCKET}/in/nothing.jsonl")
    assert (code, "does not exist" in err) == (2, True)
    code, _, err = preflight("scan", f"s3://{BUCKET}/in")
    assert (code, "is a folder, not a file" in err) == (2, True)
    code, _, err = preflight("scan", "s3://no-such-bucket/requests.jsonl")
    assert (code, "does not exist" in err) == (2, True)


def test_a_star_stands_for_all_that_match_it(s3, preflight):
    for number in (2, 1, 3):
        put(s3, good_lines(30)[number * 3 :][:3], f"many/{number}.jsonl")
    put(s3, good_lines(3), "many/other.txt")
    code, out, _ = preflight("scan", f"s3://{BUCKET}/many/*.jsonl", "--json")
    report = json.loads(out)
    assert code == 0
    names = [one["path"].rpartition("/")[2] for one in report["request_files"]]
    assert names == ["1.jsonl", "2.jsonl", "3.jsonl"]
    code, _, err = preflight("scan", f"s3://{BUCKET}/many/*.nothing")
    assert (code, "matches no file" in err) == (2, True)


@pytest.mark.parametrize("after", [good_lines(5), good_lines(900), None])
def test_a_file_that_changes_while_it_is_read_is_an_error_with_its_place(
    s3, preflight, monkeypatch, after
):
    put(s3, good_lines(500))
    begun = []

    def cuts(size, _):
        if not begun:
            begun.append(True)
            put(s3, after) if after else s3.delete_object(Bucket=BUCKET, Key=KEY)
        return (0, size // 2, size)

    monkeypatch.setattr("preflight.requests.several.cuts", cuts)
    code, out, err = preflight("scan", URL)
    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert err.startswith(f"preflight: {URL}: ")
    assert ("was changed while it was read" if after else "does not exist") in err


def test_shards_of_a_file_at_a_url_merge_to_the_report_of_one_scan(s3, preflight, tmp_path):
    put(s3, straddling())
    names = []
    for number in (1, 2, 3):
        names.append(tmp_path / f"{number}.json")
        assert preflight("scan", URL, "--shard", f"{number}/3", "--to", names[-1])[0] == 0
    _, whole, _ = preflight("scan", URL, "--json")
    _, merged, _ = preflight("merge", "--json", "--parts", *names)
    assert timeless(merged) == timeless(whole)
    put(s3, straddling(seed=9))
    code, _, err = preflight("merge", "--parts", *names)
    assert (code, "was changed while it was read" in err) == (2, True)


@pytest.fixture
def fresh():
    """A storage's library keeps its clients, with the environment that they were made in."""
    s3fs.S3FileSystem.clear_instance_cache()
    yield
    s3fs.S3FileSystem.clear_instance_cache()


def test_nobody_answering_is_no_verdict(preflight, monkeypatch, fresh):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    code, out, err = preflight("scan", f"s3://{BUCKET}/elsewhere.jsonl")
    assert (code, out) == (3, "")
    assert one_sentence(err)
    assert "cannot be read" in err


def test_without_credentials_there_is_nobody_to_ask_as(preflight, monkeypatch, fresh):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    code, _, err = preflight("scan", f"s3://{BUCKET}/other.jsonl")
    assert code == 3
    assert one_sentence(err)
    assert "there are no credentials to read it with" in err


def test_an_account_of_azure_must_be_named(preflight):
    code, _, err = preflight("scan", "az://container/requests.jsonl")
    assert code == 2
    assert one_sentence(err)
    assert "export AZURE_STORAGE_ACCOUNT_NAME=" in err


def test_a_connection_that_is_none_is_named(preflight, monkeypatch):
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", "nonsense")
    code, _, err = preflight("scan", "az://container/requests.jsonl")
    assert code == 2
    assert one_sentence(err)
    assert "correct or unset AZURE_STORAGE_CONNECTION_STRING" in err


@pytest.mark.parametrize("content", [None, "{}", "no json"])
def test_without_credentials_of_google_there_is_nobody_to_ask_as(
    preflight, monkeypatch, tmp_path, content
):
    path = tmp_path / "credentials.json"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    code, out, err = preflight("scan", "gs://bucket/requests.jsonl")
    assert (code, out) == (3, "")
    assert one_sentence(err)
    assert "there are no credentials to read it with" in err
    assert "set them in the environment" in err


def test_a_profile_that_is_not_there_is_named(preflight, monkeypatch, fresh):
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    code, _, err = preflight("scan", f"s3://{BUCKET}/profile.jsonl")
    assert code == 3
    assert one_sentence(err)
    assert "there are no credentials to read it with" in err
    assert "no-such-profile" in err


def test_without_the_extra_it_is_named(preflight, monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    code, _, err = preflight("scan", URL)
    assert code == 2
    assert one_sentence(err)
    assert "pip install 'batch-preflight[cluster]'" in err


@pytest.mark.parametrize("name", ["requests.jsonl", "/a/b", "a b://c", "C:\\x"])
def test_a_path_is_no_url(name):
    assert scheme(name) == ""


@pytest.mark.parametrize("name", ["http://x/y", "simplecache::s3://x/y", "file:///x", "memory://x"])
def test_another_storage_is_refused(name):
    with pytest.raises(UsageError):
        assert scheme(name) != ""


@pytest.mark.parametrize(
    "name",
    [
        "az://container/x.jsonl?sv=2026&sig=S3CRET",
        "s3://me:S3CRET@bucket/x.jsonl",
        "s3://bucket/x?X-Amz-Signature=S3CRET",
    ],
)
def test_a_url_with_a_secret_is_refused_without_showing_it(preflight, name):
    code, out, err = preflight("scan", name)
    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert "S3CRET" not in err


def test_lines_here_and_there_are_asked_for_alone(s3):
    content = put(s3, good_lines(900))
    remote = pinned(URL)
    with remote.open() as file:
        for at in range(0, len(content), len(content) // 7):
            file.seek(at)
            file.read(100)
        assert file.asked <= 8


def test_it_reads_as_a_file_reads(s3):
    content = put(s3, straddling(30))
    remote = pinned(URL)
    with remote.open() as file:
        assert file.read(2) == content[:2]
        file.seek(100)
        assert file.readline() == content[100:].partition(b"\n")[0] + b"\n"
        file.seek(-7, 1)
        here = content.index(b"\n", 100) + 1 - 7
        assert file.read(5) == content[here : here + 5]
        file.seek(50_000)
        assert file.read() == content[50_000:]
        assert file.read(1) == b""
        file.seek(len(content) - 3)
        assert file.readline() == content[-3:]
    put(s3, good_lines(1))
    with pytest.raises(RequestFileError, match="was changed"), remote.open() as file:
        file.read(100)


def test_no_environment_is_left_changed(storage):
    with environment({"AWS_REGION": "x"}):
        pass
    assert "AWS_REGION" not in os.environ
