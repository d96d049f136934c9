"""The program as Pulumi's Python language host runs it: a process of its own, speaking gRPC.

The server side of the test plays the engine. The program runs in the folder `infra`, with that
folder first on the path: there relative imports fail, and a module can shadow a package.
"""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from google.protobuf.json_format import MessageToDict
from infra_world import ALL, ROOT, Recorder, all_four
from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2, resource_pb2_grpc
from typing_extensions import override

from preflight.contract import PROVIDERS
from preflight.sandbox.program import stack_settings
from preflight.sandbox.provision import plain

LAUNCHER = """
import asyncio, json, runpy, sys
import pulumi.runtime
from pulumi.runtime.settings import Settings
from pulumi.runtime.stack import run_in_stack

address, preview, settings = sys.argv[1], sys.argv[2] == "preview", json.loads(sys.argv[3])
del sys.argv[1:]
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
pulumi.runtime.configure(Settings(
    project="batch-preflight", stack="dev", monitor=address, engine=address, dry_run=preview,
))
pulumi.runtime.set_all_config(settings)

def program():
    runpy.run_path(".", run_name="__main__")

try:
    loop.run_until_complete(run_in_stack(program))
except pulumi.RunError as error:
    sys.exit(str(error))
"""

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What stands on the wire for a value that only `up` will know."""

KNOWN = {
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
}


class Engine(resource_pb2_grpc.ResourceMonitorServicer, engine_pb2_grpc.EngineServicer):
    """Answers what a run without plugins needs; everything else is UNIMPLEMENTED."""

    def __init__(self, action):
        self.action = action
        self.recorder = Recorder()
        self.parents = {}
        self.outputs = {}

    @override
    def GetDeploymentInfo(self, _request, _context):
        return resource_pb2.DeploymentInfo(supportedFeatures=KNOWN)

    @override
    def SupportsFeature(self, _request, _context):
        return resource_pb2.SupportsFeatureResponse(hasSupport=False)

    @override
    def Invoke(self, request, _context):
        answer = struct_pb2.Struct()
        answer.update(self.recorder.invoke(request.tok)(plain(MessageToDict(request.args))))
        return resource_pb2.ResourceInvokeResponse(**{"return": answer})

    @override
    def RegisterResource(self, request, _context):
        urn = f"urn:pulumi:dev::batch-preflight::{request.type}::{request.name}"
        self.parents[urn] = request.parent
        if not request.custom:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        inputs = plain(MessageToDict(request.object))
        made, state = self.recorder.create(request.type)(request.name, inputs)
        if self.action == "preview":
            made, state = "", inputs
        answer = struct_pb2.Struct()
        answer.update(state)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=made, object=answer)

    @override
    def RegisterResourceOutputs(self, request, _context):
        self.outputs[request.urn] = plain(MessageToDict(request.outputs))
        return empty_pb2.Empty()

    @override
    def SignalAndWaitForShutdown(self, _request, _context):
        return empty_pb2.Empty()

    @override
    def Log(self, _request, _context):
        return empty_pb2.Empty()

    def of(self, kind):
        """The outputs of the one resource of that type."""
        (found,) = [outputs for urn, outputs in self.outputs.items() if f"::{kind}::" in urn]
        return found


def launch(config, action="up"):
    """(engine, finished process) of one run."""
    engine = Engine(action)
    server = grpc.server(ThreadPoolExecutor(8))
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(engine, server)
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    kept = {"PATH", "HOME", "LANG", "SYSTEMROOT"}
    try:
        done = subprocess.run(  # our own interpreter, a constant program
            [
                sys.executable,
                "-c",
                LAUNCHER,
                f"127.0.0.1:{port}",
                action,
                json.dumps(stack_settings(ROOT, config)[1]),
            ],
            cwd=ROOT / "infra",
            env={key: value for key, value in os.environ.items() if key in kept},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        server.stop(None).wait()
    return engine, done


@pytest.fixture(scope="module")
def ran():
    return launch(ALL)


def test_the_program_runs_in_a_process_of_its_own_without_a_word(ran):
    _, done = ran
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def fields_of(outputs):
    """Per section, the fields of its targets."""
    return {
        name: [set(target) for target in outputs[name]] for name in PROVIDERS if name in outputs
    }


def test_the_stack_exports_what_the_sandbox_provisions(ran):
    engine, _ = ran
    _, sandboxed = all_four()
    exported = engine.of("pulumi:pulumi:Stack")
    assert fields_of(exported) == fields_of(sandboxed)
    assert exported["version"] == sandboxed["version"]
    assert exported["bedrock"] == sandboxed["bedrock"]


def test_the_same_resources_are_registered(ran):
    engine, _ = ran
    recorder, _ = all_four()

    def names(made):
        return sorted((it.token, it.name) for it in made.resources)

    assert names(engine.recorder) == names(recorder)


def test_every_resource_stands_under_its_component(ran):
    engine, _ = ran
    kinds = {
        (urn.split("::")[2].partition(":")[0], parent.split("::")[2])
        for urn, parent in engine.parents.items()
        if parent
    }
    assert kinds == {
        ("batch-preflight", "pulumi:pulumi:Stack"),
        ("aws", "batch-preflight:aws:BedrockBatch"),
        ("gcp", "batch-preflight:gcp:VertexBatch"),
        ("gcp", "batch-preflight:gcp:VertexProject"),
        ("azure-native", "batch-preflight:azure:AzureOpenAIBatch"),
    }


def test_each_component_says_what_it_made(ran):
    engine, _ = ran
    exported = engine.of("pulumi:pulumi:Stack")
    assert engine.of("batch-preflight:aws:BedrockBatch") == {
        "bucket": exported["bedrock"][0]["bucket"],
        "jobRoleArn": exported["bedrock"][0]["job_role_arn"],
        "gatewayIdentityArn": exported["bedrock"][0]["gateway_principal_arn"],
    }
    assert engine.of("batch-preflight:gcp:VertexBatch") == {
        "bucket": exported["vertex"][0]["bucket"],
    }
    assert engine.of("batch-preflight:gcp:VertexProject") == {
        "gatewayServiceAccount": exported["vertex"][0]["gateway_service_account"],
        "serviceAgent": exported["vertex"][0]["service_agent"],
    }
    assert engine.of("batch-preflight:azure:AzureOpenAIBatch") == {
        "account": exported["azure"][0]["account"],
    }


def test_a_preview_knows_who_will_be_trusted_and_waits_for_the_rest():
    engine, done = launch(ALL, "preview")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    made = {(it.token, it.name): it.inputs for it in engine.recorder.resources}
    assert set(made) == {(it.token, it.name) for it in all_four()[0].resources}
    for name in ("batch-bedrock-us-west-2-job", "batch-bedrock-us-west-2-gateway"):
        assert made["aws:iam/role:Role", name]["assumeRolePolicy"] != UNKNOWN
        assert made["aws:iam/rolePolicy:RolePolicy", name]["policy"] == UNKNOWN
    exported = engine.of("pulumi:pulumi:Stack")
    assert exported["openai"][0]["model"] == "gpt-4o-mini"
    assert exported["bedrock"] == exported["vertex"] == exported["azure"] == UNKNOWN
    # The project can be asked for its number only once its APIs are on.
    assert "gcp:organizations/getProject:getProject" not in dict(engine.recorder.calls)


def test_a_bad_setting_ends_it_with_the_sentence_and_registers_nothing():
    engine, done = launch(ALL | {"azureSku": "Standard"})
    assert done.returncode == 1
    assert done.stderr.startswith('azureSku is "Standard", but only GlobalBatch')
    assert "Traceback" not in done.stderr
    assert not engine.recorder.resources
    assert not engine.recorder.calls
