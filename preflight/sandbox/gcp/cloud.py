"""The Google Cloud half of the sandbox, for as long as a `with` block lasts."""

import json
import os
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Self

from preflight.sandbox.gcp.accounts_api import AccountsApi
from preflight.sandbox.gcp.front import TOKEN_PATH, Front
from preflight.sandbox.gcp.identity import Identities
from preflight.sandbox.gcp.issuer import Issuer
from preflight.sandbox.gcp.jobs import JobRunner
from preflight.sandbox.gcp.keys_api import KeysApi
from preflight.sandbox.gcp.names import OPERATOR
from preflight.sandbox.gcp.objects import ObjectStore
from preflight.sandbox.gcp.pools_api import PoolsApi
from preflight.sandbox.gcp.project_api import ProjectApi
from preflight.sandbox.gcp.rings_api import RingsApi
from preflight.sandbox.gcp.roles_api import RolesApi
from preflight.sandbox.gcp.storage_api import StorageApi
from preflight.sandbox.gcp.sts_api import StsApi
from preflight.sandbox.gcp.switches_api import SwitchesApi
from preflight.sandbox.gcp.troubleshooter_api import TroubleshooterApi
from preflight.sandbox.gcp.vertex_api import VertexApi
from preflight.sandbox.gcp.world import new_world
from preflight.sandbox.memory import Restore, remember
from preflight.sandbox.serving import serve

JOB_SECONDS = 1.2
AGENT_SECONDS = 1.0


class GcpCloud:
    """A Google Cloud project on loopback.

    Attributes:
        env: the operator's environment variables. STORAGE_EMULATOR_HOST is not among them: with it,
            the storage client would come without credentials, and be refused.
        url: the origin that serves all the APIs.
    """

    def __init__(
        self,
        folder: Path,
        *,
        job_seconds: float = JOB_SECONDS,
        agent_seconds: float = AGENT_SECONDS,
    ) -> None:
        """Prepare a project.

        Args:
            folder: for the key files; it must exist.
            job_seconds: how long a batch job takes.
            agent_seconds: how long a first use takes to make the service agent.
        """
        self._folder = folder
        self._stack = ExitStack()
        self._world, self._store = world, store = new_world(), ObjectStore()
        self._identities = Identities(world)
        self._app = Front(self._identities).app(
            ProjectApi(world),
            AccountsApi(world, self._identities),
            RolesApi(world),
            PoolsApi(world),
            StsApi(world, self._identities),
            RingsApi(world),
            KeysApi(world),
            TroubleshooterApi(world),
            StorageApi(world, store),
            SwitchesApi(world),
            VertexApi(world, JobRunner(world, store, job_seconds), agent_seconds),
        )
        self._issuer: Issuer | None = None
        self.url = ""
        self.env: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Start serving."""
        self.url = self._stack.enter_context(serve(self._app))
        self.env = self.env_of(OPERATOR)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self._stack.close()

    def remember(self) -> Restore:
        """Keep what the projects hold, all buckets included; returns what puts it back."""
        with self._world.lock:
            names = tuple(each.name for each in fields(self._world) if each.name != "lock")
            projects, buckets = remember([(self._world, names)]), self._store.remember()

        def restore() -> None:
            with self._world.lock:
                projects()
                buckets()

        return restore

    @property
    def issuer(self) -> Issuer:
        """The gateway's own issuer of tokens, which runs from when it is first asked for."""
        if self._issuer is None:
            self._issuer = self._stack.enter_context(Issuer())
        return self._issuer

    def env_of(self, email: str) -> dict[str, str]:
        """The environment variables of a service account: writes it a fresh key file.

        Raises:
            KeyError: there is no such service account.
        """
        key = self._identities.new_key(email, f"{self.url}{TOKEN_PATH}")
        path = self._folder / f"{email.partition('@')[0]}.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(key), encoding="utf-8")
        return {
            "GOOGLE_APPLICATION_CREDENTIALS": os.fspath(path.absolute()),
            "PREFLIGHT_GOOGLE_ENDPOINT": self.url,
        }
