"""The bucket of a region's requests and results: made and guarded, or an existing one."""

import functools
from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp

from infra import vertex_existing
from infra.retention import ABORT_UPLOAD_DAYS, ACCESS_LOG_DAYS
from infra.vertex_args import VertexArgs
from infra.vertex_key import CustomerKey, customer_key
from infra.vertex_project import VertexProject
from preflight.contract import ACCESS_LOGS, NO_PUBLIC_ACCESS

_LOGS_WRITER = "group:cloud-storage-analytics@google.com"
"""Whom Cloud Storage writes its logs as. Source: its page "Usage logs & storage logs", 2026-10."""


@dataclass(frozen=True, slots=True)
class DataBucket:
    """A bucket, the project it is of, its customer key if any, and what is promised of it."""

    name: pulumi.Output[str]
    project: str
    key: pulumi.Output[str | None]
    storage_agent: pulumi.Output[str | None]
    guards: tuple[str, ...]


def data_bucket(
    name: str, args: VertexArgs, project: VertexProject, child: pulumi.ResourceOptions
) -> DataBucket:
    """The existing bucket, or one that is made. Raises RunError where that one cannot be used."""
    if args.bucket:
        return _existing(args)
    enabled = pulumi.ResourceOptions.merge(child, project.enabled)
    agent = project.storage_agent
    key = customer_key(name, args, project, agent, child) if agent is not None else None
    logs = _logs(name, args, enabled) if args.access_logs else None
    waits = [enabled, *([key.usable] if key else []), *([logs[1]] if logs else [])]
    made = gcp.storage.Bucket(
        f"{name}-data",
        project=args.project,
        location=args.region.upper(),  # as the API spells it
        uniform_bucket_level_access=True,
        public_access_prevention="enforced",
        encryption={"default_kms_key_name": key.name} if key else None,
        logging={"log_bucket": logs[0]} if logs else None,
        labels=args.labels or None,
        lifecycle_rules=[
            {"action": {"type": "Delete"}, "condition": {"age": args.result_days}},
            {
                "action": {"type": "AbortIncompleteMultipartUpload"},
                "condition": {"age": ABORT_UPLOAD_DAYS},
            },
        ],
        opts=functools.reduce(pulumi.ResourceOptions.merge, waits),
    )
    guards = (NO_PUBLIC_ACCESS, ACCESS_LOGS) if logs else (NO_PUBLIC_ACCESS,)
    return DataBucket(made.name, args.project, *_promised(key), guards)


def _existing(args: VertexArgs) -> DataBucket:
    """Used as it is: its key, its access and how long it keeps are its owner's matter."""
    found = vertex_existing.bucket(args.bucket, args.region)
    key = next((one.default_kms_key_name for one in found.encryptions), None)
    agent = f"service-{found.project_number}@gs-project-accounts.iam.gserviceaccount.com"
    output = pulumi.Output.from_input
    return DataBucket(
        output(found.name),
        found.project or args.project,
        output(key or None),
        output(agent if key else None),
        (),
    )


def _promised(
    key: CustomerKey | None,
) -> tuple[pulumi.Output[str | None], pulumi.Output[str | None]]:
    if key is None:
        nothing: pulumi.Output[str | None] = pulumi.Output.from_input(None)
        return nothing, nothing
    return key.name.apply(_same), key.agent.apply(_same)


def _same(text: str) -> str | None:
    return text


def _logs(
    name: str, args: VertexArgs, enabled: pulumi.ResourceOptions
) -> tuple[pulumi.Output[str], pulumi.ResourceOptions]:
    """A bucket that Cloud Storage may write access logs into, and what to wait for."""
    logs = gcp.storage.Bucket(
        f"{name}-logs",
        project=args.project,
        location=args.region.upper(),
        uniform_bucket_level_access=True,
        public_access_prevention="enforced",
        labels=args.labels or None,
        lifecycle_rules=[{"action": {"type": "Delete"}, "condition": {"age": ACCESS_LOG_DAYS}}],
        opts=enabled,
    )
    grant = gcp.storage.BucketIAMMember(
        f"{name}-logs",
        bucket=logs.name,
        role="roles/storage.objectCreator",
        member=_LOGS_WRITER,
        opts=enabled,
    )
    return logs.name, pulumi.ResourceOptions(depends_on=[grant])
