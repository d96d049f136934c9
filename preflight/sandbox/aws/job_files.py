"""What a batch job reads from S3 and writes to it, as its role, and its words where it may not."""

from collections.abc import Iterator
from typing import Any

from preflight.sandbox.aws.job_rows import JobFailed


def split(uri: str) -> tuple[str, str]:
    """Bucket and key of an s3:// URI."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def unvalidated(operation: str, bucket: str, key: str, role: str) -> str:
    """What a job says whose role cannot use the customer key: it speaks of S3 and not of KMS."""
    return (
        f"Could not validate {operation} permissions to access Amazon S3 bucket: {bucket} at key "
        f"{key} with the role {role}"
    )


def read(s3: Any, uri: str, role: str) -> Iterator[tuple[str, str]]:
    """The input file, or every .jsonl file of the input folder: key and text. Raises JobFailed."""
    from botocore.exceptions import ClientError  # noqa: PLC0415

    bucket, key = split(uri)
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
        if _of_kms(error):
            raise JobFailed(unvalidated("GetObject", bucket, key, role)) from error
        raise JobFailed(f"Could not read {uri} with the role {role}: {_said(error)}") from error


def write(s3: Any, bucket: str, key: str, text: str, *, role: str, kms_key: str) -> None:
    """Write one file, encrypted with `kms_key` where it is not "". Raises JobFailed."""
    from botocore.exceptions import ClientError  # noqa: PLC0415

    encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key} if kms_key else {}
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=text.encode(), **encrypted)
    except ClientError as error:
        if _of_kms(error):
            raise JobFailed(unvalidated("PutObject", bucket, key, role)) from error
        where = f"s3://{bucket}/{key}"
        raise JobFailed(f"Could not write {where} with the role {role}: {_said(error)}") from error


def _of_kms(error: Any) -> bool:
    return error.response["Error"]["Code"].startswith("KMS.") or "perform: kms:" in _said(error)


def _said(error: Any) -> str:
    return str(error.response["Error"]["Message"])
