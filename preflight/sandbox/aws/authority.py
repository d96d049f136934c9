"""Who sent a request and what they may: ministack knows, which holds the keys and the policies."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from flask import Request

from preflight.sandbox.aws.server import PREFIX, TOKEN_HEADER

BEDROCK = "bedrock.amazonaws.com"
"""The service principal that Bedrock assumes roles as."""


class AwsError(Exception):
    """An error as AWS answers it: code, message and HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        """Keep the three."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever signed a request: the key, whose it is, and the region the signature is for."""

    access_key_id: str
    arn: str
    account: str
    region: str
    service: str


@dataclass(frozen=True, slots=True)
class Authority:
    """Ministack's engine. `endpoint` is ministack's, `token` opens its questions."""

    endpoint: str
    token: str

    def caller(self, request: Request, service: str) -> Caller:
        """Whoever signed the request for `service`. Raises AwsError for a bad key or signature."""
        path, _, query = str(request.environ["REQUEST_URI"]).partition("?")
        found = Caller(
            **self._ask(
                "authenticate",
                method=request.method,
                raw_path=path,
                query=query,
                headers=[[name, value] for name, value in request.headers],
                body=base64.b64encode(request.get_data()).decode(),
            )
        )
        if found.service != service:
            message = f"Credential should be scoped to correct service: '{service}'. "
            raise AwsError("SignatureDoesNotMatch", message, 403)
        return found

    def require(
        self,
        access_key_id: str,
        action: str,
        resource: str,
        region: str,
        context: Mapping[str, str] | None = None,
    ) -> None:
        """Raise AwsError (AccessDeniedException, in AWS's words) unless the key may do that."""
        self._ask(
            "decide",
            access_key_id=access_key_id,
            action=action,
            resource=resource,
            region=region,
            context=dict(context or {}),
        )

    def assume_as_bedrock(self, role_arn: str, source_arn: str, account: str) -> dict[str, str]:
        """The role's credentials for Bedrock, acting for `source_arn`.

        Raises AwsError when the role's trust policy refuses it.
        """
        return self._ask(
            "assume-for-service",
            role_arn=role_arn,
            service=BEDROCK,
            session="BedrockBatchInference",
            context={"aws:SourceAccount": account, "aws:SourceArn": source_arn},
        )

    def bucket(self, name: str) -> tuple[str, str]:
        """Owner and region of a bucket. Raises AwsError where there is none."""
        found = self._ask("bucket", bucket=name)
        return found["owner"], found["region"]

    def require_encryption(self, access_key_id: str, bucket: str, key: str, kms_key: str) -> None:
        """Raise AwsError unless the access key may encrypt what it writes there.

        `kms_key` is the KMS key asked for, "" for the bucket's own.
        """
        self._ask(
            "encrypt-for", access_key_id=access_key_id, bucket=bucket, key=key, kms_key=kms_key
        )

    def remember(self) -> Callable[[], None]:
        """Keep identities, buckets and keys as they are; returns what puts them back."""
        memory = self._ask("remember")["memory"]

        def restore() -> None:
            self._ask("put-back", memory=memory)

        return restore

    def _ask(self, question: str, **body: Any) -> dict[str, str]:
        connection = HTTPConnection(urlsplit(self.endpoint).netloc, timeout=30)
        try:
            connection.request(
                "POST", PREFIX + question, json.dumps(body), {TOKEN_HEADER: self.token}
            )
            response = connection.getresponse()
            answer: dict[str, str] = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:  # noqa: PLR2004 - HTTP's OK
            raise AwsError(answer["code"], answer["message"], response.status)
        return answer
