"""Vertex AI: the project, the bucket, and what its two other identities may do there.

The gateway's service account uploads and creates the job; the Vertex AI service agent reads and
writes for it. A fault of either is accepted at create and told hours later.
"""

from dataclasses import replace
from functools import partial

from preflight.checks.retirement import vertex_retirement
from preflight.checks.vertex_bucket import ON_BUCKET, bucket, found_bucket
from preflight.checks.vertex_conditions import of_bucket
from preflight.checks.vertex_federation import gateway_federation
from preflight.checks.vertex_key import bucket_key
from preflight.checks.vertex_model import location, model, model_batch
from preflight.checks.vertex_rights import UP, deleted
from preflight.checks.vertex_ways import Place, agent_holds, bucket_resource, gateway_holds
from preflight.contract import VertexAI
from preflight.outcomes import Answer, Check, Failed, Passed, check
from preflight.permissions import Identity, On, permissions
from preflight.seams import Gcp, GcsBucket
from preflight.seams.together import together

_APIS = ("aiplatform.googleapis.com", "storage.googleapis.com")
_TOKENS_API = "sts.googleapis.com"
_KEYS_API = "cloudkms.googleapis.com"


@check("vertex-credentials", "Google Cloud knows who is asking", gate=True)
def credentials(promised: VertexAI, gcp: Gcp) -> Answer:
    """All looks at Google Cloud are made as the application default credentials."""
    del promised
    return Passed(f"asking as {gcp.caller().name}")


@check("vertex-project", "The project exists", gate=True)
def project(promised: VertexAI, gcp: Gcp) -> Answer:
    """The project's number names its service agent, so a wrong number means a wrong identity."""
    number = gcp.project_number(promised.project)
    if number is None:
        return Failed(
            f"project {promised.project} does not exist, or is being deleted",
            "pulumi config set vertexProject <the id of a project>; then pulumi up",
        )
    if number != promised.project_number:
        return Failed(
            f"project {promised.project} has number {number}, but {promised.project_number} is "
            "promised",
            UP,
        )
    return Passed(f"project {promised.project} has number {number}")


@check("vertex-apis", "The APIs that a job uses are enabled")
def apis(promised: VertexAI, gcp: Gcp) -> Answer:
    """A call to an API that is off is refused with SERVICE_DISABLED."""
    needed = _apis(promised)

    def enabled(api: str) -> bool:
        return gcp.api_enabled(promised.project, api)

    on = together([partial(enabled, api) for api in needed])
    off = [api for api, is_on in zip(needed, on, strict=True) if not is_on]
    if off:
        return Failed(f"not enabled in project {promised.project}: {', '.join(off)}", UP)
    return Passed(f"enabled: {', '.join(needed)}")


def _apis(promised: VertexAI) -> tuple[str, ...]:
    """Another project's key is used under that project's API, which is its owner's matter."""
    own_key = (promised.kms_key or "").startswith(f"projects/{promised.project}/")
    return (
        *_APIS,
        *((_TOKENS_API,) if promised.federation else ()),
        *((_KEYS_API,) if own_key else ()),
    )


@check("vertex-gateway-account", "The gateway's service account exists and is enabled", gate=True)
def gateway_account(promised: VertexAI, gcp: Gcp) -> Answer:
    """The gateway uploads the requests and creates the job as this service account."""
    email = promised.gateway_service_account
    found = gcp.service_account(email)
    if found is None:
        return Failed(f"{Identity.GATEWAY} {email} does not exist", UP)
    if found.disabled:
        enable = f"gcloud iam service-accounts enable {email} --project {promised.project}"
        return Failed(f"{Identity.GATEWAY} {email} is disabled", enable)
    return Passed(f"{email} exists and is enabled")


@check("vertex-gateway-bucket", "The gateway may use the bucket")
def gateway_bucket(promised: VertexAI, gcp: Gcp) -> Answer:
    """Google itself is asked, as the gateway's service account, what it holds on the bucket.

    Where nobody may act as the gateway, Google's Policy Troubleshooter is asked about it; where
    that cannot tell either, its roles are looked up.
    """
    email = promised.gateway_service_account
    return gateway_holds(
        gcp,
        email,
        permissions("vertex", Identity.GATEWAY, On.BUCKET, On.OBJECTS),
        lambda actions: gcp.bucket_grants(promised.bucket, actions, email),
        Place(
            f"gs://{promised.bucket}",
            bucket_resource(promised.bucket),
            (
                lambda: gcp.bucket_bindings(promised.bucket),
                lambda: gcp.project_bindings(_home(promised, gcp.bucket(promised.bucket))),
            ),
            of_bucket(promised.bucket),
        ),
    )


@check("vertex-gateway-project", "The gateway may run batch jobs in the project")
def gateway_project(promised: VertexAI, gcp: Gcp) -> Answer:
    """Google itself is asked, as the gateway's service account, what it holds on the project.

    The other ways are those of vertex-gateway-bucket.
    """
    email = promised.gateway_service_account
    return gateway_holds(
        gcp,
        email,
        permissions("vertex", Identity.GATEWAY, On.PROJECT),
        lambda actions: gcp.project_grants(promised.project, actions, email),
        Place(
            f"project {promised.project}",
            f"//cloudresourcemanager.googleapis.com/projects/{promised.project}",
            (lambda: gcp.project_bindings(promised.project),),
        ),
    )


@check("vertex-agent-name", "The promised service agent is Vertex AI's in this project", gate=True)
def agent_name(promised: VertexAI, gcp: Gcp) -> Answer:
    """Grants to another project's agent, or to another service's, help nobody."""
    del gcp
    agent = f"service-{promised.project_number}@gcp-sa-aiplatform.iam.gserviceaccount.com"
    if promised.service_agent != agent:
        return Failed(
            f"{Identity.SERVICE_AGENT} of project {promised.project} is {agent}, but "
            f"{promised.service_agent} is promised",
            UP,
        )
    return Passed(f"{Identity.SERVICE_AGENT} is {agent}")


@check("vertex-agent-bucket", "The Vertex AI service agent may read and write the bucket")
def agent_bucket(promised: VertexAI, gcp: Gcp) -> Answer:
    """The agent cannot be asked, so its roles are looked up: on the bucket, then on its project.

    What it lacks is told late: a read at the job's start, a write at its end, after all was paid.
    That it holds something says that it is there: Google grants nothing to an account that is not.
    """
    found = found_bucket(promised, gcp)
    if isinstance(found, Failed):
        return found
    home = _home(promised, found)
    policies = (lambda: gcp.bucket_bindings(promised.bucket), lambda: gcp.project_bindings(home))
    answer = agent_holds(
        gcp,
        (Identity.SERVICE_AGENT, promised.service_agent),
        permissions("vertex", Identity.SERVICE_AGENT, On.BUCKET, On.OBJECTS),
        Place(
            f"gs://{promised.bucket}",
            bucket_resource(promised.bucket),
            policies,
            of_bucket(promised.bucket),
        ),
    )
    if not isinstance(answer, Failed) or not deleted(promised.service_agent, policies):
        return answer
    return replace(
        answer,
        problem=f"{Identity.SERVICE_AGENT} {promised.service_agent} was deleted: what was granted "
        f"to it on gs://{promised.bucket} is nobody's",
        remedy="gcloud beta services identity create --service aiplatform.googleapis.com "
        f"--project {promised.project}; then {UP}",
    )


def _home(promised: VertexAI, found: GcsBucket | None) -> str:
    """The project that the bucket is of; its policy reaches the bucket too."""
    number = found.project_number if found else ""
    return promised.project if number in ("", promised.project_number) else number


SUITES: tuple[tuple[str, tuple[Check, ...]], ...] = (
    ("vertex project", (credentials, project, apis)),
    ("vertex bucket", (credentials, bucket, *ON_BUCKET, bucket_key)),
    (
        "vertex gateway identity",
        (credentials, gateway_account, gateway_federation, gateway_project),
    ),
    ("vertex gateway on bucket", (credentials, bucket, gateway_account, gateway_bucket)),
    ("vertex service agent", (credentials, project, agent_name, bucket, agent_bucket)),
    ("vertex model", (credentials, location, model)),
    ("vertex batch models", (model_batch, vertex_retirement)),
)
"""Side by side; inside one, what a gate decides comes after it."""
