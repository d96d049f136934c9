"""What several AWS handlers share: a look at what may be gone, and tags."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from preflight.sandbox.handlers import Inputs


def looked(ask: Callable[..., Any], **what: Any) -> dict[str, Any] | None:
    """The answer of a call; None where AWS says that there is no such thing."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - start-up stays instant

    try:
        answer: dict[str, Any] = ask(**what)
    except ClientError as error:
        # Every service has codes of its own for what is not there, but one HTTP status.
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != HTTPStatus.NOT_FOUND:
            raise
        return None
    return answer


def tags(inputs: Inputs) -> list[dict[str, str]]:
    """The tags as AWS takes them."""
    return [{"Key": key, "Value": value} for key, value in (inputs.get("tags") or {}).items()]


def read_tags(found: list[dict[str, str]]) -> dict[str, str]:
    """The tags as Pulumi shows them."""
    return {tag["Key"]: tag["Value"] for tag in found}
