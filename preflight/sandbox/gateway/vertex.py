"""Vertex AI behind OpenAI's files and batches: objects in Cloud Storage, batch prediction jobs."""

import time
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx2
from flask import Request, Response, jsonify

from preflight.sandbox.accounts import VertexAccount
from preflight.sandbox.gateway.addresses import Address, address, decode, encode
from preflight.sandbox.gateway.conversion import gemini
from preflight.sandbox.gateway.lines import named, readable_lines
from preflight.sandbox.gateway.models import provider_model
from preflight.sandbox.gateway.objects import (
    Page,
    batch_object,
    errors_object,
    file_object,
    seconds,
)
from preflight.sandbox.gateway.provider import JSONL, Route, needed
from preflight.sandbox.gateway.refusal import FORBIDDEN, NOT_FOUND, Refusal, caller_status
from preflight.sandbox.gateway.results import from_vertex
from preflight.sandbox.gcp.federation import ExchangeRefused

_STATUS = {
    "JOB_STATE_RUNNING": "in_progress",
    "JOB_STATE_UPDATING": "in_progress",
    "JOB_STATE_SUCCEEDED": "completed",
    "JOB_STATE_PARTIALLY_SUCCEEDED": "completed",
    "JOB_STATE_FAILED": "failed",
    "JOB_STATE_CANCELLING": "cancelling",
    "JOB_STATE_CANCELLED": "cancelled",
    "JOB_STATE_EXPIRED": "expired",
}
"""Every other state is `validating`."""


@dataclass(frozen=True, slots=True)
class Vertex:
    """Files and batches at Vertex AI, as the gateway's service account."""

    account: VertexAccount
    route: Route
    http: httpx2.Client

    def upload(self, request: Request, content: bytes) -> Response:
        """Convert the lines that can be read to Gemini's format, and put the file into the bucket.

        What cannot be read is left out without a word, as by the open gateway.
        """
        del request
        bucket = self.route.need("x-tfy-vertex-storage-bucket-name")
        self.route.need("x-tfy-vertex-region")
        self.route.need("x-tfy-provider-model")
        converted = b"".join(
            named(line, "requestId", {"request": gemini(line.body)})
            for line in readable_lines(content)
        )
        place = Address("gs", bucket, f"{uuid.uuid4()}.jsonl")
        self._call(
            "POST",
            f"/upload/storage/v1/b/{_segment(bucket)}/o",
            params={"uploadType": "media", "name": place.key},
            content=converted,
            headers={"Content-Type": JSONL},
        )
        return jsonify(file_object(place.id, place.key, len(converted), int(time.time())))

    def files(self, page: Page) -> Response:
        """List the bucket's JSONL objects."""
        bucket = self.route.need("x-tfy-vertex-storage-bucket-name")
        found = self._listed(f"/storage/v1/b/{_segment(bucket)}/o", "items")
        rows = [_file(Address("gs", bucket, one["name"]), one) for one in found]
        rows = [row for row in rows if row["filename"].endswith(".jsonl")]
        rows.sort(key=lambda row: row["created_at"], reverse=True)
        return jsonify(page.of(rows))

    def file(self, file_id: str) -> Response:
        """Describe one object."""
        place = address(file_id, "gs")
        return jsonify(_file(place, self._call("GET", _object("/storage/v1", place)).json()))

    def content(self, file_id: str) -> Response:
        """The object's bytes; results are Vertex AI's own rows."""
        return Response(self._bytes(address(file_id, "gs")), content_type=JSONL)

    def delete(self, file_id: str) -> Response:
        """Delete the object."""
        place = address(file_id, "gs")
        self._call("DELETE", _object("/storage/v1", place))
        return jsonify({"id": place.id, "object": "file", "deleted": True})

    def create(self, request: Request, body: dict[str, Any]) -> Response:
        """Create a batch prediction job that writes beside its input."""
        del request
        self.route.need("x-tfy-vertex-storage-bucket-name")
        place = address(needed(body, "input_file_id"), "gs")
        model = body.get("model") or self.route.need("x-tfy-provider-model")
        name = provider_model(str(model), self.account.name)
        job = {
            "displayName": body.get("job_name") or str(uuid.uuid4()),
            "model": f"publishers/google/models/{name}",
            "inputConfig": {"instancesFormat": "jsonl", "gcsSource": {"uris": [place.uri]}},
            "outputConfig": {
                "predictionsFormat": "jsonl",
                "gcsDestination": {"outputUriPrefix": place.folder.uri},
            },
        }
        return jsonify(_batch(self._call("POST", self._jobs, json=job).json()))

    def batches(self, page: Page) -> Response:
        """List the project's jobs in the region."""
        rows = [_batch(job) for job in self._listed(self._jobs, "batchPredictionJobs")]
        rows.sort(key=lambda row: row["created_at"], reverse=True)
        return jsonify(page.of(rows))

    def batch(self, batch_id: str) -> Response:
        """Describe one job."""
        return jsonify(_batch(self._job(batch_id)))

    def cancel(self, batch_id: str) -> Response:
        """Cancel the job, and describe it."""
        self._call("POST", f"{self._jobs}/{_job_id(batch_id)}:cancel", json={})
        return self.batch(batch_id)

    def output(self, batch_id: str) -> Response:
        """The results, translated."""
        job = self._job(batch_id)
        rows = self._bytes(address(_output(job), "gs"))
        return Response(from_vertex(rows, job["model"]), content_type=JSONL)

    @property
    def _jobs(self) -> str:
        region = _segment(self.route.need("x-tfy-vertex-region"))
        return f"/v1/projects/{self.account.project}/locations/{region}/batchPredictionJobs"

    def _job(self, batch_id: str) -> Any:
        return self._call("GET", f"{self._jobs}/{_job_id(batch_id)}").json()

    def _bytes(self, place: Address) -> bytes:
        if place.is_folder:
            raise Refusal(NOT_FOUND, f"{place.uri} is no object", "file_not_found")
        path = _object("/download/storage/v1", place)
        return self._call("GET", path, params={"alt": "media"}).content

    def _listed(self, path: str, field: str) -> list[Any]:
        found: list[Any] = []
        params: dict[str, str] = {}
        while True:
            part = self._call("GET", path, params=params).json()
            found += part.get(field, [])
            if not part.get("nextPageToken"):
                return found
            params = {"pageToken": part["nextPageToken"]}

    def _call(self, method: str, path: str, **request: Any) -> httpx2.Response:
        """Ask Google. Raises Refusal with Google's own text."""
        try:
            bearer = self.account.bearer
        except ExchangeRefused as refusal:
            raise Refusal(FORBIDDEN, str(refusal), "invalid_grant") from refusal
        headers = {**request.pop("headers", {}), "Authorization": f"Bearer {bearer}"}
        url = f"{self.account.endpoint.rstrip('/')}{path}"
        answer = self.http.request(method, url, headers=headers, **request)
        if answer.is_success:
            return answer
        message, code = _told(answer)
        raise Refusal(caller_status(answer.status_code), message, code)


def _batch(job: Any) -> dict[str, Any]:
    """A batch prediction job as a batch. There is no error file: its id is the output's prefix."""
    state = str(job.get("state", ""))
    status = _STATUS.get(state, "validating")
    stats = {name: int(count) for name, count in job.get("completionStats", {}).items()}
    error = job.get("error")
    ended = status in ("completed", "failed", "cancelled", "expired")
    return batch_object(
        job["name"].rpartition("/")[2],
        status,
        encode(job["inputConfig"]["gcsSource"]["uris"][0]),
        completion_window=None,
        output_file_id=encode(_output(job)),
        error_file_id=encode(_prefix(job)),
        created_at=seconds(job["createTime"]),
        in_progress_at=seconds(job.get("startTime")),
        errors=errors_object(error["message"], str(error.get("code", ""))) if error else None,
        request_counts={
            "total": sum(stats.values()),
            "completed": stats.get("successfulCount", 0),
            "failed": stats.get("failedCount", 0),
        },
        **({f"{status}_at": seconds(job.get("endTime") or job.get("updateTime"))} if ended else {}),
    )


def _output(job: Any) -> str:
    """Where the results are; the job's prefix until the job has said."""
    folder = job.get("outputInfo", {}).get("gcsOutputDirectory")
    return f"{folder.rstrip('/')}/predictions.jsonl" if folder else _prefix(job)


def _prefix(job: Any) -> str:
    return str(job["outputConfig"]["gcsDestination"]["outputUriPrefix"])


def _file(place: Address, told: Any) -> dict[str, Any]:
    created_at = seconds(told.get("timeCreated")) or 0
    return file_object(place.id, place.key, int(told.get("size", 0)), created_at)


def _object(root: str, place: Address) -> str:
    return f"{root}/b/{_segment(place.bucket)}/o/{_segment(place.key)}"


def _job_id(batch_id: str) -> str:
    return _segment(decode(batch_id).rpartition("/")[2])


def _segment(value: str) -> str:
    return quote(value, safe="")


def _told(answer: httpx2.Response) -> tuple[str, str]:
    """Google's own sentence and word; some of its servers answer in plain text."""
    try:
        error = answer.json()["error"]
        return str(error["message"]), str(error.get("status") or "")
    except (ValueError, KeyError, TypeError):
        return answer.text or answer.reason_phrase, ""
