"""The sandbox's gateway before small doubles of the providers."""

import json
from dataclasses import dataclass, field

import boto3
import httpx2
from flask import Flask, Response, jsonify, request
from openai import OpenAI

from preflight.sandbox.accounts import BedrockAccount
from preflight.sandbox.gateway import SandboxGateway

KEY = "tfy-key-of-the-caller"
HAIKU = "anthropic.claude-3-5-haiku-20241022-v1:0"
ROLE = "arn:aws:iam::123456789012:role/job"
JOB = "arn:aws:bedrock:us-west-2:123456789012:model-invocation-job/abcdefghijkl"
OPENAI = {"x-tfy-provider-name": "openai-main"}
AZURE = {"x-tfy-provider-name": "azure-main", "x-tfy-azure-api-version": "2024-12-01-preview"}
VERTEX = {
    "x-tfy-provider-name": "vertex-main",
    "x-tfy-vertex-storage-bucket-name": "vertex-bucket",
    "x-tfy-vertex-region": "europe-west4",
    "x-tfy-provider-model": "gemini-2.5-flash",
}
BEDROCK = {
    "x-tfy-provider-name": "bedrock-main",
    "x-tfy-aws-s3-bucket": "bedrock-bucket",
    "x-tfy-aws-bedrock-model": HAIKU,
}
CHAT = "/v1/chat/completions"


def line(custom_id, **body):
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}], **body}
    row = {"custom_id": custom_id, "method": "POST", "url": CHAT, "body": body}
    return json.dumps(row).encode() + b"\n"


ONE = line("r-0")


@dataclass
class Double:
    """A provider that answers what it is told to, and writes down what it was asked."""

    answers: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)

    def app(self):
        app = Flask("double")
        app.url_map.merge_slashes = False

        @app.route("/", defaults={"path": ""}, methods=["GET", "POST", "PUT", "DELETE"])
        @app.route("/<path:path>", methods=["GET", "POST", "PUT", "DELETE"])
        def any_path(path):
            self.asked.append(
                {
                    "call": f"{request.method} /{path}",
                    "query": request.args.to_dict(),
                    "authorization": request.headers.get("Authorization"),
                    "type": request.content_type,
                    "body": request.get_data(),
                }
            )
            status, told = self.answers.get(f"{request.method} /{path}", (200, {"id": "x"}))
            if isinstance(told, dict):
                return jsonify(told), status
            return Response(told, status, content_type="application/octet-stream")

        return app

    def calls(self):
        return [one["call"] for one in self.asked]


@dataclass
class World:
    gateway: SandboxGateway
    upstream: Double
    azure: Double
    google: Double
    jobs: Double
    aws_url: str
    jobs_url: str

    def client(self, headers, key=KEY):
        return OpenAI(
            api_key=key, base_url=self.gateway.base_url, default_headers=headers, max_retries=0
        )

    def get(self, path, headers, key=KEY):
        return httpx2.get(
            f"{self.gateway.base_url}{path}", headers={**headers, "Authorization": f"Bearer {key}"}
        )

    def s3(self):
        return boto3.client(
            "s3",
            region_name="us-west-2",
            endpoint_url=self.aws_url,
            aws_access_key_id="operator",
            aws_secret_access_key="secret",
        )

    def bedrock_account(self, **changes):
        known = {
            "name": "bedrock-main",
            "region": "us-west-2",
            "access_key_id": "AKIAGATEWAY",
            "secret_access_key": "secret",
            "role_arn": "arn:aws:iam::123456789012:role/gateway",
            "aws_endpoint": self.aws_url,
            "bedrock_endpoint": self.jobs_url,
        }
        return BedrockAccount(**{**known, **changes})


def upload(client, content=ONE, name="requests.jsonl", purpose="batch"):
    return client.files.create(file=(name, content), purpose=purpose)
