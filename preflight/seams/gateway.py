"""Questions of the gateway, and their answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from preflight.contract import AzureOpenAI, Bedrock, OpenAI, VertexAI

Route = OpenAI | AzureOpenAI | VertexAI | Bedrock


@dataclass(frozen=True, slots=True)
class ListedBatch:
    """One batch of a list: what it is for, when it was created, how many requests it counts.

    `model` is "" where the list does not say; `created_at` is in seconds since the epoch, 0 where
    it does not say; `requests` is 0 until the provider has counted them.
    """

    id: str
    status: str
    model: str = ""
    created_at: int = 0
    requests: int = 0


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """What the gateway said to one question.

    The HTTP status, and for a refusal its code and message.

    `batches`: for status 200 on a list of batches, id -> status word; `listed` the same with all
    that the list says of each; `more`: there are others, older than these. `models`: for status 200
    on a list of models, their ids. `kept` and `expiring`: for status 200 on a list of files, how
    many batch input files stay, and how many expire by themselves.
    """

    status: int
    code: str = ""
    message: str = ""
    batches: Mapping[str, str] = field(default_factory=dict)
    listed: tuple[ListedBatch, ...] = ()
    more: bool = False
    models: tuple[str, ...] = ()
    kept: int = 0
    expiring: int = 0


NOT_THE_GATEWAY = "not_the_gateway"
"""The code of a GatewayAnswer where something answers that is no gateway.

A web page, or JSON of another kind.
"""


class GatewayApi(Protocol):
    """Read-only questions of the gateway.

    Raise Unreachable where nothing answers, CredentialsMissing without a key.
    """

    def batches(self, route: Route) -> GatewayAnswer:
        """List batches with that provider's headers: GET {base}/batches?limit=100.

        Further pages are asked for only while they are of the last hour.
        """

    def models(self, route: Route) -> GatewayAnswer:
        """List the models that the key may use: GET {base}/models."""

    def files(self, route: Route) -> GatewayAnswer:
        """Count the provider's batch input files: GET {base}/files, as many pages as it takes."""

    def key_expiry(self, route: Route) -> int | None:
        """When the key expires, in seconds since the epoch; None where it does not say.

        Read from the key itself where that is a JSON Web Token; nothing is sent.
        """
