"""The one project of the sandbox, and how Google spells the identities in it."""

PROJECT = "sandbox-project"
NUMBER = "123456789"
OPERATOR = f"operator@{PROJECT}.iam.gserviceaccount.com"

VERTEX_API = "aiplatform.googleapis.com"
STORAGE_API = "storage.googleapis.com"
IAM_API = "iam.googleapis.com"
CREDENTIALS_API = "iamcredentials.googleapis.com"
PROJECTS_API = "cloudresourcemanager.googleapis.com"
SERVICES_API = "serviceusage.googleapis.com"

VERTEX_AGENT = f"service-{NUMBER}@gcp-sa-aiplatform.iam.gserviceaccount.com"
"""Whom Vertex AI acts as: it reads a job's requests and writes its results."""


def account_email(account_id: str) -> str:
    """The e-mail address of a service account of the project."""
    return f"{account_id}@{PROJECT}.iam.gserviceaccount.com"


def member_of(email: str) -> str:
    """How IAM policies spell the identity with that e-mail address."""
    kind = "serviceAccount" if email.endswith(".gserviceaccount.com") else "user"
    return f"{kind}:{email}"


def is_ours(project: str) -> bool:
    """Whether a path's project, by id or by number, is the sandbox's."""
    return project in {PROJECT, NUMBER}
