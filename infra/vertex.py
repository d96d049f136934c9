"""Vertex AI: the APIs, a bucket in the model's region, the gateway's service account, grants."""

import uuid
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_gcp as gcp

from infra.auditor import google_auditor
from infra.grants import roles
from infra.promise import written
from infra.retention import ABORT_UPLOAD_DAYS
from preflight.contract import VertexAI
from preflight.permissions import Identity, On

VERTEX_API = "aiplatform.googleapis.com"
APIS = (
    "serviceusage.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "storage.googleapis.com",
    VERTEX_API,
)
"""What the jobs, this program and `preflight check` call."""


@dataclass(frozen=True, slots=True)
class VertexArgs:
    """What the component is made from.

    Args:
        provider_name: the gateway's provider account.
        project: id of the project the jobs run in.
        region: where the jobs run; the bucket is made there.
        model: Google's id of the model.
        auditor_member: who runs `preflight check`, as Google's policies spell it; "" for nobody.
        result_days: after how many days requests and results are deleted.
    """

    provider_name: str
    project: str
    region: str
    model: str
    auditor_member: str
    result_days: int


class VertexBatch(pulumi.ComponentResource):
    """All that Vertex AI and the gateway need to run batch jobs in one region."""

    bucket: pulumi.Output[str]
    gateway_service_account: pulumi.Output[str]
    service_agent: pulumi.Output[str]
    promise: pulumi.Output[dict[str, Any]]

    def __init__(
        self, name: str, args: VertexArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Register the component and its children."""
        super().__init__("batch-preflight:gcp:VertexBatch", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        apis = [
            gcp.projects.Service(
                f"{name}-{api.partition('.')[0]}",
                project=args.project,
                service=api,
                disable_on_destroy=False,  # others in the project may use it
                opts=child,
            )
            for api in APIS
        ]
        enabled = pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=apis))
        project = gcp.organizations.get_project_output(
            project_id=args.project,
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=apis),
        )
        # The service agent otherwise comes to be at the first job, which then fails.
        agent = gcp.projects.ServiceIdentity(
            f"{name}-agent", project=args.project, service=VERTEX_API, opts=enabled
        )
        gateway = gcp.serviceaccount.Account(
            f"{name}-gateway",
            project=args.project,
            account_id=_account_id(args.project),
            display_name=f"AI gateway, batch jobs of stack {pulumi.get_stack()}",
            opts=enabled,
        )
        bucket = gcp.storage.Bucket(
            f"{name}-data",
            project=args.project,
            location=args.region.upper(),  # as the API spells it
            uniform_bucket_level_access=True,
            public_access_prevention="enforced",
            lifecycle_rules=[
                {"action": {"type": "Delete"}, "condition": {"age": args.result_days}},
                {
                    "action": {"type": "AbortIncompleteMultipartUpload"},
                    "condition": {"age": ABORT_UPLOAD_DAYS},
                },
            ],
            opts=enabled,
        )
        for label, identity, email in (
            ("gateway", Identity.GATEWAY, gateway.email),
            ("agent", Identity.SERVICE_AGENT, agent.email),
        ):
            member = pulumi.Output.concat("serviceAccount:", email)
            for role in roles("vertex", identity, On.BUCKET, On.OBJECTS):
                gcp.storage.BucketIAMMember(
                    f"{name}-{label}-{_short(role)}",
                    bucket=bucket.name,
                    role=role,
                    member=member,
                    opts=child,
                )
            for role in roles("vertex", identity, On.PROJECT):
                gcp.projects.IAMMember(
                    f"{name}-{label}-{_short(role)}",
                    project=args.project,
                    role=role,
                    member=member,
                    opts=child,
                )
        if args.auditor_member:
            google_auditor(
                name, args.auditor_member, bucket.name, gateway.name, enabled, project=args.project
            )

        self.bucket = bucket.name
        self.gateway_service_account = gateway.email
        self.service_agent = agent.email
        self.promise = pulumi.Output.all(
            number=project.number, bucket=bucket.name, gateway=gateway.email, agent=agent.email
        ).apply(
            lambda made: written(
                VertexAI(
                    provider_name=args.provider_name,
                    project=args.project,
                    project_number=made["number"],
                    region=args.region,
                    bucket=made["bucket"],
                    model=args.model,
                    gateway_service_account=made["gateway"],
                    service_agent=made["agent"],
                )
            )
        )
        self.register_outputs(
            {
                "bucket": self.bucket,
                "gatewayServiceAccount": self.gateway_service_account,
                "serviceAgent": self.service_agent,
            }
        )


def _account_id(project: str) -> str:
    """The service account's name: at most 30 letters and digits, another one for every stack."""
    stack = f"{project}/{pulumi.get_project()}/{pulumi.get_stack()}"
    return f"batch-gateway-{uuid.uuid5(uuid.NAMESPACE_URL, stack).hex[:8]}"


def _short(role: str) -> str:
    """`roles/storage.objectUser` -> `objectUser`."""
    return role.rpartition(".")[2]
