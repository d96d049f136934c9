"""The stand-in for Google Cloud, asked as the engine asks: buckets, grants, accounts, services."""

from engine.playing import Resource
from standin_fixtures import google

from preflight.sandbox.gcp.client import Operator

__all__ = ["google"]


BUCKET = {"location": "EUROPE-WEST4", "uniformBucketLevelAccess": True, "labels": {"a": "b"}}


def test_a_bucket_at_google_is_relabelled_in_place_and_moved_by_another(google):
    _, stub = google
    made = Resource(stub, "gcp:storage/bucket:Bucket", "data").created(**BUCKET)
    assert made.id.startswith("data-")
    assert made.looked() == made
    assert made.diff(**{**BUCKET, "labels": {"a": "c"}}).paths == {"labels.a"}
    moved = made.diff(**{**BUCKET, "location": "US-CENTRAL1"})
    assert (moved.replaces, moved.deletes_first) == (["location"], False)
    changed = made.updated(**{**BUCKET, "labels": {"a": "c"}})
    assert changed.looked().asked["labels"] == {"a": "c"}
    changed.deleted()
    assert changed.looked() is None


def test_a_grant_that_somebody_took_away_is_gone_for_a_look(google):
    env, stub = google
    bucket = Resource(stub, "gcp:storage/bucket:Bucket").created(**BUCKET)
    account = Resource(stub, "gcp:serviceaccount/account:Account").created(accountId="batch-one")
    grant = {"bucket": bucket.id, "role": "roles/storage.objectUser"}
    grant["member"] = account.outputs["member"]
    made = Resource(stub, "gcp:storage/bucketIAMMember:BucketIAMMember").created(**grant)
    assert made.looked().asked == made.asked
    assert made.diff(**{**grant, "role": "roles/storage.objectViewer"}).replaces == ["role"]
    operator = Operator(env)
    operator.change_policy(f"b/{bucket.id}", lambda policy: policy["bindings"].pop())
    assert made.looked() is None
    made.deleted()


def test_a_service_account_is_renamed_in_place(google):
    _, stub = google
    fresh = Resource(stub, "gcp:serviceaccount/account:Account")
    made = fresh.created(accountId="batch-two", displayName="one")
    changed = made.updated(accountId="batch-two", displayName="two")
    assert changed.looked().outputs["displayName"] == "two"
    assert made.diff(accountId="batch-six", displayName="one").replaces == ["accountId"]
    changed.deleted()
    assert changed.looked() is None


def test_an_api_stays_on_unless_it_is_to_go(google):
    _, stub = google
    api = "compute.googleapis.com"
    kept = Resource(stub, "gcp:projects/service:Service").created(
        service=api, disableOnDestroy=False
    )
    kept.deleted()
    assert kept.looked() == kept
    gone = kept.updated(service=api, disableOnDestroy=True)
    gone.deleted()
    assert gone.looked() is None
