"""Vertex AI: in each region a bucket, which the gateway and Vertex AI's service agent may use."""

from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp

from infra.auditor import google_auditor
from infra.grants import roles
from infra.promise import Section, joined, written
from infra.retention import ABORT_UPLOAD_DAYS
from infra.vertex_project import VertexProject, short
from preflight.contract import NO_PUBLIC_ACCESS, VertexAI
from preflight.permissions import On


@dataclass(frozen=True, slots=True)
class VertexArgs:
    """What the component is made from.

    Args:
        provider_name: the gateway's provider account.
        project: id of the project the jobs run in.
        region: where the jobs run; the bucket is made there.
        models: Google's ids of the models.
        auditor_member: who runs `preflight check`, as Google's policies spell it; "" for nobody.
        result_days: after how many days requests and results are deleted.
    """

    provider_name: str
    project: str
    region: str
    models: tuple[str, ...]
    auditor_member: str
    result_days: int


class VertexBatch(pulumi.ComponentResource):
    """All that Vertex AI and the gateway need to run batch jobs in one region of a project."""

    bucket: pulumi.Output[str]
    promise: pulumi.Output[list[Section]]
    """A target for each model."""

    def __init__(
        self,
        name: str,
        args: VertexArgs,
        project: VertexProject,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Register the component and its children."""
        super().__init__("batch-preflight:gcp:VertexBatch", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
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
            opts=pulumi.ResourceOptions.merge(child, project.enabled),
        )
        for label, identity, member in project.members:
            for role in roles("vertex", identity, On.BUCKET, On.OBJECTS):
                gcp.storage.BucketIAMMember(
                    f"{name}-{label}-{short(role)}",
                    bucket=bucket.name,
                    role=role,
                    member=member,
                    opts=child,
                )

        self.bucket = bucket.name
        self.promise = pulumi.Output.all(
            number=project.number,
            bucket=bucket.name,
            gateway=project.gateway_email,
            agent=project.agent_email,
        ).apply(lambda made: [_promised(args, model, **made) for model in args.models])
        self.register_outputs({"bucket": self.bucket})


def build(regions: tuple[VertexArgs, ...]) -> pulumi.Output[list[Section]]:
    """The project's component, one for each region, and one auditor for all; the promises."""
    any_region = regions[0]
    project = VertexProject("batch-vertex", any_region.project)
    made = [VertexBatch(f"batch-vertex-{args.region}", args, project) for args in regions]
    if any_region.auditor_member:
        google_auditor(
            "batch-vertex",
            any_region.auditor_member,
            {args.region: one.bucket for args, one in zip(regions, made, strict=True)},
            project.gateway_name,
            project.enabled,
            project=any_region.project,
        )
    return joined(one.promise for one in made)


def _promised(
    args: VertexArgs, model: str, *, number: str, bucket: str, gateway: str, agent: str
) -> Section:
    return written(
        VertexAI(
            provider_name=args.provider_name,
            project=args.project,
            project_number=number,
            region=args.region,
            bucket=bucket,
            model=model,
            gateway_service_account=gateway,
            service_agent=agent,
            guards=(NO_PUBLIC_ACCESS,),
        )
    )
