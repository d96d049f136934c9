"""Request files at Google Cloud Storage and Azure Blob Storage, as they are read there."""

import flask
import pytest
from gcp_fixtures import steady
from gcsfs.core import GCSFileSystem
from google.cloud.storage import Client
from request_files import good_lines, write
from storage_world import no_threads_left

from preflight.requests.remote import pinned, sources
from preflight.requests.several import scan_files
from preflight.requests.storage import storage
from preflight.sandbox.serving import serve
from preflight.seams import Refused, RequestFileError

__all__ = ["steady"]

KEY = "in/requests.jsonl"


@pytest.fixture(scope="module", autouse=True)
def threads():
    with no_threads_left():
        yield


@pytest.fixture
def bucket(steady, monkeypatch):
    cloud, promised = steady
    for name, value in cloud.env.items():
        monkeypatch.setenv(name, value)
    options = {"api_endpoint": cloud.env["PREFLIGHT_GOOGLE_ENDPOINT"]}
    with Client(project="sandbox-project", client_options=options) as client:
        yield client.bucket(promised.bucket)


def test_a_file_at_google_is_read_and_must_stay_what_it_is(bucket, tmp_path):
    blob = bucket.blob(KEY)
    blob.upload_from_filename(write(tmp_path / "requests.jsonl", good_lines(300)))
    [source] = sources([f"gs://{bucket.name}/in/*.jsonl"])
    assert str(source) == f"gs://{bucket.name}/{KEY}"
    [found] = scan_files([source]).files
    assert (found.requests, found.totals) == (300, {})
    blob.upload_from_filename(write(tmp_path / "requests.jsonl", good_lines(299)))
    with pytest.raises(RequestFileError, match="was changed while it was read"):
        scan_files([source])
    with pytest.raises(RequestFileError, match="does not exist"):
        pinned(f"gs://{bucket.name}/in/other.jsonl")


def test_google_is_asked_by_the_client_that_asks_no_bucket_for_its_kind(bucket):
    # gcsfs was imported above, with nothing in the environment that would say so.
    assert type(storage(f"gs://{bucket.name}/{KEY}").files) is GCSFileSystem


class Blobs:
    """As much of Azure Blob Storage as reading takes: one blob, whose tag changes with it."""

    def __init__(self, content):
        self.content, self.tag, self.status = content, 1, 200

    def app(self):
        app = flask.Flask("blobs")
        app.add_url_rule("/acct/<container>", view_func=lambda container: self.listed())
        app.add_url_rule("/acct/<container>/<path:key>", view_func=self.blob)
        return app

    def listed(self):
        body = "<EnumerationResults><Blobs></Blobs><NextMarker/></EnumerationResults>"
        return flask.Response(body, content_type="application/xml")

    def blob(self, container, key):
        if key != KEY or self.status != 200:
            code = "BlobNotFound" if key != KEY else "AuthorizationPermissionMismatch"
            status = 404 if key != KEY else self.status
            return flask.Response("", status, {"x-ms-error-code": code})
        asked = flask.request.headers.get("x-ms-range", "bytes=0-")
        first, _, last = asked.removeprefix("bytes=").partition("-")
        size = len(self.content)
        start, stop = int(first), min(int(last or size - 1), size - 1) + 1
        told = {
            "ETag": f'"{self.tag}"',
            "Last-Modified": "Mon, 23 Nov 2026 00:00:00 GMT",
            "x-ms-blob-type": "BlockBlob",
        }
        if flask.request.method == "HEAD":
            return flask.Response(self.content, 200, told)
        told["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
        return flask.Response(self.content[start:stop], 206, told)


@pytest.fixture
def blobs(monkeypatch):
    double = Blobs(b"".join(one + b"\n" for one in good_lines(300)))
    with serve(double.app()) as url:
        account = "DefaultEndpointsProtocol=http;AccountName=acct;AccountKey=a2V5"
        text = f"{account};BlobEndpoint={url}/acct;"
        monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", text)
        yield double


def test_a_file_at_azure_is_read_and_must_stay_what_it_is(blobs):
    source = pinned(f"az://container/{KEY}")
    [found] = scan_files([source]).files
    assert (found.requests, found.totals) == (300, {})
    blobs.tag = 2
    with pytest.raises(RequestFileError, match="was changed while it was read"):
        scan_files([source])
    with pytest.raises(RequestFileError, match="does not exist"):
        pinned("az://container/in/other.jsonl")
    blobs.status = 403
    with pytest.raises(Refused, match="grant it Storage Blob Data Reader"):
        pinned(f"az://container/{KEY}")
