"""A healthy Azure subscription, in dicts, and what the checks say of it."""

from dataclasses import dataclass, field, replace
from datetime import date

from suite_reports import report

from preflight.checks.azure import SUITES
from preflight.contract import AzureOpenAI
from preflight.seams import (
    Azure,
    AzureAccount,
    Caller,
    DenyAssignment,
    Deployment,
    Offer,
    RoleDefinition,
    Usage,
)

PRINCIPAL = "00000000-0000-0000-0000-00000000ca7e"
PROMISED = AzureOpenAI(
    provider_name="azure-main",
    subscription_id="00000000-0000-0000-0000-00000000a2e0",
    resource_group="batches",
    account="batch-account",
    region="swedencentral",
    deployment="batch",
    model="gpt-4o-mini",
    sku="GlobalBatch",
    api_version="2024-10-21",
    gateway_principal_id=PRINCIPAL,
)
ACCOUNT = AzureAccount(
    region="swedencentral",
    kind="OpenAI",
    custom_subdomain="batch-account",
    identity_type="SystemAssigned",
    provisioning_state="Succeeded",
    public_network_access="Enabled",
)
DEPLOYMENT = Deployment("batch", "GlobalBatch", 50, "gpt-4o-mini", "2024-07-18", "Succeeded")
LATER = date(2099, 1, 1)
OFFERS = (
    Offer("gpt-4o-mini", "2024-07-18", {"GlobalBatch": LATER, "DataZoneBatch": None}, LATER),
    Offer("gpt-4.1", "2025-04-14", {"GlobalBatch": LATER, "Standard": LATER}, LATER),
    Offer("o3-mini", "2025-01-31", {"GlobalBatch": LATER}, LATER),
)
OPENAI = "Microsoft.CognitiveServices/accounts/OpenAI"
CONTRIBUTOR = RoleDefinition("Cognitive Services OpenAI Contributor", (f"{OPENAI}/*",))
USER = RoleDefinition(
    "Cognitive Services OpenAI User",
    (f"{OPENAI}/*/read", f"{OPENAI}/deployments/chat/completions/action"),
)


@dataclass
class FakeAzure:
    """A healthy subscription, in dicts."""

    accounts: dict[str, AzureAccount] = field(default_factory=lambda: {"batch-account": ACCOUNT})
    deployments: dict[str, Deployment] = field(default_factory=lambda: {"batch": DEPLOYMENT})
    roles: dict[str, tuple[RoleDefinition, ...]] = field(
        default_factory=lambda: {PRINCIPAL: (CONTRIBUTOR,)}
    )
    quotas: dict[str, Usage] = field(
        default_factory=lambda: {"OpenAI.GlobalBatch.gpt-4o-mini": Usage(50, 1000)}
    )
    offered: tuple[Offer, ...] = OFFERS
    denials: tuple[DenyAssignment, ...] = ()
    kept: bool | Exception = False

    def caller(self):
        return Caller("a tenant", "an object id")

    def account(self, promised):
        return self.accounts.get(promised.account)

    def deleted(self, promised):
        if isinstance(self.kept, Exception):
            raise self.kept
        return self.kept

    def deployment(self, promised):
        return self.deployments.get(promised.deployment)

    def offers(self, promised):
        return self.offered

    def roles_of(self, promised, principal_id):
        return self.roles.get(principal_id, ())

    def denials_of(self, promised):
        return self.denials

    def usages(self, promised):
        return self.quotas


def typed(fake: FakeAzure) -> Azure:
    return fake


def judged(world, promised=PROMISED):
    return report(SUITES, promised, typed(world))


def with_account(**changes):
    return FakeAzure(accounts={"batch-account": replace(ACCOUNT, **changes)})


def with_deployment(**changes):
    return FakeAzure(deployments={"batch": replace(DEPLOYMENT, **changes)})


def with_roles(*roles):
    return FakeAzure(roles={PRINCIPAL: roles})
