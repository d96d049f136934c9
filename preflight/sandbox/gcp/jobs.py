"""Batch prediction jobs: accepted at once, and refused later for what nobody looked at before.

A job's state follows from the time since it was created, and is brought up to date whenever
somebody looks. The service agent reads the requests when the job starts to run and writes the
results when it ends, each time under the policies of that moment.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from preflight.sandbox.gcp.customer_keys import CustomerKeys
from preflight.sandbox.gcp.errors import ApiError
from preflight.sandbox.gcp.gemini import answer_row
from preflight.sandbox.gcp.names import PROJECT, VERTEX_AGENT
from preflight.sandbox.gcp.objects import ObjectStore
from preflight.sandbox.gcp.regions import GLOBAL
from preflight.sandbox.gcp.requests_file import (
    FAILED_PRECONDITION,
    NOT_FOUND,
    PERMISSION_DENIED,
    Fault,
    import_rows,
)
from preflight.sandbox.gcp.world import World

QUEUED, PENDING, RUNNING = "JOB_STATE_QUEUED", "JOB_STATE_PENDING", "JOB_STATE_RUNNING"
SUCCEEDED, FAILED = "JOB_STATE_SUCCEEDED", "JOB_STATE_FAILED"
CANCELLING, CANCELLED = "JOB_STATE_CANCELLING", "JOB_STATE_CANCELLED"
TERMINAL = frozenset({SUCCEEDED, FAILED, CANCELLED})

# Shares of a job's time: how long it is queued, and when it starts to run.
_PENDING_FROM = 0.15
_RUNNING_FROM = 0.35
_CANCEL_TAKES = 0.2


@dataclass(frozen=True, slots=True)
class Place:
    """An object, or with a key that is a prefix a folder, in Cloud Storage."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, uri: str) -> "Place":
        """From `gs://bucket/key`. Raises ValueError for anything else."""
        bucket, _, key = uri.removeprefix("gs://").partition("/")
        if not uri.startswith("gs://") or not bucket:
            raise ValueError(f"{uri!r} is no Cloud Storage address")
        return cls(bucket, key)


@dataclass(slots=True)
class Job:
    """One batch prediction job. Times are Unix seconds, 0 for not yet."""

    id: str
    location: str
    model: str
    spec: dict[str, Any]
    source: Place
    target: Place
    created: float
    state: str = QUEUED
    started: float = 0
    ended: float = 0
    cancelled: float = 0
    fault: Fault | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)
    stats: dict[str, str] = field(default_factory=dict)
    folder: str = ""


@dataclass(slots=True)
class JobRunner:
    """Brings jobs up to date. `seconds`: how long a whole job takes."""

    world: World
    store: ObjectStore
    seconds: float

    def update(self, job: Job) -> None:
        """Bring the job to where it is by now. The caller holds the world's lock."""
        if job.state in TERMINAL:
            return
        now = time.time()
        spent = (now - job.created) / self.seconds
        if job.cancelled:
            self._cancel(job, now)
        elif spent < _RUNNING_FROM:
            job.state = QUEUED if spent < _PENDING_FROM else PENDING
        else:
            if not job.started:
                self._start(job)
            if job.state not in TERMINAL and spent >= 1:
                self._finish(job)

    def _cancel(self, job: Job, now: float) -> None:
        job.state = CANCELLING
        if now - job.cancelled >= _CANCEL_TAKES * self.seconds:
            job.state, job.ended = CANCELLED, now

    def _start(self, job: Job) -> None:
        """Read the requests, as the service agent."""
        job.started = job.created + _RUNNING_FROM * self.seconds
        read = self._read(job)
        if isinstance(read, Fault):
            job.state, job.fault, job.ended = FAILED, read, time.time()
        else:
            job.state, job.rows = RUNNING, read

    def _read(self, job: Job) -> list[dict[str, Any]] | Fault:
        for place in (job.source, job.target):
            fault = self._place_fault(job, place.bucket)
            if fault:
                return fault
        for permission in ("storage.objects.list", "storage.objects.get"):
            if not self._may(permission, job.source):
                return _refused(permission)
        content = self.store.read(job.source.bucket, job.source.key)
        if content is None:
            where = f"{job.source.bucket}/{job.source.key}"
            return Fault(NOT_FOUND, f"No such object: {where}")
        fault = _key_fault(self._keys.need_to_read, job.source.bucket, job.source.key)
        return fault or import_rows(content)

    def _place_fault(self, job: Job, bucket: str) -> Fault | None:
        """What is wrong with a bucket: its absence, the agent's view of it, or where it is."""
        resource = self.store.bucket(bucket)
        seen = self.world.may_on_bucket(VERTEX_AGENT, "storage.buckets.get", bucket)
        if resource is None or not seen:
            # One text for both, as from Google: who may not look cannot tell them apart.
            return Fault(FAILED_PRECONDITION, "failed to get GCS bucket location")
        location = resource["location"].lower()
        if job.location not in {GLOBAL, location}:
            return Fault(
                FAILED_PRECONDITION,
                f"The Cloud Storage bucket of gs://{bucket} is in location {location}. It must be "
                f"in the same regional location as the service location {job.location}.",
            )
        return None

    def _finish(self, job: Job) -> None:
        """Write the results, as the service agent."""
        now = datetime.now(UTC)
        stamp = now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        folder = f"{job.target.key.rstrip('/')}/prediction-model-{stamp}".lstrip("/")
        place = Place(job.target.bucket, f"{folder}/predictions.jsonl")
        job.ended = now.timestamp()
        if self.store.bucket(place.bucket) is None or not self._may(
            "storage.objects.create", place
        ):
            job.state, job.fault = FAILED, _refused("storage.objects.create")
            return
        fault = _key_fault(self._keys.need_to_write, place.bucket)
        if fault:
            job.state, job.fault = FAILED, fault
            return
        # Backwards: the order of results is not that of the requests, and nobody may rely on it.
        results = [answer_row(row, job.model) for row in reversed(job.rows)]
        lines = "".join(json.dumps(result) + "\n" for result in results)
        self.store.write(place.bucket, place.key, lines.encode(), "application/octet-stream")
        self._keys.written(place.bucket, place.key)
        failed = sum(1 for result in results if result["status"])
        job.stats = {
            "successfulCount": str(len(results) - failed),
            "failedCount": str(failed),
            "incompleteCount": "0",
        }
        job.state, job.folder = SUCCEEDED, f"gs://{place.bucket}/{folder}"

    @property
    def _keys(self) -> CustomerKeys:
        return CustomerKeys(self.world, self.store)

    def _may(self, permission: str, place: Place) -> bool:
        return self.world.may_on_bucket(VERTEX_AGENT, permission, place.bucket, place.key)


def _refused(permission: str) -> Fault:
    return Fault(
        PERMISSION_DENIED,
        f"{VERTEX_AGENT} does not have {permission} access to the Google Cloud Storage object. "
        f"Permission '{permission}' denied on resource (or it may not exist).",
    )


def _key_fault(need: Callable[..., None], *what: str) -> Fault | None:
    """What Cloud Storage says where it cannot use the customer key that the bytes need."""
    try:
        need(*what)
    except ApiError as error:
        denied = error.code == HTTPStatus.FORBIDDEN
        return Fault(PERMISSION_DENIED if denied else FAILED_PRECONDITION, error.message)
    return None


def _wire_time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def wire(job: Job, number: str) -> dict[str, Any]:
    """The job's resource. Times and results appear when there are any."""
    name = f"projects/{number}/locations/{job.location}/batchPredictionJobs/{job.id}"
    shown: dict[str, Any] = {
        "name": name,
        "displayName": job.spec["displayName"],
        "model": f"publishers/google/models/{job.model}",
        "inputConfig": job.spec["inputConfig"],
        "outputConfig": job.spec["outputConfig"],
        "labels": job.spec.get("labels", {}),
        "state": job.state,
        "createTime": _wire_time(job.created),
        "updateTime": _wire_time(max(job.created, job.started, job.ended)),
        "modelVersionId": "1",
    }
    if job.started:
        shown["startTime"] = _wire_time(job.started)
    if job.ended:
        shown["endTime"] = _wire_time(job.ended)
    if job.fault:
        shown["error"] = {"code": job.fault.code, "message": job.fault.message}
    if job.stats:
        shown["completionStats"] = job.stats
    if job.folder:
        shown["outputInfo"] = {"gcsOutputDirectory": job.folder}
    return shown


def model_path(location: str, model: str) -> str:
    """A publisher model's full name, as Google's messages spell it."""
    return f"projects/{PROJECT}/locations/{location}/publishers/google/models/{model}"
