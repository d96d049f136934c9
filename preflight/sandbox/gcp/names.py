"""The two projects of the sandbox, and how Google spells the identities in them."""

PROJECT = "sandbox-project"
NUMBER = "123456789"
OTHER_PROJECT = "other-project"
OTHER_NUMBER = "987654321"
OPERATOR = f"operator@{PROJECT}.iam.gserviceaccount.com"

NUMBERS = {PROJECT: NUMBER, OTHER_PROJECT: OTHER_NUMBER}
"""Project id -> project number. The jobs run in the first; the second has buckets and keys."""

VERTEX_API = "aiplatform.googleapis.com"
STORAGE_API = "storage.googleapis.com"
IAM_API = "iam.googleapis.com"
CREDENTIALS_API = "iamcredentials.googleapis.com"
TOKENS_API = "sts.googleapis.com"
KEYS_API = "cloudkms.googleapis.com"
PROJECTS_API = "cloudresourcemanager.googleapis.com"
SERVICES_API = "serviceusage.googleapis.com"
TROUBLESHOOTER_API = "policytroubleshooter.googleapis.com"

VERTEX_AGENT = f"service-{NUMBER}@gcp-sa-aiplatform.iam.gserviceaccount.com"
"""Whom Vertex AI acts as: it reads a job's requests and writes its results."""

PRINCIPAL = "principal://"
PRINCIPALS = "principalSet://"
"""How a member of a workload identity pool is spelled, and many of them."""


def account_email(account_id: str) -> str:
    """The e-mail address of a service account of the project."""
    return f"{account_id}@{PROJECT}.iam.gserviceaccount.com"


def storage_agent(project: str) -> str:
    """Whom Cloud Storage acts as when it uses a key for a bucket of the project (its id)."""
    return f"service-{NUMBERS[project]}@gs-project-accounts.iam.gserviceaccount.com"


def member_of(identity: str) -> str:
    """How IAM policies spell an e-mail address; a member of an identity pool spells itself."""
    if identity.startswith(PRINCIPAL):
        return identity
    kind = "serviceAccount" if identity.endswith(".gserviceaccount.com") else "user"
    return f"{kind}:{identity}"


def project_of(named: str) -> str:
    """The id of the sandbox's project of that id or number; "" where it has none such."""
    for project, number in NUMBERS.items():
        if named in {project, number}:
            return project
    return ""


def is_ours(project: str) -> bool:
    """Whether a path's project, by id or by number, is the one that the jobs run in."""
    return project_of(project) == PROJECT
