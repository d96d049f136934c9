"""What Google Cloud says about a bucket."""

import functools
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from preflight.cloud.gcp_calls import storage_patience, told
from preflight.cloud.gcp_forms import bindings, gcs_bucket
from preflight.cloud.gcp_session import GoogleSession
from preflight.cloud.one_moment import once
from preflight.seams import Binding, GcsBucket


class Buckets(GoogleSession):
    """The questions of `seams.Gcp` about Cloud Storage."""

    @once
    def bucket(self, name: str) -> GcsBucket | None:
        """See `seams.Gcp`."""
        look = functools.partial(self._storage().get_bucket, name, **storage_patience())
        found = told(look, f"gs://{name}", "storage.buckets.get")
        return None if found is None else gcs_bucket(found, datetime.now(UTC).date())

    @once
    def bucket_bindings(self, name: str) -> tuple[Binding, ...]:
        """See `seams.Gcp`. A bucket that does not exist has no bindings."""
        bucket = self._storage().bucket(name)
        look = functools.partial(
            bucket.get_iam_policy, requested_policy_version=3, **storage_patience()
        )
        policy = told(look, f"gs://{name}", "storage.buckets.getIamPolicy")
        return tuple(bindings([] if policy is None else policy.bindings))

    @once
    def bucket_grants(self, name: str, permissions: Sequence[str], identity: str) -> frozenset[str]:
        """See `seams.Gcp`. Nobody holds anything on a bucket that does not exist."""
        credentials = self._gateway(identity)
        if credentials is None:
            return frozenset()
        bucket = self._storage(credentials).bucket(name)
        look = functools.partial(
            bucket.test_iam_permissions, list(permissions), **storage_patience()
        )
        granted = told(look, f"gs://{name}", "storage.buckets.get", who=identity)
        return frozenset(granted or ())

    def _storage(self, credentials: Any = None) -> Any:
        from google.cloud.storage import Client  # noqa: PLC0415 - start-up stays instant

        asking = credentials or self._own()
        return Client(
            project=self._project,
            credentials=asking,
            client_options=self._options(),
            _http=self._session(asking),
        )
