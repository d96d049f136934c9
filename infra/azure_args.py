"""What Azure OpenAI is provisioned from in one region."""

from dataclasses import dataclass

from infra.shared_settings import Shared


@dataclass(frozen=True, slots=True)
class AzureOpenAIArgs:
    """What the component is made from.

    Args:
        provider_name: the gateway's provider account.
        subscription_id: the subscription that the Azure provider must be logged in to.
        resource_group: an existing one that is used as it is; "" for one that is made.
        account: an existing one in that group, which gets deployments and the gateway's role and
            is otherwise left as it is; "" for one that is made.
        region: where the account and its deployments are.
        models: names and versions; each gets a deployment.
        sku: the deployments' kind, one that runs batch jobs.
        capacity: tokens that may wait in each one's queue, in thousands.
        api_version: what the gateway names to Azure.
        gateway_principal_id: Entra object id of the gateway's service principal.
        auditor_principal_id: Entra object id of who runs `preflight check`; "" for nobody.
        auditor_principal_type: what that is: ServicePrincipal, User or Group.
        shared: what is for all providers alike.
    """

    provider_name: str
    subscription_id: str
    resource_group: str
    account: str
    region: str
    models: tuple[tuple[str, str], ...]
    sku: str
    capacity: int
    api_version: str
    gateway_principal_id: str
    auditor_principal_id: str
    auditor_principal_type: str
    shared: Shared
