"""A batch job's validation and its run: reads and writes are real calls with the job role's rights.

Messages quote Bedrock where its words are known; elsewhere they are the sandbox's own.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from preflight.sandbox.aws.answers import answer
from preflight.sandbox.aws.authority import Authority, AwsError
from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.aws.job_rows import JobFailed, Row, check_rows, parsed_rows

_AWS_OWN_KEY = "alias/aws/s3"


@dataclass(frozen=True, slots=True)
class Counts:
    """Of a job's rows."""

    total: int = 0
    processed: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A job that passed validation: S3 as the role, the rows by file name, where the output goes.

    `on_time`: how many rows the service manages before the timeout.
    """

    s3: Any
    role: str
    files: Mapping[str, tuple[Row, ...]]
    bucket: str
    prefix: str
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
        """`operator` tells what Bedrock knows without the role: where a bucket is, its key."""
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
            owner = side.get("s3BucketOwner", account)
            self._check_bucket(_split(side["s3Uri"])[0], region, owner)
        s3 = self._operator.acting_as(keys).get("s3", region)
        bucket, prefix = _split(target["s3Uri"])
        prefix += "" if not prefix or prefix.endswith("/") else "/"
        prefix += job_arn.rpartition("/")[2] + "/"
        self._check_keys(keys["AccessKeyId"], (source, target), region, role)
        files = {name: parsed_rows(text, name) for name, text in _read(s3, source["s3Uri"], role)}
        self._check_rights(keys["AccessKeyId"], f"{bucket}/{prefix}", model_arns, region)
        total = check_rows(job_arn, files)
        on_time = total if self.rows_on_time is None else min(total, self.rows_on_time)
        converse = request.get("modelInvocationType") == "Converse"
        model = model_arns[-1].rpartition("/")[2]
        return Run(s3, role, files, bucket, prefix, model, converse, on_time)

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
            _write(run, name.rpartition("/")[2] + ".out", text)
        manifest = {
            "totalRecordCount": counts.total,
            "processedRecordCount": counts.processed,
            "successRecordCount": counts.processed - errors,
            "errorRecordCount": errors,
            "inputTokenCount": read,
            "outputTokenCount": written,
        }
        _write(run, "manifest.json.out", json.dumps(manifest))
        return Counts(counts.total, counts.processed, errors)

    def _check_bucket(self, bucket: str, region: str, owner: str) -> None:
        from botocore.exceptions import ClientError  # noqa: PLC0415

        s3 = self._operator.get("s3", region)
        try:
            head = s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=owner)
        except ClientError as error:
            there = error.response["Error"]["Code"] != "404"
            problem = f"does not belong to account {owner}" if there else "does not exist"
            raise JobFailed(f"The bucket {bucket} {problem}.") from error
        actual = head["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"]
        if actual != region:
            raise JobFailed(
                f"The bucket {bucket} is in {actual} and the job runs in {region}: both must be in "
                "one region."
            )

    def _check_keys(
        self, access_key_id: str, sides: tuple[Mapping[str, Any], ...], region: str, role: str
    ) -> None:
        """Customer keys: the message speaks of S3 and never names KMS, as the real one does not."""
        for side, action, means in zip(
            sides, ("kms:Decrypt", "kms:GenerateDataKey"), ("GetObject", "PutObject"), strict=True
        ):
            bucket, key = _split(side["s3Uri"])
            arn = side.get("s3EncryptionKeyId") or self._bucket_key(bucket, region)
            if not arn:
                continue
            try:
                self._authority.require(access_key_id, action, arn, region)
            except AwsError as error:
                raise JobFailed(
                    f"Could not validate {means} permissions to access Amazon S3 bucket: {bucket} "
                    f"at key {key} with the role {role}"
                ) from error

    def _bucket_key(self, bucket: str, region: str) -> str:
        """The ARN of the customer key that the bucket encrypts with; empty without one."""
        answer = self._operator.get("s3", region).get_bucket_encryption(Bucket=bucket)
        rules = answer["ServerSideEncryptionConfiguration"]["Rules"]
        key = rules[0]["ApplyServerSideEncryptionByDefault"].get("KMSMasterKeyID", "")
        if not key or key.endswith(_AWS_OWN_KEY):
            return ""
        return str(self._operator.get("kms", region).describe_key(KeyId=key)["KeyMetadata"]["Arn"])

    def _check_rights(
        self, access_key_id: str, output: str, model_arns: tuple[str, ...], region: str
    ) -> None:
        needed = [("s3:PutObject", f"arn:aws:s3:::{output}manifest.json.out", region)]
        needed += [("bedrock:InvokeModel", arn, arn.split(":")[3]) for arn in model_arns]
        for action, resource, at in needed:
            try:
                self._authority.require(access_key_id, action, resource, at)
            except AwsError as error:
                raise JobFailed(error.message) from error


def _split(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def _read(s3: Any, uri: str, role: str) -> Iterator[tuple[str, str]]:
    """The input file, or every .jsonl file of the input folder: key and text."""
    from botocore.exceptions import ClientError  # noqa: PLC0415

    bucket, key = _split(uri)
    try:
        found = s3.list_objects_v2(Bucket=bucket, Prefix=key).get("Contents", [])
        keys = [each["Key"] for each in found if each["Key"].endswith(".jsonl")]
        if key.endswith(".jsonl"):
            keys = [each for each in keys if each == key]
        if not keys:
            raise JobFailed(f"There is no .jsonl file at {uri}.")
        for name in keys:
            yield name, s3.get_object(Bucket=bucket, Key=name)["Body"].read().decode()
    except ClientError as error:
        raise JobFailed(f"Could not read {uri} with the role {role}: {_said(error)}") from error


def _write(run: Run, name: str, text: str) -> None:
    from botocore.exceptions import ClientError  # noqa: PLC0415

    try:
        run.s3.put_object(Bucket=run.bucket, Key=run.prefix + name, Body=text.encode())
    except ClientError as error:
        where = f"s3://{run.bucket}/{run.prefix}{name}"
        raise JobFailed(
            f"Could not write {where} with the role {run.role}: {_said(error)}"
        ) from error


def _said(error: Any) -> str:
    return str(error.response["Error"]["Message"])
