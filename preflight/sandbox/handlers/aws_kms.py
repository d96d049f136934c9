"""Customer keys of KMS, and their aliases."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.handlers import (
    Inputs,
    Made,
    Rules,
    State,
    document_text,
    present,
    same_document,
    whole,
)
from preflight.sandbox.handlers.aws_looks import read_tags

_LONGEST_WINDOW_DAYS = 30
_GOING = ("PendingDeletion", "PendingReplicaDeletion")


@dataclass(frozen=True, slots=True)
class Key:
    """aws:kms/key:Key: KMS makes up its id. It is never deleted at once, and so is gone before."""

    clients: Clients
    rules: ClassVar[Rules] = Rules(
        replaced_by=frozenset(
            {"customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "region"}
        ),
        documents=frozenset({"policy"}),
    )

    def create(self, _name: str, inputs: Inputs) -> Made:
        """Make it, with its policy: KMS's own, which lets the account's IAM decide, where none."""
        kms = self._kms(inputs)
        made = kms.create_key(
            **present(
                Policy=document_text(inputs["policy"]) if inputs.get("policy") else None,
                Description=inputs.get("description"),
                KeyUsage=inputs.get("keyUsage"),
                KeySpec=inputs.get("customerMasterKeySpec"),
                MultiRegion=inputs.get("multiRegion"),
                Tags=_tags(inputs),
            )
        )["KeyMetadata"]
        self._switch(made["KeyId"], {}, inputs)
        return made["KeyId"], self._state(made["KeyId"], inputs)

    def read(self, identity: str, state: State) -> State | None:
        """What it is now; None where it is on its way out."""
        found = _looked(self._kms(state).describe_key, KeyId=identity)
        if found is None or found["KeyMetadata"]["KeyState"] in _GOING:
            return None
        return self._state(identity, state)

    def update(self, identity: str, state: State, inputs: Inputs) -> State:
        """Change all that can be changed of a key."""
        kms = self._kms(state)
        description = inputs.get("description") or ""
        kms.update_key_description(KeyId=identity, Description=description)
        if inputs.get("policy"):
            text = document_text(inputs["policy"])
            kms.put_key_policy(KeyId=identity, PolicyName="default", Policy=text)
        gone = sorted(set(state.get("tags") or {}) - set(inputs.get("tags") or {}))
        if gone:
            kms.untag_resource(KeyId=identity, TagKeys=gone)
        if inputs.get("tags"):
            kms.tag_resource(KeyId=identity, Tags=_tags(inputs))
        self._switch(identity, state, inputs)
        return self._state(identity, inputs | {"region": state["region"]})

    def delete(self, identity: str, state: State) -> None:
        """Have it deleted when its window is over; until then it can be called back."""
        if self.read(identity, state) is not None:
            days = whole(state.get("deletionWindowInDays")) or _LONGEST_WINDOW_DAYS
            self._kms(state).schedule_key_deletion(KeyId=identity, PendingWindowInDays=days)

    def _switch(self, identity: str, before: State, inputs: Inputs) -> None:
        """Whether it is enabled, and whether it changes its material every so often."""
        kms = self._kms(inputs if inputs.get("region") else before)
        enabled = inputs.get("isEnabled", True)
        if enabled != before.get("isEnabled", True):
            (kms.enable_key if enabled else kms.disable_key)(KeyId=identity)
        rotates = bool(inputs.get("enableKeyRotation"))
        days = whole(inputs.get("rotationPeriodInDays"))
        if rotates:
            kms.enable_key_rotation(KeyId=identity, **present(RotationPeriodInDays=days))
        elif before.get("enableKeyRotation"):
            kms.disable_key_rotation(KeyId=identity)

    def _state(self, identity: str, inputs: Inputs) -> State:
        kms = self._kms(inputs)
        found = kms.describe_key(KeyId=identity)["KeyMetadata"]
        policy = kms.get_key_policy(KeyId=identity, PolicyName="default")["Policy"]
        rotation = kms.get_key_rotation_status(KeyId=identity)
        listed = kms.list_resource_tags(KeyId=identity)["Tags"]
        tags = read_tags([{"Key": one["TagKey"], "Value": one["TagValue"]} for one in listed])
        return {
            **inputs,
            "id": identity,
            "keyId": identity,
            "arn": found["Arn"],
            "region": kms.meta.region_name,
            "description": found["Description"],
            "isEnabled": found["Enabled"],
            "keyUsage": found["KeyUsage"],
            "customerMasterKeySpec": found["KeySpec"],
            "multiRegion": found["MultiRegion"],
            "enableKeyRotation": rotation["KeyRotationEnabled"],
            "policy": same_document(policy, inputs.get("policy")),
            "tags": tags,
            "tagsAll": tags,
        }

    def _kms(self, inputs: Inputs) -> Any:
        return self.clients.get("kms", inputs.get("region") or "")


@dataclass(frozen=True, slots=True)
class Alias:
    """aws:kms/alias:Alias: a name for a key, that the program gives with its alias/ before it."""

    clients: Clients
    rules: ClassVar[Rules] = Rules(replaced_by=frozenset({"name", "region"}))

    def create(self, _name: str, inputs: Inputs) -> Made:
        """Make it. KMS refuses one that there is."""
        self._kms(inputs).create_alias(AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"])
        return inputs["name"], self._state(inputs)

    def read(self, identity: str, state: State) -> State | None:
        """Which key it names; None where it is gone."""
        for page in self._kms(state).get_paginator("list_aliases").paginate():
            for found in page["Aliases"]:
                if found["AliasName"] == identity:
                    return self._state(self._aimed(state, found["TargetKeyId"]))
        return None

    def update(self, identity: str, _state: State, inputs: Inputs) -> State:
        """Let it name another key."""
        self._kms(inputs).update_alias(AliasName=identity, TargetKeyId=inputs["targetKeyId"])
        return self._state(inputs)

    def delete(self, identity: str, state: State) -> None:
        """Unmake it; its key stays."""
        _looked(self._kms(state).delete_alias, AliasName=identity)

    @staticmethod
    def _aimed(state: State, key_id: str) -> State:
        """The key by its id or its ARN, as it was asked for."""
        same = str(state.get("targetKeyId", "")).rpartition("/")[2] == key_id
        return state if same else {**state, "targetKeyId": key_id}

    def _state(self, inputs: Inputs) -> State:
        kms = self._kms(inputs)
        key = kms.describe_key(KeyId=inputs["targetKeyId"])["KeyMetadata"]["Arn"]
        name, place = inputs["name"], key.rpartition(":")[0]
        computed = {"arn": f"{place}:{name}", "targetKeyArn": key, "region": kms.meta.region_name}
        return {**inputs, "id": name, **computed}

    def _kms(self, inputs: Inputs) -> Any:
        return self.clients.get("kms", inputs.get("region") or "")


def _tags(inputs: Inputs) -> list[dict[str, str]]:
    """The tags as KMS alone spells them."""
    return [
        {"TagKey": name, "TagValue": value} for name, value in (inputs.get("tags") or {}).items()
    ]


def _looked(ask: Callable[..., dict[str, Any]], **what: Any) -> dict[str, Any] | None:
    """The answer of a call; None where there is no such thing, which KMS says with a 400."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - start-up stays instant

    try:
        return ask(**what)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NotFoundException":
            raise
        return None
