"""Who holds the rows of the permission table: each identity by its name, or by a stand-in for it.

With a stack's promises the names are the real ones. Without, every field of a promise is a mark,
to be replaced by whoever reads the answer.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any

from preflight.contract import PROVIDERS, AzureOpenAI, Bedrock, OpenAI, Target, VertexAI
from preflight.grants import azure_account_id
from preflight.permissions import PERMISSIONS, Identity, On, Permission, arns, held, permissions

Provisioned = Bedrock | VertexAI | AzureOpenAI
"""The promises of a provider where identities are granted anything."""

Mark = Callable[[str], str]
"""Makes the stand-in for a name such as `bedrock_bucket`."""


@dataclass(frozen=True, slots=True)
class Holder:
    """One identity at one provider; `promised` may hold marks in place of names."""

    provider: str
    identity: Identity
    promised: Provisioned

    @property
    def rows(self) -> tuple[Permission, ...]:
        """Its rows of the table, as far as they hold for what is promised."""
        match self.promised:
            case Bedrock() as bedrock:
                return held(bedrock, self.identity)
            case VertexAI() as vertex:
                needs = {On.KEY: vertex.kms_key, On.SERVICE_ACCOUNT: vertex.federation}
                rows = permissions(self.provider, self.identity)
                return tuple(row for row in rows if needs.get(row.on, "any"))
            case AzureOpenAI():
                return permissions(self.provider, self.identity)

    @property
    def principal(self) -> str:
        """Who it is there: an ARN, a member of Google's policies, or an Entra object id."""
        match self.promised:
            case Bedrock() as bedrock:
                gateway = self.identity is Identity.GATEWAY
                return bedrock.gateway_principal_arn if gateway else bedrock.job_role_arn
            case VertexAI() as vertex:
                if self.identity is Identity.WORKLOAD:
                    return vertex.federation or ""
                email = {
                    Identity.GATEWAY: vertex.gateway_service_account,
                    Identity.SERVICE_AGENT: vertex.service_agent,
                    Identity.STORAGE_AGENT: vertex.storage_agent,
                }[self.identity]
                return f"serviceAccount:{email}"
            case AzureOpenAI() as azure:
                return azure.gateway_principal_id

    def resources(self, on: On) -> tuple[str, ...]:
        """What a row about `on` is held on, as the provider names it."""
        match self.promised:
            case Bedrock() as bedrock:
                return arns(bedrock, on)
            case VertexAI() as vertex:
                account = f"projects/-/serviceAccounts/{vertex.gateway_service_account}"
                return (
                    {
                        On.PROJECT: f"projects/{vertex.project}",
                        On.KEY: vertex.kms_key or "",
                        On.SERVICE_ACCOUNT: account,
                    }.get(on, f"gs://{vertex.bucket}"),
                )
            case AzureOpenAI() as azure:
                return (azure_account_id(azure),)


def short(identity: Identity) -> str:
    """How the command line spells an identity: `job-role`."""
    return identity.name.lower().replace("_", "-")


IDENTITIES = {short(identity): identity for identity in Identity}
"""By the command line's name."""


def holders(
    targets: Mapping[str, Collection[Target]], identities: Collection[Identity]
) -> tuple[Holder, ...]:
    """Those identities that hold any row for these targets, by provider, in the table's order."""
    pairs = dict.fromkeys((row.provider, row.identity) for row in PERMISSIONS)
    found = (
        Holder(provider, identity, promised)
        for provider in PROVIDERS
        if provider in targets
        for promised in shared(targets[provider])
        for of, identity in pairs
        if of == provider and identity in identities
    )
    return tuple(holder for holder in found if holder.rows)


def shared(targets: Iterable[Target]) -> tuple[Provisioned, ...]:
    """One target for those that differ in the model alone: their models use the same identities.

    The Bedrock one has the ARNs of all their models.
    """
    found: dict[Provisioned, tuple[str, ...]] = {}
    for target in targets:
        match target:
            case Bedrock():
                one = replace(target, model="", model_arns=())
                found[one] = tuple(dict.fromkeys((*found.get(one, ()), *target.model_arns)))
            case VertexAI():
                found[replace(target, model="")] = ()
            case AzureOpenAI():
                found[replace(target, model="", deployment="", sku="")] = ()
            case OpenAI():
                pass  # nothing is granted there
    return tuple(
        replace(one, model_arns=arns) if isinstance(one, Bedrock) else one
        for one, arns in found.items()
    )


def marked(mark: Mark) -> Mapping[str, tuple[Provisioned, ...]]:
    """A target of each provider where anything is granted, in which every name is a mark."""
    return {
        "azure": (marked_azure(mark),),
        "vertex": (marked_vertex(mark),),
        "bedrock": (marked_bedrock(mark),),
    }


def marked_azure(mark: Mark) -> AzureOpenAI:
    """Every field is a mark."""
    return AzureOpenAI(**_marks(AzureOpenAI, "azure", mark))


def marked_vertex(mark: Mark) -> VertexAI:
    """The service agents are made of the project's number, as Google makes them.

    A customer key and an identity pool are there too: not every stack has them.
    """
    marks = _marks(VertexAI, "vertex", mark)
    start = f"service-{marks['project_number']}"
    made = {
        "service_agent": f"{start}@gcp-sa-aiplatform.iam.gserviceaccount.com",
        "kms_key": mark("vertex_kms_key"),
        "storage_agent": f"{start}@gs-project-accounts.iam.gserviceaccount.com",
        "federation": mark("vertex_federation"),
    }
    return VertexAI(**marks | made)


def marked_bedrock(mark: Mark) -> Bedrock:
    """ARNs are made of the marks of their parts; the model is a foundation model.

    A customer key is there too: not every stack has one.
    """
    marks = _marks(Bedrock, "bedrock", mark)
    arn = f"arn:{marks['partition']}"
    model = f"{arn}:bedrock:{marks['region']}::foundation-model/{marks['model']}"
    role = f"{arn}:iam::{marks['account']}:role"
    made: dict[str, Any] = {
        **marks,
        "model_arns": (model,),
        "job_role_arn": f"{role}/{mark('bedrock_job_role_name')}",
        "gateway_principal_arn": f"{role}/{mark('bedrock_gateway_role_name')}",
        "kms_key_arn": mark("bedrock_kms_key_arn"),
    }
    return Bedrock(**made)


def _marks(kind: type[Provisioned], provider: str, mark: Mark) -> dict[str, Any]:
    """What may be left out is left out."""
    return {
        field.name: mark(f"{provider}_{field.name}")
        for field in fields(kind)
        if field.default is MISSING
    }
