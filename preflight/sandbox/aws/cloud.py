"""The AWS half of the sandbox, started and stopped as one."""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from preflight.sandbox.aws.authority import Authority
from preflight.sandbox.aws.bedrock import bedrock
from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.aws.emulator import emulator
from preflight.sandbox.aws.iam_front import iam_front
from preflight.sandbox.aws.jobs import Jobs
from preflight.sandbox.aws.quotas import quotas
from preflight.sandbox.aws.runs import Runner
from preflight.sandbox.serving import serve

ACCOUNT = "123456789012"
OTHER_ACCOUNT = "210987654321"
"""Somebody else's, in which the operator has no rights."""
REGION = "us-west-2"
_OWNER = "bucket-owner"
GATEWAY_USER = "tfy-gateway"
JOB_SECONDS = 1.2


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key. The secret is kept out of what is printed."""

    access_key_id: str
    secret_access_key: str

    def __repr__(self) -> str:
        """Name the key by its id alone."""
        return f"AccessKey({self.access_key_id!r})"


class AwsCloud:
    """One AWS account on loopback, for as long as a `with` block lasts, and a stranger's beside it.

    Inside the block: `env`, the operator's environment variables (the account's root);
    `gateway_user_arn` and `gateway_keys`, the gateway's own IAM user, which may assume roles that
    trust it; `aws_endpoint` and `bedrock_endpoint`; `runner`, whose `rows_on_time` makes jobs end
    as PartiallyCompleted.
    """

    env: dict[str, str]
    gateway_user_arn: str
    gateway_keys: AccessKey
    aws_endpoint: str
    bedrock_endpoint: str
    runner: Runner
    _authority: Authority

    def __init__(
        self,
        folder: Path,
        job_seconds: float = JOB_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`folder` takes ministack's log; a batch job takes `job_seconds` in all, by `clock`."""
        self._folder = folder
        self._job_seconds = job_seconds
        self._clock = clock
        self._started = ExitStack()

    def __enter__(self) -> Self:
        """Start everything. Raises RuntimeError when ministack does not start."""
        with ExitStack() as starting:
            secret = secrets.token_urlsafe(30)
            self.aws_endpoint, token = starting.enter_context(
                emulator(self._folder, ACCOUNT, secret)
            )
            env = {
                "AWS_ACCESS_KEY_ID": ACCOUNT,
                "AWS_SECRET_ACCESS_KEY": secret,
                "AWS_DEFAULT_REGION": REGION,
                "AWS_REGION": REGION,
                "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_ENDPOINT_URL": self.aws_endpoint,
                **self._owners_profile(secret),
            }
            operator = Clients(env)
            authority = self._authority = Authority(self.aws_endpoint, token)
            self.runner = Runner(authority, operator)
            jobs = Jobs(authority, self.runner, self._job_seconds, self._clock)
            self.bedrock_endpoint = starting.enter_context(serve(bedrock(authority, jobs)))
            self.env = env | {
                "AWS_ENDPOINT_URL_IAM": starting.enter_context(
                    serve(iam_front(authority, operator))
                ),
                "AWS_ENDPOINT_URL_BEDROCK": self.bedrock_endpoint,
                "AWS_ENDPOINT_URL_SERVICE_QUOTAS": starting.enter_context(serve(quotas(authority))),
            }
            self._make_gateway_user(operator)
            self._started = starting.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop everything."""
        self._started.close()

    def remember(self) -> Callable[[], None]:
        """Keep identities, buckets and keys as they are; returns what puts them back."""
        return self._authority.remember()

    def make_foreign_bucket(self, name: str, region: str = REGION) -> None:
        """Make a bucket in the other account. Nobody of this one has any right in it."""
        constraint = {"LocationConstraint": region}
        self._foreign_s3(region).create_bucket(Bucket=name, CreateBucketConfiguration=constraint)

    def put_foreign_bucket_policy(
        self, name: str, policy: Mapping[str, object], region: str = REGION
    ) -> None:
        """Set the policy of a bucket of the other account, as its owner would."""
        self._foreign_s3(region).put_bucket_policy(Bucket=name, Policy=json.dumps(policy))

    def make_foreign_key(self, policy: Mapping[str, object], region: str = REGION) -> str:
        """Make a customer key of the other account. Returns its ARN."""
        kms = Clients(self.env).of_account(OTHER_ACCOUNT).get("kms", region)
        return str(kms.create_key(Policy=json.dumps(policy))["KeyMetadata"]["Arn"])

    def _foreign_s3(self, region: str) -> Any:
        return Clients(self.env).of_account(OTHER_ACCOUNT).get("s3", region)

    def _owners_profile(self, secret: str) -> dict[str, str]:
        """The other account's root as an AWS profile: who looks at a bucket of that account."""
        file = self._folder / "aws-credentials"
        file.touch(mode=0o600)
        file.write_text(
            f"[{_OWNER}]\naws_access_key_id={OTHER_ACCOUNT}\naws_secret_access_key={secret}\n"
        )
        return {"AWS_SHARED_CREDENTIALS_FILE": str(file), "PREFLIGHT_BUCKET_OWNER_PROFILE": _OWNER}

    def _make_gateway_user(self, operator: Clients) -> None:
        iam = operator.get("iam")
        self.gateway_user_arn = iam.create_user(UserName=GATEWAY_USER)["User"]["Arn"]
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
        iam.put_user_policy(
            UserName=GATEWAY_USER,
            PolicyName="assume-roles",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )
        key = iam.create_access_key(UserName=GATEWAY_USER)["AccessKey"]
        self.gateway_keys = AccessKey(key["AccessKeyId"], key["SecretAccessKey"])
