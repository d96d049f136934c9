"""A stand-in for the provider plugins: the sandbox's handlers behind Pulumi's provider protocol.

What it does with an update, a replacement or an unknown value is what the real providers do for the
inputs that the program sets. Where there are no plugins, the real engine drives this.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import wraps
from importlib.metadata import version

import grpc
from engine.difference import Kind, differences, seen
from engine.wire import UNKNOWN, read, write
from google.protobuf import empty_pb2
from pulumi.runtime.proto import ResourceProviderServicer, plugin_pb2, provider_pb2
from pulumi.runtime.proto.provider_pb2_grpc import add_ResourceProviderServicer_to_server
from typing_extensions import override

from preflight.sandbox.handlers import auto_named
from preflight.sandbox.provision import SandboxHandlers
from preflight.seams import UsageError

DEFAULTS = "__defaults"
"""The names of the inputs that were made up here. The real providers keep them so too."""

_KINDS = {
    Kind.ADD: ("ADD", "ADD_REPLACE"),
    Kind.DELETE: ("DELETE", "DELETE_REPLACE"),
    Kind.UPDATE: ("UPDATE", "UPDATE_REPLACE"),
}


def told(method):
    """What goes wrong is told to the engine in one line, as a plugin would, without a traceback."""

    @wraps(method)
    def call(self, request, context):
        try:
            return method(self, request, context)
        except UsageError as error:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, str(error))
        except Exception as error:  # noqa: BLE001 - the engine is the one to handle it
            context.abort(grpc.StatusCode.UNKNOWN, f"{type(error).__name__}: {error}")

    return call


class StandIn(ResourceProviderServicer):
    """One provider. It looks after every type that the sandbox has a handler for."""

    def __init__(self, package, env):
        self.package = package
        self.handlers = SandboxHandlers(env)

    @override
    def GetPluginInfo(self, request, context):
        return plugin_pb2.PluginInfo(version=version(f"pulumi_{self.package.replace('-', '_')}"))

    @override
    def Attach(self, request, context):
        return empty_pb2.Empty()

    @override
    def Cancel(self, request, context):
        return empty_pb2.Empty()

    @override
    def CheckConfig(self, request, context):
        return provider_pb2.CheckResponse(inputs=request.news)

    @override
    def DiffConfig(self, request, context):
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    @override
    def Configure(self, request, context):
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @override
    @told
    def Invoke(self, request, context):
        answer = self.handlers.invoke(request.tok)(read(request.args).values)
        return provider_pb2.InvokeResponse(**{"return": write(answer)})

    @override
    @told
    def Check(self, request, context):
        rules = self._handler(request).rules
        old, new = read(request.olds).values, read(request.news)
        inputs = {name: value for name, value in new.values.items() if value is not None}
        if rules.named_by and rules.named_by not in inputs:
            kept = old.get(rules.named_by) if rules.named_by in old.get(DEFAULTS, ()) else None
            made = kept or auto_named(_name(request), bytes(request.randomSeed))
            inputs |= {rules.named_by: made.lower(), DEFAULTS: [rules.named_by]}
        failures = [
            provider_pb2.CheckFailure(property=name, reason="is not JSON")
            for name in sorted(rules.documents & inputs.keys())
            if not _is_document(inputs[name])
        ]
        return provider_pb2.CheckResponse(inputs=write(inputs, new.secrets), failures=failures)

    @override
    @told
    def Diff(self, request, context):
        rules = self._handler(request).rules
        old, new = read(request.old_inputs).values, read(request.news).values
        for name in request.ignoreChanges:
            new[name] = old.get(name)
        made_up = new.pop(DEFAULTS, [])
        old.pop(DEFAULTS, None)
        found = differences(old, new, rules.documents)
        tops = {path: path.partition(".")[0].partition("[")[0] for path in found}
        replaces = sorted(set(tops.values()) & rules.replaced_by)
        # A name that the program gave is taken until the old one is gone.
        own_name = rules.named_by and rules.named_by not in made_up
        changed = provider_pb2.DiffResponse.DIFF_SOME
        return provider_pb2.DiffResponse(
            changes=changed if found else provider_pb2.DiffResponse.DIFF_NONE,
            replaces=replaces,
            diffs=sorted(set(tops.values())),
            deleteBeforeReplace=bool(replaces) and bool(rules.deletes_first or own_name),
            detailedDiff={
                path: provider_pb2.PropertyDiff(
                    kind=_KINDS[kind][tops[path] in rules.replaced_by], inputDiff=True
                )
                for path, kind in found.items()
            },
            hasDetailedDiff=True,
        )

    @override
    @told
    def Create(self, request, context):
        inputs = read(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=_shown(inputs.values, inputs.secrets))
        made, state = self._handler(request).create(_name(request), _asked(inputs.values))
        return provider_pb2.CreateResponse(id=made, properties=_shown(state, inputs.secrets))

    @override
    @told
    def Read(self, request, context):
        state, asked = read(request.properties), read(request.inputs)
        found = self._handler(request).read(request.id, state.values)
        if found is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=request.id,
            properties=_shown(found, state.secrets),
            inputs=write(seen({**asked.values, **found}, asked.values), asked.secrets),
        )

    @override
    @told
    def Update(self, request, context):
        state, inputs = read(request.olds).values, read(request.news)
        if request.preview:
            after = {**state, **inputs.values}
        else:
            handler = self._handler(request)
            after = handler.update(request.id, state, _asked(inputs.values))
        return provider_pb2.UpdateResponse(properties=_shown(after, inputs.secrets))

    @override
    @told
    def Delete(self, request, context):
        self._handler(request).delete(request.id, read(request.properties).values)
        return empty_pb2.Empty()

    def _handler(self, request):
        # The type in a URN is the chain of all types from the component down.
        return self.handlers.handler(request.urn.split("::")[2].rpartition("$")[2])


def _name(request):
    return request.urn.split("::")[3]


def _asked(inputs):
    return {name: value for name, value in inputs.items() if name != DEFAULTS}


def _shown(state, secrets):
    return write(_asked(state), secrets)


def _is_document(value):
    if value == UNKNOWN or not isinstance(value, str):
        return True
    try:
        json.loads(value)
    except ValueError:
        return False
    return True


def served(package, env):
    """(running server, port) of a provider on loopback."""
    server = grpc.server(ThreadPoolExecutor(8))
    add_ResourceProviderServicer_to_server(StandIn(package, env), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


@contextmanager
def serving(package, env):
    """The port of a provider on loopback, until the block ends."""
    server, port = served(package, env)
    try:
        yield port
    finally:
        server.stop(None).wait()


def main(package, env):
    """Run as a plugin: the port on the first line, then serve until the engine is done."""
    server, port = served(package, env)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()
