"""A batch job's validation and its run: reads and writes are real calls with the job role's rights.

Messages quote Bedrock where its words are known; elsewhere they are the sandbox's own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from preflight.sandbox.aws.answers import answer
from preflight.sandbox.aws.authority import Authority, AwsError
from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.aws.job_files import read, split, unvalidated, write
from preflight.sandbox.aws.job_rows import JobFailed, Row, check_rows, parsed_rows


@dataclass(frozen=True, slots=True)
class Counts:
    """Of a job's rows."""

    total: int = 0
    processed: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A job that passed validation: S3 as the role, the rows by file name, where the output goes.

    `kms_key`: what encrypts the output, "" for the bucket's own way; `on_time`: how many rows the
    service manages before the timeout.
    """

    s3: Any
    role: str
    files: Mapping[str, tuple[Row, ...]]
    bucket: str
    prefix: str
    kms_key: str
    model: str
    converse: bool
    on_time: int

    def counts_after(self, part: float) -> Counts:
        """The counts when `part` of the time (0 to 1) is over."""
        total = sum(len(rows) for rows in self.files.values())
        return Counts(total, min(int(part * total), self.on_time))


class Runner:
    """Does what Bedrock does out of sight.

    `rows_on_time` may be set: with fewer than a job has, the job ends as PartiallyCompleted.
    """

    def __init__(self, authority: Authority, operator: Clients) -> None:
        """`operator` lends its endpoints: all that a job reads and writes, it does as the role."""
        self._authority = authority
        self._operator = operator
        self.rows_on_time: int | None = None

    def validate(
        self, job_arn: str, request: Mapping[str, Any], model_arns: tuple[str, ...]
    ) -> Run:
        """Do all that Bedrock does before the first row. Raises JobFailed."""
        region, account = job_arn.split(":")[3:5]
        role = request["roleArn"]
        try:
            keys = self._authority.assume_as_bedrock(role, job_arn, account)
        except AwsError as error:
            raise JobFailed(f"Bedrock cannot assume the role {role}: {error.message}") from error
        source = request["inputDataConfig"]["s3InputDataConfig"]
        target = request["outputDataConfig"]["s3OutputDataConfig"]
        for side in (source, target):
            self._check_bucket(split(side["s3Uri"])[0], region, side.get("s3BucketOwner"))
        s3 = self._operator.acting_as(keys).get("s3", region)
        bucket, prefix = split(target["s3Uri"])
        prefix += "" if not prefix or prefix.endswith("/") else "/"
        prefix += job_arn.rpartition("/")[2] + "/"
        files = {name: parsed_rows(text, name) for name, text in read(s3, source["s3Uri"], role)}
        self._check_rights(keys["AccessKeyId"], f"{bucket}/{prefix}", model_arns, region)
        kms_key = target.get("s3EncryptionKeyId", "")
        self._check_encryption(keys["AccessKeyId"], bucket, prefix, kms_key, role)
        total = check_rows(job_arn, files)
        on_time = total if self.rows_on_time is None else min(total, self.rows_on_time)
        converse = request.get("modelInvocationType") == "Converse"
        model = model_arns[-1].rpartition("/")[2]
        return Run(s3, role, files, bucket, prefix, kms_key, model, converse, on_time)

    def finish(self, run: Run, part: float) -> Counts:
        """Answer the rows that there is time for and write them. Raises JobFailed."""
        counts = run.counts_after(part)
        left, errors, read, written = counts.processed, 0, 0, 0
        for name, rows in run.files.items():
            answered = [answer(row, run.model, converse=run.converse) for row in rows[:left]]
            left -= len(answered)
            errors += sum(each.failed for each in answered)
            read += sum(each.input_tokens for each in answered)
            written += sum(each.output_tokens for each in answered)
            # Bedrock promises no order, so the sandbox never keeps the input's.
            answered.sort(key=lambda each: crc32(each.line["recordId"].encode()))
            text = "".join(json.dumps(each.line) + "\n" for each in answered)
            _put(run, name.rpartition("/")[2] + ".out", text)
        manifest = {
            "totalRecordCount": counts.total,
            "processedRecordCount": counts.processed,
            "successRecordCount": counts.processed - errors,
            "errorRecordCount": errors,
            "inputTokenCount": read,
            "outputTokenCount": written,
        }
        _put(run, "manifest.json.out", json.dumps(manifest))
        return Counts(counts.total, counts.processed, errors)

    def _check_bucket(self, bucket: str, region: str, owner: str | None) -> None:
        """`owner` is who must own it, None where the job does not say."""
        try:
            actual_owner, actual = self._authority.bucket(bucket)
        except AwsError as error:
            raise JobFailed(f"The bucket {bucket} does not exist.") from error
        if owner not in {None, actual_owner}:
            raise JobFailed(f"The bucket {bucket} does not belong to account {owner}.")
        if actual != region:
            raise JobFailed(
                f"The bucket {bucket} is in {actual} and the job runs in {region}: both must be in "
                "one region."
            )

    def _check_encryption(
        self, access_key_id: str, bucket: str, prefix: str, kms_key: str, role: str
    ) -> None:
        try:
            self._authority.require_encryption(access_key_id, bucket, prefix, kms_key)
        except AwsError as error:
            raise JobFailed(unvalidated("PutObject", bucket, prefix, role)) from error

    def _check_rights(
        self, access_key_id: str, output: str, model_arns: tuple[str, ...], region: str
    ) -> None:
        needed = [("s3:PutObject", f"arn:aws:s3:::{output}manifest.json.out", region)]
        # A global profile's destination has no region, and AWS calls that unspecified.
        regions = [arn.split(":")[3] or "unspecified" for arn in model_arns]
        needed += [
            ("bedrock:InvokeModel", arn, at) for arn, at in zip(model_arns, regions, strict=True)
        ]
        for action, resource, at in needed:
            try:
                self._authority.require(access_key_id, action, resource, at)
            except AwsError as error:
                raise JobFailed(error.message) from error


def _put(run: Run, name: str, text: str) -> None:
    write(run.s3, run.bucket, run.prefix + name, text, role=run.role, kms_key=run.kms_key)
