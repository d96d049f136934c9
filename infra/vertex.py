"""Vertex AI: in each region a bucket, which the gateway and Vertex AI's service agent may use."""

from typing import Any

import pulumi
import pulumi_gcp as gcp

from infra.auditor import google_auditor
from infra.grants import roles
from infra.promise import Section, joined, written
from infra.vertex_args import VertexArgs
from infra.vertex_bucket import data_bucket
from infra.vertex_project import VertexProject, short
from preflight.contract import VertexAI
from preflight.permissions import On


class VertexBatch(pulumi.ComponentResource):
    """All that Vertex AI and the gateway need to run batch jobs in one region of a project."""

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
        self.bucket = data_bucket(name, args, project, child)
        for label, identity, member in project.members:
            for role in roles("vertex", identity, On.BUCKET, On.OBJECTS):
                gcp.storage.BucketIAMMember(
                    f"{name}-{label}-{short(role)}",
                    bucket=self.bucket.name,
                    role=role,
                    member=member,
                    opts=child,
                )

        pool = project.federation
        self.promise = pulumi.Output.all(
            project_number=project.number,
            bucket=self.bucket.name,
            gateway_service_account=project.gateway.email,
            service_agent=project.agent_email,
            kms_key=self.bucket.key,
            storage_agent=self.bucket.storage_agent,
            federation=pool.member if pool else None,
            federation_provider=pool.provider if pool else None,
        ).apply(lambda made: _promised(args, self.bucket.guards, made))
        self.register_outputs({"bucket": self.bucket.name})


def build(regions: tuple[VertexArgs, ...]) -> pulumi.Output[list[Section]]:
    """The project's component, one for each region, and one auditor for all; the promises."""
    any_region = regions[0]
    project = VertexProject("batch-vertex", any_region)
    made = [VertexBatch(f"batch-vertex-{args.region}", args, project) for args in regions]
    if any_region.auditor_member:
        # A project's custom role can be given on nothing of another project.
        own = any_region.project
        google_auditor(
            "batch-vertex",
            any_region.auditor_member,
            {
                args.region: one.bucket.name
                for args, one in zip(regions, made, strict=True)
                if one.bucket.project == own
            },
            project.gateway.name if project.gateway.project == own else None,
            project.enabled,
            project=own,
        )
    return joined(one.promise for one in made)


def _promised(args: VertexArgs, guards: tuple[str, ...], made: dict[str, Any]) -> list[Section]:
    return [
        written(
            VertexAI(
                provider_name=args.provider_name,
                project=args.project,
                region=args.region,
                model=model,
                federation_issuer=args.gateway.issuer or None,
                federation_audience=args.gateway.audience or None,
                guards=guards,
                **made,
            )
        )
        for model in args.models
    ]
