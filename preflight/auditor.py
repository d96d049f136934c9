"""The table of looks as what each cloud takes to grant it: the rights to run `preflight check`.

The Pulumi program grants these to the auditor, and the documentation shows them to everybody else.
"""

from collections.abc import Iterable, Mapping

from preflight.contract import AzureOpenAI, Bedrock, VertexAI
from preflight.grants import Document, document, foreign_key
from preflight.looks import Look, Scope, looks
from preflight.permissions import On, arns

AZURE_ROLE_IDS = {
    "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "Cognitive Services Usages Reader": "bba48692-92b0-4667-a9ad-c31c7b334ac2",
}
"""Role name -> definition id, the same in every tenant. Source: Azure's built-in roles, 2026-10."""


def aws_policy(promised: Bedrock) -> Document:
    """What the auditor may do at Bedrock: a statement for each scope of the table.

    What names no resource is asked of the region alone.
    """
    region = {"Condition": {"StringEquals": {"aws:RequestedRegion": promised.region}}}
    return document(
        {
            "Sid": f"LookAt{scope.name.title().replace('_', '')}",
            "Effect": "Allow",
            "Action": [row.permission for row in rows],
            "Resource": list(_arns(promised, scope)),
        }
        | (region if scope is Scope.REGION else {})
        for scope, rows in _by_scope("bedrock").items()
        if scope is not Scope.NOTHING
    )


def aws_trust(principal_arn: str) -> Document:
    """Who may assume the auditor's role: the configured principal."""
    return document(
        [
            {
                "Sid": "AuditorLooks",
                "Effect": "Allow",
                "Principal": {"AWS": principal_arn},
                "Action": "sts:AssumeRole",
            }
        ]
    )


def google_permissions() -> Mapping[Scope, tuple[str, ...]]:
    """What a custom role on the project, the bucket and the gateway's service account holds.

    No predefined role reads a bucket's policy without also changing it, or reading every other.
    """
    return {
        scope: tuple(row.permission for row in rows) for scope, rows in _by_scope("vertex").items()
    }


def azure_roles() -> Mapping[Scope, tuple[str, ...]]:
    """The built-in roles on the resource group and on the subscription, which owns the quotas."""
    return {
        scope: tuple(dict.fromkeys(row.granted_by for row in rows if row.granted_by))
        for scope, rows in _by_scope("azure").items()
    }


def places(promised: Bedrock | VertexAI | AzureOpenAI, scope: Scope) -> tuple[str, ...]:
    """What a look of that scope is allowed on, as the provider names it; () for nothing."""
    if scope is Scope.NOTHING:
        return ()
    match promised:
        case Bedrock() as bedrock:
            return tuple(_arns(bedrock, scope))
        case VertexAI() as vertex:
            project = f"projects/{vertex.project}"
            gateway = f"{project}/serviceAccounts/{vertex.gateway_service_account}"
            return (
                {Scope.BUCKET: f"gs://{vertex.bucket}", Scope.GATEWAY: gateway}.get(scope, project),
            )
        case AzureOpenAI() as azure:
            subscription = f"/subscriptions/{azure.subscription_id}"
            group = f"{subscription}/resourceGroups/{azure.resource_group}"
            return (group if scope is Scope.GROUP else subscription,)


def _by_scope(provider: str) -> dict[Scope, list[Look]]:
    found: dict[Scope, list[Look]] = {}
    for row in looks(provider):
        found.setdefault(row.on, []).append(row)
    return found


def _arns(promised: Bedrock, scope: Scope) -> Iterable[str]:
    start, place = f"arn:{promised.partition}", f"{promised.region}:{promised.account}"
    # The models themselves, also where the promise is a profile.
    models = dict.fromkeys(
        arn.rpartition("/")[2] for arn in promised.model_arns if ":foundation-model/" in arn
    )
    return {
        Scope.BUCKET: arns(promised, On.BUCKET),
        # Which key it is, is what the look finds out; one of another account is promised.
        Scope.KEYS: tuple(
            dict.fromkeys((f"{start}:kms:{place}:key/*", *filter(None, [foreign_key(promised)])))
        ),
        Scope.JOB_ROLE: (promised.job_role_arn,),
        Scope.IDENTITIES: (promised.job_role_arn, promised.gateway_principal_arn),
        Scope.MODEL: tuple(
            f"{start}:bedrock:{promised.region}::foundation-model/{model}" for model in models
        ),
        # A model that runs through a profile only is looked for under each geography.
        Scope.PROFILES: (f"{start}:bedrock:{place}:inference-profile/*",),
        Scope.REGION: ("*",),
    }[scope]
