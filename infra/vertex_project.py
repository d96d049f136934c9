"""What all regions share in a Google Cloud project: the APIs, the identities, their grants."""

from collections.abc import Iterator

import pulumi
import pulumi_gcp as gcp

from infra.grants import roles
from infra.vertex_args import VertexArgs
from infra.vertex_gateway import federation, service_account
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

KEYS_API = "cloudkms.googleapis.com"
TOKENS_API = "sts.googleapis.com"


class VertexProject(pulumi.ComponentResource):
    """The APIs, the gateway's service account and the service agents in one project.

    `members` are the two identities as Google's policies spell them; `enabled` has a resource wait
    for the APIs; `storage_agent` is Cloud Storage's, None where no customer key is used;
    `federation` who may act as the gateway's service account, None where nobody may.
    """

    def __init__(
        self, name: str, args: VertexArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Register the component and its children. `args` are those of any region."""
        super().__init__("batch-preflight:gcp:VertexProject", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        project = args.project
        apis = [
            gcp.projects.Service(
                f"{name}-{api.partition('.')[0]}",
                project=project,
                service=api,
                disable_on_destroy=False,  # others in the project may use it
                opts=child,
            )
            for api in _apis(args)
        ]
        self.enabled = pulumi.ResourceOptions(depends_on=apis)
        enabled = pulumi.ResourceOptions.merge(child, self.enabled)
        asking = pulumi.InvokeOutputOptions(parent=self, depends_on=apis)
        # The service agent otherwise comes to be at the first job, which then fails.
        agent = gcp.projects.ServiceIdentity(
            f"{name}-agent", project=project, service=VERTEX_API, opts=enabled
        )
        self.gateway = service_account(name, project, args.gateway, enabled)
        self.number = gcp.organizations.get_project_output(project_id=project, opts=asking).number
        self.agent_email = agent.email
        self.federation = (
            federation(name, project, args.gateway, self.gateway, enabled)
            if args.gateway.issuer
            else None
        )
        # Asking for it has it made, and a grant to it before that is refused.
        self.storage_agent = (
            gcp.storage.get_project_service_account_output(
                project=project, opts=asking
            ).email_address
            if args.has_key
            else None
        )
        for label, identity, member in self.members:
            for role in roles("vertex", identity, On.PROJECT):
                gcp.projects.IAMMember(
                    f"{name}-{label}-{short(role)}",
                    project=project,
                    role=role,
                    member=member,
                    opts=child,
                )
        self.register_outputs(
            {"gatewayServiceAccount": self.gateway.email, "serviceAgent": agent.email}
        )

    @property
    def members(self) -> tuple[tuple[str, Identity, pulumi.Output[str]], ...]:
        """(label, identity, member of Google's policies) of the two."""
        return (
            ("gateway", Identity.GATEWAY, member_of(self.gateway.email)),
            ("agent", Identity.SERVICE_AGENT, member_of(self.agent_email)),
        )


def member_of(email: pulumi.Output[str]) -> pulumi.Output[str]:
    """A service account as Google's policies spell it."""
    return pulumi.Output.concat("serviceAccount:", email)


def short(role: str) -> str:
    """`roles/storage.objectUser` -> `objectUser`."""
    return role.rpartition(".")[2]


def _apis(args: VertexArgs) -> Iterator[str]:
    yield from APIS
    if args.gateway.issuer:
        yield TOKENS_API
    if args.customer_key:
        yield KEYS_API
