"""The sandbox's Cloud Storage, asked by Google's own client: what it lets through, and what not."""

import io
import os

import pytest
from gcp_fixtures import cloud, promised, steady
from gcp_world import BUCKET, REGION, Caller, line
from google.api_core import exceptions as refused

from preflight.permissions import Identity, permissions
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.names import NUMBER, PROJECT
from preflight.sandbox.handlers.gcp import handlers

__all__ = ["cloud", "promised", "steady"]


def test_a_bucket_is_as_it_was_asked_for(cloud, promised):
    with Operator(cloud.env).storage() as client:
        bucket = client.get_bucket(BUCKET)
        assert (bucket.location, bucket.location_type) == ("EUROPE-WEST4", "region")
        assert bucket.project_number == int(NUMBER)
        assert bucket.iam_configuration.uniform_bucket_level_access_enabled
        assert bucket.iam_configuration.public_access_prevention == "enforced"
        assert bucket.labels == {"purpose": "batch"}
        (rule,) = bucket.lifecycle_rules
        assert rule == {
            "action": {"type": "Delete"},
            "condition": {"age": 30, "matchesPrefix": ["in/"]},
        }
        assert [
            client.create_bucket(f"other-{place}", location=place).location_type
            for place in ("eu", "nam4")
        ] == ["multi-region", "dual-region"]
        bucket.labels = {"purpose": "other"}
        bucket.patch()
        assert client.get_bucket(BUCKET).labels == {"purpose": "other"}
        assert client.get_bucket(BUCKET).iam_configuration.public_access_prevention == "enforced"


@pytest.mark.parametrize(
    ("name", "location", "error"),
    [
        ("on-mars", "mars-1", refused.BadRequest),
        ("Bad_Name", REGION, refused.BadRequest),
        (BUCKET, REGION, refused.Conflict),
    ],
)
def test_a_bucket_that_google_would_not_make_is_not_made(steady, name, location, error):
    cloud, _ = steady
    asked = {"name": name, "location": location}
    with pytest.raises(error):
        Operator(cloud.env).call("POST", f"/storage/v1/b?project={PROJECT}", asked)


def test_objects_go_in_by_every_kind_of_upload_and_come_back_whole(cloud, promised):
    del promised
    big = os.urandom(2_500_000)
    with Operator(cloud.env).storage() as client:
        bucket = client.bucket(BUCKET)
        text = bucket.blob("a/b c//d.txt")
        text.metadata = {"kept": "yes"}
        text.upload_from_string("hello", content_type="text/x-test")
        found = bucket.get_blob("a/b c//d.txt")
        assert (found.content_type, found.metadata) == ("text/x-test", {"kept": "yes"})
        in_parts = bucket.blob("big", chunk_size=1024 * 1024)
        in_parts.upload_from_file(io.BytesIO(big), content_type="image/x-test")
        assert bucket.get_blob("big").content_type == "image/x-test"
        assert bucket.blob("a/b c//d.txt").download_as_bytes() == b"hello"
        assert bucket.blob("big").download_as_bytes() == big
        assert bucket.blob("big").download_as_bytes(start=2, end=5) == big[2:6]
        assert [blob.name for blob in client.list_blobs(BUCKET, prefix="a/")] == ["a/b c//d.txt"]
        with pytest.raises(refused.PreconditionFailed):
            bucket.blob("big").upload_from_string("x", if_generation_match=0)
        with pytest.raises(refused.Conflict, match="not empty"):
            bucket.delete()
        bucket.blob("big").delete()
        with pytest.raises(refused.NotFound, match="No such object"):
            bucket.blob("big").download_as_bytes()


def test_a_policy_with_conditions_is_kept_and_obeyed(cloud, promised):
    del promised
    member = "user:ada@example.com"
    expression = f'resource.name.startsWith("projects/_/buckets/{BUCKET}/objects/in/")'
    binding = {
        "role": "roles/storage.objectCreator",
        "members": {member},
        "condition": {"title": "in only", "expression": expression},
    }
    with Operator(cloud.env).storage() as client:
        bucket = client.bucket(BUCKET)
        policy = bucket.get_iam_policy(requested_policy_version=3)
        policy.version = 3
        policy.bindings.append(binding)
        bucket.set_iam_policy(policy)
        kept = bucket.get_iam_policy(requested_policy_version=3)
        assert kept.version == 3
        assert binding in kept.bindings
        with pytest.raises(refused.PreconditionFailed):
            bucket.set_iam_policy(policy)
    ada = Caller(cloud, "ada@example.com")
    assert ada.upload([line(1)], key="in/a.jsonl")[0] == 200
    status, body = ada.upload([line(1)], key="out/a.jsonl")
    assert status == 403
    assert body["error"]["message"] == (
        "ada@example.com does not have storage.objects.create access to the Google Cloud Storage "
        "object. Permission 'storage.objects.create' denied on resource (or it may not exist)."
    )


@pytest.mark.parametrize(
    "binding",
    [
        {
            "role": "roles/storage.objectUser",
            "members": ["serviceAccount:nobody@x.gserviceaccount.com"],
        },
        {"role": "roles/storage.objectUsr", "members": ["user:ada@example.com"]},
        {"role": "roles/owner", "members": ["user:ada@example.com"]},
        {
            "role": "roles/storage.objectUser",
            "members": ["user:ada@example.com"],
            "condition": {"title": "odd", "expression": "resource.name.matches('.*')"},
        },
    ],
    ids=["unknown account", "unknown role", "role of projects", "condition not evaluated"],
)
def test_a_policy_that_cannot_be_obeyed_is_refused(steady, binding):
    cloud, _ = steady
    with pytest.raises(refused.BadRequest):
        Operator(cloud.env).change_policy(
            f"b/{BUCKET}", lambda policy: policy["bindings"].append(binding)
        )


def test_object_roles_do_not_show_the_bucket(cloud, promised):
    del promised
    who = "ada@example.com"
    caller = Caller(cloud, who)
    grant = handlers(cloud.env)["gcp:storage/bucketIAMMember:BucketIAMMember"].create
    member = {"bucket": BUCKET, "member": f"user:{who}"}
    grant("objects", {**member, "role": "roles/storage.objectAdmin"})
    assert caller.call("GET", f"/storage/v1/b/{BUCKET}/o")[0] == 200
    status, body = caller.call("GET", f"/storage/v1/b/{BUCKET}")
    assert status == 403
    assert body["error"]["message"].startswith(f"{who} does not have storage.buckets.get access")
    grant("bucket", {**member, "role": "roles/storage.legacyBucketReader"})
    assert caller.call("GET", f"/storage/v1/b/{BUCKET}")[0] == 200


def test_the_gateway_holds_each_row_of_the_permission_table_and_no_more(cloud, promised):
    gateway = Caller(cloud, promised.gateway_service_account)
    rows = {row.action for row in permissions("vertex", Identity.GATEWAY)}
    on_bucket = sorted(row for row in rows if row.startswith("storage."))
    asked = [*on_bucket, "storage.buckets.setIamPolicy"]
    _, body = gateway.call(
        "GET", f"/storage/v1/b/{BUCKET}/iam/testPermissions", params={"permissions": asked}
    )
    assert sorted(body["permissions"]) == on_bucket
    on_project = sorted(rows - set(on_bucket))
    asked = [*on_project, "resourcemanager.projects.setIamPolicy"]
    _, body = gateway.call(
        "POST", f"/v1/projects/{PROJECT}:testIamPermissions", json={"permissions": asked}
    )
    assert sorted(body["permissions"]) == on_project
