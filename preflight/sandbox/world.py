"""The whole sandbox: four providers, a gateway before them, and the program applied to them."""

import json
import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from preflight.contract import PROVIDERS
from preflight.requests.example import PROVIDER_MODELS, write_requests
from preflight.sandbox import tables
from preflight.sandbox.aws.cloud import AwsCloud
from preflight.sandbox.azure.cloud import AzureCloud
from preflight.sandbox.gateway import SandboxGateway
from preflight.sandbox.gcp.cloud import GcpCloud
from preflight.sandbox.memory import Restore
from preflight.sandbox.provision import Progress, provision
from preflight.sandbox.registered import accounts
from preflight.sandbox.sandbox import Sandbox
from preflight.sandbox.upstream import OpenAIUpstream
from preflight.targets import named_model

GATEWAY_PRINCIPAL = "00000000-0000-0000-0000-00000000ca7e"
SUBSCRIPTION = "00000000-0000-0000-0000-00000000a2e0"
PROJECT = "sandbox-project"
MODELS: Mapping[str, object] = {
    "azureModels": ["gpt-4o-mini@2024-07-18"],
    "vertexModels": [PROVIDER_MODELS["vertex"]],
    "bedrockModels": [PROVIDER_MODELS["bedrock"]],
}
"""The settings that name models: those that the sandbox's clouds offer."""
POLL_SECONDS = "0.3"
REQUESTS = 1000
Clouds = Mapping[str, Callable[[Path], AbstractContextManager[Any]]]
"""Provider -> what starts its cloud; it takes a folder for its scratch files."""
CLOUDS: Clouds = {
    "openai": OpenAIUpstream,
    "azure": AzureCloud,
    "vertex": GcpCloud,
    "bedrock": AwsCloud,
}
Say = Callable[[str], None]
Prepare = Callable[[Mapping[str, Any]], Mapping[str, object]]
"""Provider -> its running cloud in, settings of the stack out."""


def _quiet(*_: object) -> None:
    """Say nothing."""


class World:
    """A running sandbox, for as long as a `with` block lasts; everything of it is on loopback."""

    def __init__(
        self,
        folder: Path,
        *,
        providers: tuple[str, ...] = PROVIDERS,
        count: int = REQUESTS,
        settings: Mapping[str, object] | None = None,
        prepare: Prepare | None = None,
        program: Path | None = None,
        clouds: Clouds = CLOUDS,
        say: Say = _quiet,
        progress: Progress = _quiet,
    ) -> None:
        """Plan it; entering starts it.

        Args:
            folder: takes the request files, the outputs and the clouds' scratch files.
            providers: those that are turned on; no cloud is started for the others.
            count: requests in each request file.
            settings: of the stack, over those of `settings_for`.
            prepare: makes in the clouds what the stack is to find there, and names it in settings.
            program: the folder of Pulumi.yaml; None looks for it from here upwards.
            clouds: those that are started.
            say: told what is being done.
            progress: told of each resource that was created.
        """
        self._folder = folder
        self._providers = providers
        self._count = count
        self._given = dict(settings or {})
        self._prepare = prepare
        self._program = program
        self._clouds = clouds
        self._held: list[Callable[[], Restore]] = []
        self._say = say
        self._progress = progress
        self._running = ExitStack()

    def __enter__(self) -> Sandbox:
        """Start the clouds and the gateway, apply the program, write the request files."""
        with ExitStack() as starting:
            sandbox = self._start(starting)
            self._running = starting.pop_all()
        return sandbox

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop everything."""
        self._running.close()

    def _start(self, starting: ExitStack) -> Sandbox:
        scratch = self._folder / "clouds"
        scratch.mkdir(parents=True, exist_ok=True)
        self._say("starting the clouds and the gateway on loopback")
        clouds = {
            provider: starting.enter_context(self._clouds[provider](scratch))
            for provider in self._providers
        }
        key = secrets.token_urlsafe(24)
        gateway = starting.enter_context(SandboxGateway(key))
        env = {name: value for cloud in clouds.values() for name, value in cloud.env.items()}
        settings = settings_for(gateway.base_url, clouds) | self._given
        if self._prepare is not None:
            settings |= self._prepare(clouds)
        self._say("applying the Pulumi program, once, through Pulumi's test monitor")
        outputs = provision(
            settings,
            env,
            program=self._program,
            progress=self._progress,
        )
        promises = self._folder / "promises.json"
        promises.write_text(json.dumps(outputs, indent=2) + "\n")
        own_tables = self._folder / "tables.toml"
        tables.write(own_tables)
        sandbox = Sandbox(
            env
            | {
                "TFY_API_KEY": key,
                "PREFLIGHT_PROMISES": str(promises),
                tables.VARIABLE: str(own_tables),
                "PREFLIGHT_POLL_SECONDS": POLL_SECONDS,
                # A proxy of the user's would be asked for loopback too.
                "NO_PROXY": "127.0.0.1",
                "no_proxy": "127.0.0.1",
            },
            outputs,
            self._folder / "requests",
        )
        for account in accounts(sandbox, clouds, settings):
            gateway.register(account)
        self._write_requests(sandbox)
        files = (own_tables, promises, *map(sandbox.request_file, self._providers))
        self._held = [*(cloud.remember for cloud in clouds.values()), gateway.remember]
        self._held += [partial(_remember_file, file) for file in files]
        return sandbox

    def remember(self) -> Restore:
        """Keep what clouds, gateway and files hold; returns what puts it back.

        Jobs go on, and stay in the providers' lists: no cloud forgets one.
        """
        kept = [remember() for remember in self._held]

        def restore() -> None:
            for put_back in kept:
                put_back()

        return restore

    def _write_requests(self, sandbox: Sandbox) -> None:
        self._say(f"writing {self._count:,} requests a provider from the standard library's docs")
        sandbox.requests.mkdir(exist_ok=True)
        for provider in self._providers:
            model = named_model(sandbox.promises.of(provider)[0])
            path = sandbox.request_file(provider)
            write_requests(path, provider, count=self._count, model=model)


def _remember_file(path: Path) -> Restore:
    content = path.read_bytes()

    def restore() -> None:
        path.write_bytes(content)

    return restore


def settings_for(gateway_url: str, clouds: Mapping[str, Any]) -> dict[str, object]:
    """The stack's settings; everything else has its default."""
    settings: dict[str, object] = {
        "gatewayUrl": gateway_url,
        "gatewayAzurePrincipalId": GATEWAY_PRINCIPAL,
        "azureSubscriptionId": SUBSCRIPTION,
        "vertexProject": PROJECT,
        **MODELS,
    }
    if "bedrock" in clouds:
        settings["gatewayAwsPrincipalArn"] = clouds["bedrock"].gateway_user_arn
    return settings | {f"{provider}Enabled": True for provider in clouds}
