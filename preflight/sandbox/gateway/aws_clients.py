"""Clients of whom a Bedrock account acts as: for one request, with nothing remembered.

Credentials are not kept from one request to the next, so that a role, a trust or a key that changes
is felt by the next request.
"""

import threading
from functools import cache
from typing import Any

from preflight.sandbox.accounts import BedrockAccount

_MAKING = threading.Lock()


def client(account: BedrockAccount, service: str) -> Any:
    """A boto3 client of `s3` or `bedrock` in the account's region, acting as its role or user.

    Raises:
        ClientError: STS refused the account's keys or the role.
    """
    keys = (account.access_key_id, account.secret_access_key, None)
    if account.role_arn:
        sts = _make("sts", account, account.aws_endpoint, keys)
        agreed = {"ExternalId": account.external_id} if account.external_id else {}
        answer = sts.assume_role(RoleArn=account.role_arn, RoleSessionName="ai-gateway", **agreed)
        told = answer["Credentials"]
        keys = (told["AccessKeyId"], told["SecretAccessKey"], told["SessionToken"])
    endpoint = account.bedrock_endpoint if service == "bedrock" else account.aws_endpoint
    made = _make(service, account, endpoint, keys)
    if service == "s3":
        made.meta.events.register_last("before-parameter-build.s3", _stay_in_region)
    return made


def _stay_in_region(context: dict[str, Any], **_: Any) -> None:
    """Take S3's 301 as an answer.

    botocore would follow it to the bucket's region; a gateway that puts to the account's regional
    address does not.
    """
    context.setdefault("s3_redirect", {})["redirected"] = True


@cache
def _session() -> Any:
    import boto3  # noqa: PLC0415 - start-up without a sandbox stays instant

    return boto3.Session()


def _make(
    service: str, account: BedrockAccount, endpoint: str, keys: tuple[str, str, str | None]
) -> Any:
    from botocore.config import Config  # noqa: PLC0415

    access_key_id, secret_access_key, session_token = keys
    # A session makes one client at a time; the clients themselves may be used side by side.
    with _MAKING:
        return _session().client(
            service,
            region_name=account.region,
            endpoint_url=endpoint,
            aws_access_key_id=access_key_id,
            aws_secret_access_key=secret_access_key,
            aws_session_token=session_token,
            config=Config(
                retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=60, proxies={}
            ),
        )
