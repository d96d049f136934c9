"""Amazon Bedrock behind OpenAI's files and batches: objects in S3, model invocation jobs."""

import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from flask import Request, Response, jsonify

from preflight.sandbox.accounts import BedrockAccount
from preflight.sandbox.gateway.addresses import Address, address, decode, encode
from preflight.sandbox.gateway.aws_clients import client
from preflight.sandbox.gateway.conversion import for_bedrock
from preflight.sandbox.gateway.lines import every_line, named
from preflight.sandbox.gateway.models import provider_model
from preflight.sandbox.gateway.objects import (
    Page,
    batch_object,
    errors_object,
    file_object,
    seconds,
)
from preflight.sandbox.gateway.provider import JSONL, Route, needed
from preflight.sandbox.gateway.refusal import NOT_FOUND, Refusal
from preflight.sandbox.gateway.results import from_bedrock

_RESULTS = ".jsonl.out"
_CHUNK_BYTES = 1 << 16
_ENDED_AT = {
    "Completed": "completed_at",
    "PartiallyCompleted": "completed_at",
    "Failed": "failed_at",
    "Stopped": "cancelled_at",
    "Expired": "expired_at",
}


@dataclass(frozen=True, slots=True)
class Bedrock:
    """Files and batches at Bedrock, as the account's role."""

    account: BedrockAccount
    route: Route

    def upload(self, request: Request, content: bytes) -> Response:
        """Convert every line to the model's own format, and put the file into the bucket."""
        del request
        bucket = self.route.need("x-tfy-aws-s3-bucket")
        model = self.route.need("x-tfy-aws-bedrock-model")
        convert = for_bedrock(model)
        converted = b"".join(
            named(line, "recordId", {"modelInput": convert(line.body)})
            for line in every_line(content)
        )
        place = Address("s3", bucket, f"{uuid.uuid4()}.jsonl")
        client(self.account, "s3").put_object(Bucket=bucket, Key=place.key, Body=converted)
        return jsonify(file_object(place.id, place.uri, len(converted), int(time.time())))

    def files(self, page: Page) -> Response:
        """List the bucket's JSONL objects."""
        bucket = self.route.need("x-tfy-aws-s3-bucket")
        rows = []
        for found in _listed(client(self.account, "s3"), Address("s3", bucket, "")):
            if found["Key"].endswith((".jsonl", _RESULTS)):
                place = Address("s3", bucket, found["Key"])
                size, at = found["Size"], seconds(found["LastModified"]) or 0
                rows.append(file_object(place.id, place.uri, size, at))
        rows.sort(key=lambda row: row["created_at"], reverse=True)
        return jsonify(page.of(rows))

    def file(self, file_id: str) -> Response:
        """Describe one object, or the results below a prefix."""
        s3 = client(self.account, "s3")
        place = address(file_id, "s3")
        told = [_attributes(s3, found) for found in _objects(s3, place)]
        size = sum(one["ObjectSize"] for one in told)
        at = max(seconds(one["LastModified"]) or 0 for one in told)
        return jsonify(file_object(place.id, place.uri, size, at))

    def content(self, file_id: str) -> Response:
        """An object's bytes; of a prefix, the rows of the results below it, untranslated."""
        s3 = client(self.account, "s3")
        found = _objects(s3, address(file_id, "s3"))
        size = sum(_attributes(s3, place)["ObjectSize"] for place in found)
        response = Response(_chunks(s3, found), content_type=JSONL)
        response.content_length = size
        return response

    def delete(self, file_id: str) -> Response:
        """Delete one object."""
        place = address(file_id, "s3")
        client(self.account, "s3").delete_object(Bucket=place.bucket, Key=place.key)
        return jsonify({"id": place.id, "object": "file", "deleted": True})

    def create(self, request: Request, body: dict[str, Any]) -> Response:
        """Create a model invocation job; without `output_data_config` it writes beside its input.

        That is then below a prefix of its own: the prefix is all that a client is told of the
        output, so no two jobs may share one.
        """
        del request
        place = address(needed(body, "input_file_id"), "s3")
        beside = place._replace(key=f"{place.folder.key}{uuid.uuid4()}/")
        target = body.get("output_data_config") or {"s3OutputDataConfig": {"s3Uri": beside.uri}}
        answer = client(self.account, "bedrock").create_model_invocation_job(
            jobName=body.get("job_name") or f"batch-{uuid.uuid4()}",
            modelId=provider_model(needed(body, "model"), self.account.name),
            roleArn=needed(body, "role_arn"),
            inputDataConfig={"s3InputDataConfig": {"s3Uri": place.uri}},
            outputDataConfig=target,
        )
        job = encode(answer["jobArn"])
        now, results = int(time.time()), encode(_output({"outputDataConfig": target}))
        return jsonify(
            batch_object(job, "submitted", place.id, output_file_id=results, created_at=now)
        )

    def batches(self, page: Page) -> Response:
        """List the jobs of the account and region."""
        pages = client(self.account, "bedrock").get_paginator("list_model_invocation_jobs")
        jobs = [job for part in pages.paginate() for job in part["invocationJobSummaries"]]
        jobs.sort(key=lambda job: job["submitTime"], reverse=True)
        return jsonify(page.of([_batch(job) for job in jobs]))

    def batch(self, batch_id: str) -> Response:
        """Describe one job."""
        return jsonify(_batch(self._job(client(self.account, "bedrock"), batch_id)))

    def cancel(self, batch_id: str) -> Response:
        """Stop the job, and describe it."""
        bedrock = client(self.account, "bedrock")
        bedrock.stop_model_invocation_job(jobIdentifier=decode(batch_id))
        return jsonify(_batch(self._job(bedrock, batch_id)))

    def output(self, batch_id: str) -> Response:
        """The results, translated: those of this job, whoever else writes below the prefix."""
        job = self._job(client(self.account, "bedrock"), batch_id)
        s3 = client(self.account, "s3")
        place = address(f"{_output(job)}{job['jobArn'].rpartition('/')[2]}/", "s3")
        rows = b"".join(_chunks(s3, _objects(s3, place)))
        return Response(from_bedrock(rows, job["modelId"]), content_type=JSONL)

    @staticmethod
    def _job(bedrock: Any, batch_id: str) -> Any:
        return bedrock.get_model_invocation_job(jobIdentifier=decode(batch_id))


def _output(job: Any) -> str:
    """The prefix that the job's folder of results is below."""
    uri = str(job["outputDataConfig"]["s3OutputDataConfig"]["s3Uri"])
    return uri if uri.endswith("/") else f"{uri}/"


def _batch(job: Any) -> dict[str, Any]:
    """A job (or a summary of one) as a batch; the status is the native one in snake_case."""
    status = job["status"]
    ended = {_ENDED_AT[status]: seconds(job.get("endTime"))} if status in _ENDED_AT else {}
    counts = {
        "total": job.get("totalRecordCount") or 0,
        "completed": job.get("successRecordCount") or 0,
        "failed": job.get("errorRecordCount") or 0,
    }
    return batch_object(
        encode(job["jobArn"]),
        re.sub(r"(?<!^)(?=[A-Z])", "_", status).lower(),
        encode(job["inputDataConfig"]["s3InputDataConfig"]["s3Uri"]),
        output_file_id=encode(_output(job)),
        created_at=seconds(job["submitTime"]),
        expires_at=seconds(job.get("jobExpirationTime")),
        errors=errors_object(job["message"]) if job.get("message") else None,
        request_counts=counts,
        **ended,
    )


def _objects(s3: Any, place: Address) -> list[Address]:
    """The object, or the results below a prefix. Raises Refusal (404) where there is none."""
    if not place.is_folder:
        return [place]
    keys = [found["Key"] for found in _listed(s3, place) if found["Key"].endswith(_RESULTS)]
    if not keys:
        raise Refusal(NOT_FOUND, f"there are no results below {place.uri}", "file_not_found")
    return [place._replace(key=key) for key in sorted(keys)]


def _listed(s3: Any, place: Address) -> Iterator[Any]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=place.key)
    for part in pages:
        yield from part.get("Contents", [])


def _attributes(s3: Any, place: Address) -> Any:
    return s3.get_object_attributes(
        Bucket=place.bucket, Key=place.key, ObjectAttributes=["ObjectSize"]
    )


def _chunks(s3: Any, places: list[Address]) -> Iterator[bytes]:
    """The objects' bytes. All are asked for at once: a refusal must come before the first byte."""
    bodies = [s3.get_object(Bucket=place.bucket, Key=place.key)["Body"] for place in places]
    return chain.from_iterable(body.iter_chunks(_CHUNK_BYTES) for body in bodies)
