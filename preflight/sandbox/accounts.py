"""The provider accounts registered at the sandbox's gateway: as whom it acts at each provider."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OpenAIAccount:
    """An OpenAI project's key, and where OpenAI's API is."""

    name: str
    base_url: str
    api_key: str


@dataclass(frozen=True, slots=True)
class AzureAccount:
    """An Azure OpenAI account's data plane, and a bearer token of the gateway's Entra principal."""

    name: str
    endpoint: str
    token: str


@dataclass(frozen=True, slots=True)
class VertexAccount:
    """A Google Cloud project, and a token of the gateway's service account.

    The token is held, or is come by anew for each call.
    """

    name: str
    endpoint: str
    project: str
    token: str | Callable[[], str]

    @property
    def bearer(self) -> str:
        """A token that is good now. Raises what coming by it raises."""
        return self.token if isinstance(self.token, str) else self.token()


@dataclass(frozen=True, slots=True)
class BedrockAccount:
    """The gateway's own AWS keys, and the role it assumes with them.

    Without a role, "", it acts as the user whose keys they are. `external_id` is what the role asks
    for, "" for nothing.
    """

    name: str
    region: str
    access_key_id: str
    secret_access_key: str
    role_arn: str
    aws_endpoint: str
    bedrock_endpoint: str
    external_id: str = ""


ProviderAccount = OpenAIAccount | AzureAccount | VertexAccount | BedrockAccount
