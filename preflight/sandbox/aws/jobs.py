"""Batch jobs, and what a job's age makes of it.

Nothing runs in the background. A job's status follows from the time since it was submitted; its
validation and its run happen when somebody looks for the first time after they are due.
"""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from preflight.sandbox.aws.authority import BEDROCK, Authority, AwsError, Caller
from preflight.sandbox.aws.job_listing import listed
from preflight.sandbox.aws.job_requests import HOURS, check_shape, model_arns
from preflight.sandbox.aws.job_rows import JobFailed
from preflight.sandbox.aws.quotas import CONCURRENT_JOBS
from preflight.sandbox.aws.runs import Counts, Run, Runner

_WORK = ("Submitted", "Validating", "Scheduled", "InProgress")
_VALIDATED, _SCHEDULED, _STARTED = 0.1, 0.4, 0.5
"""Parts of a job's life, after which it is validating, scheduled, in progress."""


@dataclass(slots=True)
class Job:
    """One batch job. `submitted`, `stopped`: seconds since the epoch; `request`: as created."""

    arn: str
    caller: Caller
    request: Mapping[str, Any]
    model_arns: tuple[str, ...]
    submitted: float
    stopped: float | None = None
    run: Run | None = None
    failure: str = ""
    finished: Counts | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def id(self) -> str:
        """The 12 characters that name it."""
        return self.arn.rpartition("/")[2]


class Jobs:
    """All batch jobs of the sandbox. A job takes `seconds` from its submission to its end."""

    def __init__(
        self,
        authority: Authority,
        runner: Runner,
        seconds: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Start with none."""
        self._authority = authority
        self._runner = runner
        self._seconds = seconds
        self._clock = clock
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def create(self, caller: Caller, request: Mapping[str, Any]) -> str:
        """Accept the job and return its ARN. Raises AwsError for what Bedrock refuses at once."""
        request = {"clientRequestToken": secrets.token_hex(16), **request}
        check_shape(request)
        touched = model_arns(caller, request["modelId"])
        arn = f"arn:aws:bedrock:{caller.region}:{caller.account}:model-invocation-job/"
        arn += secrets.token_hex(6)
        for resource in (*touched, arn):
            self._require(caller, "bedrock:CreateModelInvocationJob", resource)
        if request.get("tags"):
            self._require(caller, "bedrock:TagResource", arn)
        passed = {"iam:PassedToService": BEDROCK}
        self._require(caller, "iam:PassRole", request["roleArn"], passed)
        with self._lock:
            same = self._same(caller, request, touched)
            if same is not None:
                return same.arn
            self._jobs[arn] = Job(arn, caller, request, touched, self._clock())
        return arn

    def find(self, caller: Caller, identifier: str) -> Job:
        """The caller's job by id or ARN. Raises AwsError where there is none."""
        wanted = identifier.rpartition("/")[2]
        for job in self._of(caller):
            if job.id == wanted:
                return job
        raise AwsError("ResourceNotFoundException", f"No job {identifier} was found.", 404)

    def page(self, caller: Caller, query: Mapping[str, str]) -> dict[str, Any]:
        """One page of the caller's jobs, newest first unless the query says otherwise."""
        return listed([self.describe(job) for job in reversed(self._of(caller))], query)

    def stop(self, job: Job) -> None:
        """Stop a job that has not ended. Raises AwsError for one that has."""
        with job.lock:
            status = self._status(job)
            if status not in _WORK:
                message = f"The job {job.arn} has ended ({status}) and cannot be stopped."
                raise AwsError("ConflictException", message)
            job.stopped = self._clock()

    def describe(self, job: Job) -> dict[str, Any]:
        """The job as GetModelInvocationJob answers it."""
        with job.lock:
            status = self._status(job)
            counts = self._counts(job, status)
        request = job.request
        described: dict[str, Any] = {
            "jobArn": job.arn,
            "status": status,
            "submitTime": _stamp(job.submitted),
            "lastModifiedTime": _stamp(min(self._clock(), self._end(job))),
            "timeoutDurationInHours": request.get("timeoutDurationInHours", HOURS[0]),
            "modelInvocationType": request.get("modelInvocationType", "InvokeModel"),
            "totalRecordCount": counts.total,
            "processedRecordCount": counts.processed,
            "successRecordCount": counts.processed - counts.errors,
            "errorRecordCount": counts.errors,
        }
        hours = described["timeoutDurationInHours"]
        described["jobExpirationTime"] = _stamp(job.submitted + hours * 3600)
        for name in ("jobName", "modelId", "clientRequestToken", "roleArn"):
            described[name] = request[name]
        for name in ("inputDataConfig", "outputDataConfig", "vpcConfig"):
            if name in request:
                described[name] = request[name]
        if status not in (*_WORK, "Stopping"):
            described["endTime"] = described["lastModifiedTime"]
        if job.failure:
            described["message"] = job.failure
        return described

    def _require(
        self, caller: Caller, action: str, resource: str, context: Mapping[str, str] | None = None
    ) -> None:
        self._authority.require(caller.access_key_id, action, resource, caller.region, context)

    def _of(self, caller: Caller) -> list[Job]:
        with self._lock:
            return [
                job
                for job in self._jobs.values()
                if (job.caller.account, job.caller.region) == (caller.account, caller.region)
            ]

    def _same(
        self, caller: Caller, request: Mapping[str, Any], touched: tuple[str, ...]
    ) -> Job | None:
        """The job that the token already made. Raises AwsError where there may be no other."""
        jobs = [
            job
            for job in self._jobs.values()
            if (job.caller.account, job.caller.region) == (caller.account, caller.region)
        ]
        for job in jobs:
            if job.request["clientRequestToken"] == request["clientRequestToken"]:
                return job
        if any(job.request["jobName"] == request["jobName"] for job in jobs):
            message = f"A job with the name {request['jobName']} already exists."
            raise AwsError("ConflictException", message)
        # The quota counts a base model's jobs, by whatever id or profile they name it.
        base = _base_model(touched)
        busy = [job for job in jobs if _base_model(job.model_arns) == base]
        if sum(self._status(job) in _WORK for job in busy) >= CONCURRENT_JOBS:
            message = f"You have {CONCURRENT_JOBS} submitted and in-progress jobs for {base}."
            raise AwsError("ServiceQuotaExceededException", message)
        return None

    def _status(self, job: Job) -> str:
        """What the job's age makes of it; validates and runs it when that is due."""
        with job.lock:
            return self._status_now(job)

    def _status_now(self, job: Job) -> str:
        age = self._clock() - job.submitted
        if job.stopped is not None:
            age = job.stopped - job.submitted
        part = age / self._seconds
        if part < _SCHEDULED:
            status = _WORK[0] if part < _VALIDATED else _WORK[1]
        else:
            self._validate(job)
            status = _WORK[2] if part < _STARTED else _WORK[3]
        if job.failure:
            return "Failed"
        if job.stopped is not None:
            self._finish(job, max(0.0, (part - _STARTED) / (1 - _STARTED)))
            winding_down = self._clock() - job.stopped < self._seconds * _VALIDATED
            return "Stopping" if winding_down else "Stopped"
        if part < 1:
            return status
        self._finish(job, 1.0)
        if job.failure:
            return "Failed"
        counts = job.finished or Counts()
        return "Completed" if counts.processed == counts.total else "PartiallyCompleted"

    def _validate(self, job: Job) -> None:
        if job.run is None and not job.failure:
            try:
                job.run = self._runner.validate(job.arn, job.request, job.model_arns)
            except JobFailed as failure:
                job.failure = str(failure)

    def _finish(self, job: Job, part: float) -> None:
        if job.finished is None and job.run is not None:
            try:
                job.finished = self._runner.finish(job.run, part)
            except JobFailed as failure:
                job.failure = str(failure)

    def _counts(self, job: Job, status: str) -> Counts:
        """Documented: zero for as long as processing has not started."""
        if job.finished is not None:
            return job.finished
        if job.run is None or status != "InProgress":
            return Counts()
        part = (self._clock() - job.submitted) / self._seconds
        return job.run.counts_after((part - _STARTED) / (1 - _STARTED))

    def _end(self, job: Job) -> float:
        if job.stopped is not None:
            return job.stopped
        return job.submitted + self._seconds * (_SCHEDULED if job.failure else 1)


def _base_model(model_arns: tuple[str, ...]) -> str:
    return model_arns[-1].rpartition("/")[2]


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
