"""The clients to look with: one for each seam and place."""

import os
from collections.abc import Mapping
from functools import partial
from typing import Any

from preflight.cloud import aws, azure, gateway, gcp
from preflight.cloud.loading import Loading
from preflight.contract import AzureOpenAI, Bedrock, Gateway, VertexAI
from preflight.runner import World
from preflight.seams.asking import Asking, Connect, Way, directly
from preflight.seams.moment import PATIENCE_SECONDS


class Worlds:
    """One client for each seam and place, however many targets look through it."""

    def __init__(
        self,
        way: Way = directly,
        patience_seconds: float = PATIENCE_SECONDS,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """Nothing is connected to yet.

        Args:
            way: how questions are put.
            patience_seconds: a question that hangs for longer is asked again.
            environ: where the gateway's key is; the clouds' SDKs read the process's own.
        """
        self._environ = environ
        self._way = way
        self._patience = patience_seconds
        self._made: dict[tuple[str, str], World] = {}
        self._loading = Loading()

    def of(self, seam: str, where: str, connect: Connect) -> World:
        """The world of that place, the same one each time."""
        if (seam, where) not in self._made:
            self._loading.want(seam)

            def loaded() -> Any:
                self._loading.wait(seam)
                return connect()

            asking = Asking(seam, self._way(seam, where, loaded), self._patience)
            self._made[seam, where] = World(partial(_same, asking))
        return self._made[seam, where]

    def gateway(self, promised: Gateway) -> World:
        """The gateway at that address."""
        return self.of(
            "gateway", promised.base_url, partial(gateway.connect, promised, self._environ)
        )

    def azure(self, promised: AzureOpenAI) -> World:
        """The subscription."""
        connect = partial(azure.connect, promised)
        return self.of("azure", promised.subscription_id, connect)

    def gcp(self, promised: VertexAI) -> World:
        """The project."""
        return self.of("gcp", promised.project, partial(gcp.connect, promised))

    def aws(self, promised: Bedrock) -> World:
        """The account in that region; a bucket of another account may be looked at as its owner."""
        names = (promised.account, promised.region, promised.bucket_account)
        return self.of("aws", " ".join(filter(None, names)), partial(aws.connect, promised))


def _same(value: Any) -> Any:
    return value
