"""The sandbox's clouds and gateway, without a program applied: that is the real engine's work."""

import json
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.stack import NAME, Stack

from preflight.contract import PROVIDERS
from preflight.requests.example import write_requests
from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.azure.names import SUBSCRIPTION, group_id, subscription_id
from preflight.sandbox.azure.operator import AUTHORIZATION, COGNITIVE, RESOURCES, Arm
from preflight.sandbox.gateway import SandboxGateway
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.names import KEYS_API, OPERATOR, PROJECT
from preflight.sandbox.registered import accounts
from preflight.sandbox.sandbox import Sandbox
from preflight.sandbox.world import CLOUDS, settings_for

KEY = "gateway-key"
COUNT = 120
KEY_LOCATIONS = ("europe-west4", "europe-west1", "us-central1")
"""Where the tests have stacks make keys: Google lists them by location only."""


@dataclass
class Running:
    """A stack, the clouds it is for, and the gateway before them."""

    stack: Stack
    clouds: dict
    gateway: SandboxGateway
    env: dict
    requests: Path

    @property
    def sandbox(self):
        """As the sandbox's own commands see it, with the outputs that the engine has now."""
        return Sandbox(self.env, self.stack.outputs(), self.requests)

    def request_file(self, provider):
        """The provider's request file."""
        return self.requests / f"{provider}.jsonl"

    def register(self):
        """Register at the gateway what its administrator would, now that the stack is up."""
        sandbox = self.sandbox
        for account in accounts(sandbox, self.clouds):
            self.gateway.register(account)
        return sandbox

    def left(self):
        """The names of all that is in the clouds and was not there from the start."""
        found = set()
        if "bedrock" in self.clouds:
            found |= aws_left(self.env)
        if "vertex" in self.clouds:
            found |= google_left(self.env)
        if "azure" in self.clouds:
            found |= azure_left(self.env)
        return found

    def empty_buckets(self):
        """Delete the requests and results, as the documentation asks before a destroy."""
        if "bedrock" in self.clouds:
            s3 = Clients(self.env).get("s3")
            for bucket in s3.list_buckets()["Buckets"]:
                for key in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
                    s3.delete_object(Bucket=bucket["Name"], Key=key["Key"])
        if "vertex" in self.clouds:
            with Operator(self.env).storage() as client:
                for bucket in client.list_buckets():
                    for blob in client.list_blobs(bucket):
                        blob.delete()


@contextmanager
def running(folder, providers=PROVIDERS, *, attached=True):
    """A configured stack that was never up, with its clouds, until the block ends.

    Not `attached`, the engine finds the plugins on the PATH and starts them, as it does for users.
    """
    scratch = folder / "clouds"
    scratch.mkdir()
    with ExitStack() as started:
        clouds = {name: started.enter_context(CLOUDS[name](scratch)) for name in providers}
        env = {name: value for cloud in clouds.values() for name, value in cloud.env.items()}
        gateway = started.enter_context(SandboxGateway(KEY))
        stack = Stack(folder / "stack", env)
        if attached:
            started.enter_context(stack.attached())
        stack.set(**settings_for(gateway.base_url, clouds))
        requests = folder / "requests"
        requests.mkdir()
        made = Running(stack, clouds, gateway, env, requests)
        for name in providers:
            write_requests(made.request_file(name), name, count=COUNT)
        yield made


@contextmanager
def at_hand(world, monkeypatch):
    """`preflight` run in this process finds the stack, the clouds and the gateway."""
    with monkeypatch.context() as patched:
        for name, value in {**world.stack.env, **world.env}.items():
            patched.setenv(name, value)
        patched.setenv("TFY_API_KEY", KEY)
        patched.setenv("PREFLIGHT_POLL_SECONDS", "0.1")
        patched.chdir(world.stack.project)
        yield ("--stack", NAME)


def verdict(preflight, world, stack, provider, *more):
    """(exit code, ids that failed, all that did not pass: id -> why) of the provider's check."""
    file = world.request_file(provider)
    asked = ("--provider", provider, "--format", "json", *stack, *more)
    code, out, err = preflight("check", file, *asked)
    assert '"checks"' in out, out + err
    checks = json.loads(out)["checks"]
    failed = {check["id"] for check in checks if check["outcome"] == "failed"}
    said = {check["id"]: check.get("problem") or check.get("reason") for check in checks}
    return code, failed, {name: words for name, words in said.items() if words}


def aws_left(env):
    clients = Clients(env)
    buckets = clients.get("s3").list_buckets()["Buckets"]
    roles = clients.get("iam").list_roles()["Roles"]
    return {one["Name"] for one in buckets} | {one["RoleName"] for one in roles}


def google_left(env):
    operator = Operator(env)
    with operator.storage() as client:
        found = {bucket.name for bucket in client.list_buckets()}
    listed = operator.call("GET", f"/v1/projects/{PROJECT}/serviceAccounts")["accounts"]
    found |= {one["email"] for one in listed} - {OPERATOR}
    bindings = operator.policy(f"projects/{PROJECT}")["bindings"]
    members = {member for binding in bindings for member in binding["members"]}
    return found | (members - {f"serviceAccount:{OPERATOR}"}) | undeletable(operator)


def undeletable(operator):
    """The names of pools that still work and of keys that can still be used, or were granted.

    Google keeps a deleted pool for weeks, and a key ring and the shell of a key for good.
    """
    pools = operator.call("GET", f"/v1/projects/{PROJECT}/locations/global/workloadIdentityPools")
    found = {one["name"] for one in pools["workloadIdentityPools"]}
    if operator.call("GET", f"/v1/projects/{PROJECT}/services/{KEYS_API}")["state"] != "ENABLED":
        return found
    for location in KEY_LOCATIONS:
        place = f"/v1/projects/{PROJECT}/locations/{location}/keyRings"
        for ring in operator.call("GET", place)["keyRings"]:
            for key in operator.call("GET", f"/v1/{ring['name']}/cryptoKeys")["cryptoKeys"]:
                versions = operator.call("GET", f"/v1/{key['name']}/cryptoKeyVersions")
                usable = {"ENABLED", "DISABLED"} & {
                    one["state"] for one in versions["cryptoKeyVersions"]
                }
                if usable or operator.policy(key["name"])["bindings"]:
                    found.add(key["name"])
    return found


def azure_left(env):
    arm = Arm(env)
    groups = arm.listed(group_id(SUBSCRIPTION, "").rstrip("/"), RESOURCES)
    services = f"{subscription_id(SUBSCRIPTION)}/providers/Microsoft.CognitiveServices/accounts"
    roles = "/providers/Microsoft.Authorization/roleAssignments"
    held = arm.listed(f"{subscription_id(SUBSCRIPTION)}{roles}", AUTHORIZATION)
    given = {one["name"] for one in held if not one["name"].endswith("aa")}
    return {one["name"] for one in [*groups, *arm.listed(services, COGNITIVE)]} | given
