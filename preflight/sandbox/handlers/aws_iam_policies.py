"""Inline policies of IAM roles and users, whoever made the role or user."""

from dataclasses import dataclass
from typing import Any, ClassVar

from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.handlers import (
    Inputs,
    Made,
    Rules,
    State,
    auto_named,
    document_text,
    same_document,
)
from preflight.sandbox.handlers.aws_looks import looked


@dataclass(frozen=True, slots=True)
class InlinePolicy:
    """A policy, known by its holder and its name: `holder` is the input that names the holder."""

    clients: Clients
    holder: ClassVar[str]
    rules: ClassVar[Rules]

    def create(self, name: str, inputs: Inputs) -> Made:
        """Write it into the role or user. IAM refuses where there is none."""
        policy_name = inputs.get("name") or auto_named(name)
        identity = f"{inputs[self.holder]}:{policy_name}"
        return identity, self._put(identity, inputs)

    def read(self, identity: str, state: State) -> State | None:
        """What it says; None where its holder, or the policy in it, is gone."""
        answer = looked(self._call("get"), **self._named(identity))
        if answer is None:
            return None
        return {**state, "policy": same_document(answer["PolicyDocument"], state.get("policy"))}

    def update(self, identity: str, _state: State, inputs: Inputs) -> State:
        """Write it anew."""
        return self._put(identity, inputs)

    def delete(self, identity: str, _state: State) -> None:
        """Take it out of its holder."""
        looked(self._call("delete"), **self._named(identity))

    def _put(self, identity: str, inputs: Inputs) -> State:
        policy, named = document_text(inputs["policy"]), self._named(identity)
        self._call("put")(**named, PolicyDocument=policy)
        return {**inputs, "id": identity, "name": named["PolicyName"], "policy": policy}

    def _named(self, identity: str) -> dict[str, str]:
        holder, _, name = identity.partition(":")
        return {f"{self.holder.title()}Name": holder, "PolicyName": name}

    def _call(self, verb: str) -> Any:
        return getattr(self.clients.get("iam"), f"{verb}_{self.holder}_policy")


@dataclass(frozen=True, slots=True)
class RolePolicy(InlinePolicy):
    """aws:iam/rolePolicy:RolePolicy."""

    holder: ClassVar[str] = "role"
    rules: ClassVar[Rules] = Rules(
        replaced_by=frozenset({"name", "role"}),
        named_by="name",
        documents=frozenset({"policy"}),
    )


@dataclass(frozen=True, slots=True)
class UserPolicy(InlinePolicy):
    """aws:iam/userPolicy:UserPolicy."""

    holder: ClassVar[str] = "user"
    rules: ClassVar[Rules] = Rules(
        replaced_by=frozenset({"name", "user"}),
        named_by="name",
        documents=frozenset({"policy"}),
    )
