"""What AWS's clients of several places share, and what they do not."""

import re

import pytest
from botocore.loaders import JSONFileLoader

from preflight.cloud.aws_session import AwsSession

SERVICES = ("sts", "s3", "iam")


@pytest.fixture(autouse=True)
def credentials(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-for-nothing")


def client(session, service, profile=""):
    return session._client(service, "", profile)  # noqa: SLF001 - its subclasses ask with it


def signed_by(made):
    """The access key that the client signs with."""
    url = made.generate_presigned_url("list_buckets")
    return re.search(r"(?:AWSAccessKeyId=|Credential=)(\w+)", url)[1]


def test_the_models_of_a_service_are_read_once_however_many_regions_are_looked_at(monkeypatch):
    read, load = [], JSONFileLoader.load_file

    def counted(self, path):
        read.append(path)
        return load(self, path)

    monkeypatch.setattr(JSONFileLoader, "load_file", counted)
    for region in ("us-west-2", "us-east-1", "eu-west-1"):
        session = AwsSession(region)
        for service in SERVICES:
            assert client(session, service)
    assert len(read) == len(set(read))


def test_a_session_asks_with_the_credentials_of_its_own_time(monkeypatch):
    before = client(AwsSession("us-west-2"), "s3")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDANOTHER")
    after = client(AwsSession("us-west-2"), "s3")
    assert (signed_by(before), signed_by(after)) == ("AKIDEXAMPLE", "AKIDANOTHER")


def test_a_profile_is_asked_with_its_own_credentials(monkeypatch, tmp_path):
    file = tmp_path / "credentials"
    file.write_text("[owner]\naws_access_key_id = AKIDOWNER\naws_secret_access_key = s\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    session = AwsSession("us-west-2")
    keys = [signed_by(client(session, "s3", name)) for name in ("", "owner")]
    assert keys == ["AKIDEXAMPLE", "AKIDOWNER"]
