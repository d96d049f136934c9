"""Questions of the gateway, and their answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from preflight.contract import AzureOpenAI, Bedrock, OpenAI, VertexAI

Route = OpenAI | AzureOpenAI | VertexAI | Bedrock


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """What the gateway said to one question.

    The HTTP status, and for a refusal its code and message.

    `batches`: for status 200 on a list of batches, id -> status word.
    """

    status: int
    code: str = ""
    message: str = ""
    batches: Mapping[str, str] = field(default_factory=dict)


NOT_THE_GATEWAY = "not_the_gateway"
"""The code of a GatewayAnswer where something answers that is no gateway.

A web page, or JSON of another kind.
"""


class GatewayApi(Protocol):
    """Read-only questions of the gateway.

    Raise Unreachable where nothing answers, CredentialsMissing without a key.
    """

    def batches(self, route: Route) -> GatewayAnswer:
        """List batches with that provider's headers: GET {base}/batches?limit=100."""
