"""The settings of an S3 bucket: each is put, read and deleted whole, and has the bucket's name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.handlers import Inputs, Made, Rules, State, present, same_document, whole
from preflight.sandbox.handlers.aws_looks import looked

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Calls:
    """How one setting is written, read and removed: the S3 client's methods, and what they carry.

    Attributes:
        asked: the inputs -> what `put` takes beside the bucket.
        told: what `get` answers, and the state before -> the inputs as they are now; None for a
            setting that is not there, where S3 answers with an empty one instead of a 404.
        unasked: what `delete` takes beside the bucket.
    """

    put: str
    get: str
    delete: str
    asked: Callable[[Inputs], dict[str, Any]]
    told: Callable[[Answer, State], Inputs | None]
    unasked: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BucketSetting:
    """One setting of a bucket. It belongs to its bucket: another bucket needs another setting."""

    clients: Clients
    calls: Calls
    rules: ClassVar[Rules] = Rules(
        replaced_by=frozenset({"bucket", "expectedBucketOwner", "region"}),
        documents=frozenset({"policy"}),
    )

    def create(self, _name: str, inputs: Inputs) -> Made:
        """Set it."""
        return inputs["bucket"], self._put(inputs)

    def read(self, identity: str, state: State) -> State | None:
        """How it is set; None where it is not, or where the bucket is gone."""
        answer = looked(getattr(self._s3(state), self.calls.get), Bucket=identity)
        told = None if answer is None else self.calls.told(answer, state)
        return None if told is None else {**state, **told}

    def update(self, _identity: str, _state: State, inputs: Inputs) -> State:
        """Set it anew."""
        return self._put(inputs)

    def delete(self, identity: str, state: State) -> None:
        """Back to what a bucket has by itself."""
        looked(getattr(self._s3(state), self.calls.delete), Bucket=identity, **self.calls.unasked)

    def _put(self, inputs: Inputs) -> State:
        s3, bucket = self._s3(inputs), inputs["bucket"]
        getattr(s3, self.calls.put)(Bucket=bucket, **self.calls.asked(inputs))
        kept = {**inputs, "id": bucket, "region": s3.meta.region_name}
        if "policy" in kept:
            kept["policy"] = same_document(kept["policy"], kept["policy"])
        return kept

    def _s3(self, inputs: Inputs) -> Any:
        return self.clients.get("s3", inputs.get("region") or "")


_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def _ours(theirs: str) -> str:
    return theirs[0].lower() + theirs[1:]


def _blocked(inputs: Inputs) -> dict[str, Any]:
    settings = {name: bool(inputs.get(_ours(name))) for name in _BLOCKS}
    return {"PublicAccessBlockConfiguration": settings}


def _read_blocked(answer: Answer, _state: State) -> Inputs:
    found = answer["PublicAccessBlockConfiguration"]
    return {_ours(name): found[name] for name in _BLOCKS}


def _owned(inputs: Inputs) -> dict[str, Any]:
    rule = {"ObjectOwnership": inputs["rule"]["objectOwnership"]}
    return {"OwnershipControls": {"Rules": [rule]}}


def _read_owned(answer: Answer, _state: State) -> Inputs:
    return {"rule": {"objectOwnership": answer["OwnershipControls"]["Rules"][0]["ObjectOwnership"]}}


def _encrypted(inputs: Inputs) -> dict[str, Any]:
    rules = []
    for rule in inputs["rules"]:
        default = rule.get("applyServerSideEncryptionByDefault", {})
        made: dict[str, Any] = {"BucketKeyEnabled": bool(rule.get("bucketKeyEnabled"))}
        if default:
            made["ApplyServerSideEncryptionByDefault"] = present(
                SSEAlgorithm=default.get("sseAlgorithm"),
                KMSMasterKeyID=default.get("kmsMasterKeyId"),
            )
        rules.append(made)
    return {"ServerSideEncryptionConfiguration": {"Rules": rules}}


def _read_encrypted(answer: Answer, _state: State) -> Inputs:
    rules = []
    for rule in answer["ServerSideEncryptionConfiguration"]["Rules"]:
        default = rule.get("ApplyServerSideEncryptionByDefault") or {}
        kept = present(
            sseAlgorithm=default.get("SSEAlgorithm"), kmsMasterKeyId=default.get("KMSMasterKeyID")
        )
        enabled = bool(rule.get("BucketKeyEnabled"))
        rules.append({"applyServerSideEncryptionByDefault": kept, "bucketKeyEnabled": enabled})
    return {"rules": rules}


def _policy(inputs: Inputs) -> dict[str, Any]:
    return {"Policy": same_document(inputs["policy"], inputs["policy"])}


def _read_policy(answer: Answer, state: State) -> Inputs:
    return {"policy": same_document(answer["Policy"], state.get("policy"))}


def _logged(inputs: Inputs) -> dict[str, Any]:
    target = {"TargetBucket": inputs["targetBucket"], "TargetPrefix": inputs["targetPrefix"]}
    return {"BucketLoggingStatus": {"LoggingEnabled": target}}


def _read_logged(answer: Answer, _state: State) -> Inputs | None:
    found = answer.get("LoggingEnabled")
    if not found:
        return None
    return {"targetBucket": found["TargetBucket"], "targetPrefix": found["TargetPrefix"]}


def _expired(inputs: Inputs) -> dict[str, Any]:
    return {"LifecycleConfiguration": {"Rules": [_expiry(rule) for rule in inputs["rules"]]}}


def _expiry(rule: Mapping[str, Any]) -> dict[str, Any]:
    expiration = rule.get("expiration") or {}
    noncurrent = rule.get("noncurrentVersionExpiration") or {}
    aborted = rule.get("abortIncompleteMultipartUpload") or {}
    return present(
        ID=rule.get("id"),
        Status=rule["status"],
        Filter={"Prefix": (rule.get("filter") or {}).get("prefix", rule.get("prefix", ""))},
        Expiration=present(
            Days=whole(expiration.get("days")),
            ExpiredObjectDeleteMarker=expiration.get("expiredObjectDeleteMarker"),
        ),
        NoncurrentVersionExpiration=present(NoncurrentDays=whole(noncurrent.get("noncurrentDays"))),
        AbortIncompleteMultipartUpload=present(
            DaysAfterInitiation=whole(aborted.get("daysAfterInitiation"))
        ),
    )


def _read_expired(answer: Answer, _state: State) -> Inputs:
    return {"rules": [_read_expiry(rule) for rule in answer["Rules"]]}


def _read_expiry(rule: Mapping[str, Any]) -> Inputs:
    expiration = rule.get("Expiration") or {}
    noncurrent = rule.get("NoncurrentVersionExpiration") or {}
    aborted = rule.get("AbortIncompleteMultipartUpload") or {}
    prefix = (rule.get("Filter") or {}).get("Prefix", "")
    return {
        "id": rule.get("ID"),
        "status": rule["Status"],
        "filter": {"prefix": prefix},
        **present(
            expiration=present(
                days=expiration.get("Days"),
                expiredObjectDeleteMarker=expiration.get("ExpiredObjectDeleteMarker"),
            ),
            noncurrentVersionExpiration=present(noncurrentDays=noncurrent.get("NoncurrentDays")),
            abortIncompleteMultipartUpload=present(
                daysAfterInitiation=aborted.get("DaysAfterInitiation")
            ),
        ),
    }


SETTINGS = {
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": Calls(
        "put_public_access_block",
        "get_public_access_block",
        "delete_public_access_block",
        _blocked,
        _read_blocked,
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": Calls(
        "put_bucket_ownership_controls",
        "get_bucket_ownership_controls",
        "delete_bucket_ownership_controls",
        _owned,
        _read_owned,
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": Calls(
        "put_bucket_encryption",
        "get_bucket_encryption",
        "delete_bucket_encryption",
        _encrypted,
        _read_encrypted,
    ),
    "aws:s3/bucketPolicy:BucketPolicy": Calls(
        "put_bucket_policy", "get_bucket_policy", "delete_bucket_policy", _policy, _read_policy
    ),
    "aws:s3/bucketLogging:BucketLogging": Calls(
        "put_bucket_logging",
        "get_bucket_logging",
        "put_bucket_logging",
        _logged,
        _read_logged,
        {"BucketLoggingStatus": {}},
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Calls(
        "put_bucket_lifecycle_configuration",
        "get_bucket_lifecycle_configuration",
        "delete_bucket_lifecycle",
        _expired,
        _read_expired,
    ),
}
"""Resource type -> its calls."""
