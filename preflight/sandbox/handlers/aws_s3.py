"""The S3 bucket itself; its settings are resources of their own."""

from dataclasses import dataclass
from typing import Any, ClassVar

from preflight.sandbox.aws.clients import Clients, partition_of
from preflight.sandbox.handlers import Inputs, Made, Rules, State, auto_named
from preflight.sandbox.handlers.aws_looks import looked, read_tags, tags

# The one region whose name S3 does not take as a location constraint.
_UNCONSTRAINED = "us-east-1"


@dataclass(frozen=True, slots=True)
class Bucket:
    """aws:s3/bucket:Bucket: a bucket cannot be renamed, and cannot move."""

    clients: Clients
    rules: ClassVar[Rules] = Rules(
        replaced_by=frozenset({"bucket", "region", "objectLockEnabled"}),
        named_by="bucket",
    )

    def create(self, name: str, inputs: Inputs) -> Made:
        """Make it in its region."""
        bucket = inputs.get("bucket") or auto_named(name).lower()
        s3 = self._s3(inputs)
        region = s3.meta.region_name
        location = {"LocationConstraint": region}
        constraint = {} if region == _UNCONSTRAINED else {"CreateBucketConfiguration": location}
        s3.create_bucket(Bucket=bucket, **constraint)
        if inputs.get("tags"):
            s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags(inputs)})
        return bucket, _state(bucket, region, inputs)

    def read(self, identity: str, state: State) -> State | None:
        """Where it is, and its tags."""
        s3 = self._s3(state)
        located = looked(s3.get_bucket_location, Bucket=identity)
        if located is None:
            return None
        region = located.get("LocationConstraint") or _UNCONSTRAINED
        tagged = looked(s3.get_bucket_tagging, Bucket=identity)
        found = read_tags(tagged["TagSet"]) if tagged else {}
        told = {"tags": found} if found or "tags" in state else {}
        return _state(identity, region, {**state, **told})

    def update(self, identity: str, state: State, inputs: Inputs) -> State:
        """Only its tags can change."""
        s3 = self._s3(state)
        if inputs.get("tags"):
            s3.put_bucket_tagging(Bucket=identity, Tagging={"TagSet": tags(inputs)})
        else:
            s3.delete_bucket_tagging(Bucket=identity)
        return _state(identity, state["region"], inputs)

    def delete(self, identity: str, state: State) -> None:
        """Only an empty one: S3 refuses every other."""
        looked(self._s3(state).delete_bucket, Bucket=identity)

    def _s3(self, inputs: Inputs) -> Any:
        return self.clients.get("s3", inputs.get("region") or "")


def _state(bucket: str, region: str, inputs: Inputs) -> State:
    return {
        **inputs,
        "id": bucket,
        "bucket": bucket,
        "arn": f"arn:{partition_of(region)}:s3:::{bucket}",
        "region": region,
        "bucketRegion": region,
        "bucketDomainName": f"{bucket}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{bucket}.s3.{region}.amazonaws.com",
        "tagsAll": inputs.get("tags") or {},
    }
