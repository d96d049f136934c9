"""A client that asks a provider as the engine does, one resource at a time."""

from contextlib import contextmanager
from dataclasses import dataclass, replace
from secrets import token_bytes
from types import SimpleNamespace

import grpc
from engine.standin import serving
from engine.wire import read, write
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

DIFFERS = {
    provider_pb2.DiffResponse.DIFF_NONE: False,
    provider_pb2.DiffResponse.DIFF_SOME: True,
}


@contextmanager
def provider(package, env):
    """The stand-in, served and asked over gRPC."""
    with (
        serving(package, env) as port,
        grpc.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        yield ResourceProviderStub(channel)


@dataclass(frozen=True)
class Resource:
    """One resource as the engine keeps it: what was asked for, what came of it, its id."""

    stub: ResourceProviderStub
    token: str
    name: str = "it"
    id: str = ""
    inputs: Struct = None
    state: Struct = None

    @property
    def urn(self):
        return f"urn:pulumi:dev::batch-preflight::batch-preflight:x:Y${self.token}::{self.name}"

    def checked(self, inputs, seed=b"", secrets=frozenset()):
        """The inputs as the provider completes them, and its complaints."""
        answer = self.stub.Check(
            provider_pb2.CheckRequest(
                urn=self.urn,
                olds=self.inputs or Struct(),
                news=write(inputs, secrets),
                randomSeed=seed or token_bytes(32),
            )
        )
        return answer.inputs, [(one.property, one.reason) for one in answer.failures]

    def created(self, secrets=frozenset(), **inputs):
        complete, failures = self.checked(inputs, secrets=secrets)
        assert not failures
        request = provider_pb2.CreateRequest(urn=self.urn, properties=complete)
        made = self.stub.Create(request)
        return replace(self, id=made.id, inputs=complete, state=made.properties)

    def previewed(self, **inputs):
        """(id, outputs) that a preview shows."""
        complete, _ = self.checked(inputs)
        request = provider_pb2.CreateRequest(urn=self.urn, properties=complete, preview=True)
        made = self.stub.Create(request)
        return made.id, read(made.properties).values

    def diff(self, ignore=(), **inputs):
        """Whether it differs, in which paths, what replaces it, and whether the old goes first."""
        complete, _ = self.checked(inputs)
        answer = self.stub.Diff(
            provider_pb2.DiffRequest(
                urn=self.urn,
                id=self.id,
                olds=self.state,
                old_inputs=self.inputs,
                news=complete,
                ignoreChanges=ignore,
            )
        )
        assert answer.hasDetailedDiff
        return SimpleNamespace(
            differs=DIFFERS[answer.changes],
            paths=set(answer.detailedDiff),
            replaces=list(answer.replaces),
            deletes_first=answer.deleteBeforeReplace,
        )

    def updated(self, *, preview=False, **inputs):
        complete, _ = self.checked(inputs)
        request = provider_pb2.UpdateRequest(
            urn=self.urn, id=self.id, olds=self.state, news=complete, preview=preview
        )
        made = self.stub.Update(request)
        return replace(self, inputs=complete, state=made.properties)

    def looked(self):
        """As a refresh finds it; None where it is gone."""
        found = self.stub.Read(
            provider_pb2.ReadRequest(
                urn=self.urn, id=self.id, properties=self.state, inputs=self.inputs
            )
        )
        return replace(self, inputs=found.inputs, state=found.properties) if found.id else None

    def deleted(self):
        request = provider_pb2.DeleteRequest(urn=self.urn, id=self.id, properties=self.state)
        self.stub.Delete(request)

    @property
    def asked(self):
        return read(self.inputs).values

    @property
    def outputs(self):
        return read(self.state).values
