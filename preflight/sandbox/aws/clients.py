"""boto3 clients made from a mapping of environment variables, and from nothing else there is."""

import os
import threading
from collections.abc import Mapping
from functools import cache
from typing import Any

# Clients may be shared between threads, but sessions may not while they make clients.
_MAKING = threading.Lock()


class Clients:
    """Clients of one identity, each made once per service and region. Threads may share them."""

    def __init__(self, env: Mapping[str, str]) -> None:
        """Read the standard AWS variables, AWS_ENDPOINT_URL and those per service included."""
        self._env = env
        self._made: dict[tuple[str, str], Any] = {}

    def get(self, service: str, region: str = "") -> Any:
        """The client of a service (`s3`, `iam`, ...); without `region`, in AWS_DEFAULT_REGION."""
        from botocore.config import Config  # noqa: PLC0415 - SDKs are imported where they are used

        region = region or self._env["AWS_DEFAULT_REGION"]
        own = "AWS_ENDPOINT_URL_" + service.upper().replace("-", "_")
        with _MAKING:
            if (service, region) not in self._made:
                self._made[service, region] = _session().client(
                    service,
                    region_name=region,
                    endpoint_url=self._env.get(own) or self._env["AWS_ENDPOINT_URL"],
                    aws_access_key_id=self._env["AWS_ACCESS_KEY_ID"],
                    aws_secret_access_key=self._env["AWS_SECRET_ACCESS_KEY"],
                    aws_session_token=self._env.get("AWS_SESSION_TOKEN"),
                    config=Config(proxies={}),  # none is needed on loopback, and none would work
                )
            return self._made[service, region]

    def acting_as(self, credentials: Mapping[str, str]) -> "Clients":
        """The same for another identity, by its keys as STS and IAM name them in an answer."""
        return Clients(
            {
                **self._env,
                "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
                "AWS_SESSION_TOKEN": credentials.get("SessionToken", ""),
            }
        )

    def of_account(self, account: str) -> "Clients":
        """The same as the root of another account of the sandbox: all roots share one secret."""
        return Clients({**self._env, "AWS_ACCESS_KEY_ID": account})


def partition_of(region: str) -> str:
    """The partition (aws, aws-cn, ...) of a region."""
    with _MAKING:
        return str(_session().get_partition_for_region(region))


@cache
def _session() -> Any:
    """The session of the whole sandbox, which no profile or file can lead to a real account.

    It is one because the parsed service models live in it: they take longer to read than a job
    takes to run.
    """
    import boto3  # noqa: PLC0415
    from botocore.session import Session  # noqa: PLC0415

    nothing = {
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
    }
    return boto3.Session(botocore_session=Session(session_vars=nothing))
