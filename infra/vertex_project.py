"""What all regions share in a Google Cloud project: the APIs, the two identities, their grants."""

import uuid

import pulumi
import pulumi_gcp as gcp

from infra.grants import roles
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


class VertexProject(pulumi.ComponentResource):
    """The APIs, the gateway's service account and Vertex AI's service agent in one project.

    `members` are the two identities as Google's policies spell them; `enabled` has a resource wait
    for the APIs.
    """

    number: pulumi.Output[str]
    gateway_name: pulumi.Output[str]
    gateway_email: pulumi.Output[str]
    agent_email: pulumi.Output[str]
    enabled: pulumi.ResourceOptions

    def __init__(self, name: str, project: str, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the component and its children."""
        super().__init__("batch-preflight:gcp:VertexProject", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        apis = [
            gcp.projects.Service(
                f"{name}-{api.partition('.')[0]}",
                project=project,
                service=api,
                disable_on_destroy=False,  # others in the project may use it
                opts=child,
            )
            for api in APIS
        ]
        self.enabled = pulumi.ResourceOptions(depends_on=apis)
        enabled = pulumi.ResourceOptions.merge(child, self.enabled)
        found = gcp.organizations.get_project_output(
            project_id=project, opts=pulumi.InvokeOutputOptions(parent=self, depends_on=apis)
        )
        # The service agent otherwise comes to be at the first job, which then fails.
        agent = gcp.projects.ServiceIdentity(
            f"{name}-agent", project=project, service=VERTEX_API, opts=enabled
        )
        gateway = gcp.serviceaccount.Account(
            f"{name}-gateway",
            project=project,
            account_id=_account_id(project),
            display_name=f"AI gateway, batch jobs of stack {pulumi.get_stack()}",
            opts=enabled,
        )
        self.number = found.number
        self.gateway_name = gateway.name
        self.gateway_email = gateway.email
        self.agent_email = agent.email
        for label, identity, member in self.members:
            for role in roles("vertex", identity, On.PROJECT):
                gcp.projects.IAMMember(
                    f"{name}-{label}-{short(role)}",
                    project=project,
                    role=role,
                    member=member,
                    opts=child,
                )
        self.register_outputs({"gatewayServiceAccount": gateway.email, "serviceAgent": agent.email})

    @property
    def members(self) -> tuple[tuple[str, Identity, pulumi.Output[str]], ...]:
        """(label, identity, member of Google's policies) of the two."""
        return (
            ("gateway", Identity.GATEWAY, _member(self.gateway_email)),
            ("agent", Identity.SERVICE_AGENT, _member(self.agent_email)),
        )


def _member(email: pulumi.Output[str]) -> pulumi.Output[str]:
    return pulumi.Output.concat("serviceAccount:", email)


def _account_id(project: str) -> str:
    """The service account's name: at most 30 letters and digits, another one for every stack."""
    stack = f"{project}/{pulumi.get_project()}/{pulumi.get_stack()}"
    return f"batch-gateway-{uuid.uuid5(uuid.NAMESPACE_URL, stack).hex[:8]}"


def short(role: str) -> str:
    """`roles/storage.objectUser` -> `objectUser`."""
    return role.rpartition(".")[2]
