# ruff: noqa: E501 - a table: one row a line
"""FACTS: the rights that looking needs: what the identity running `preflight check` must be allowed.

They only read. A look that is refused names its row's permission; a test compares the two, and
another holds each cloud of the sandbox against an identity that has these rights and no others.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """One right to look.

    `questions` are the questions of the cloud's seam that need it; `on` is the least it must be
    held on; `when` says where it is not always needed, "" where it is.
    """

    provider: str
    permission: str
    questions: tuple[str, ...]
    on: str
    tells: str
    when: str = ""


_WITH_KEY = "only where a customer key encrypts the bucket"
_WITH_PROFILE = "only for an inference profile, or to find the one that a model needs"

# fmt: off
LOOKS = (
    Look("bedrock", "sts:GetCallerIdentity", ("caller",), "nothing", "who is asking", "AWS asks for no right"),
    Look("bedrock", "s3:ListBucket", ("bucket_region", "bucket_owned_by"), "the bucket", "that the bucket is there, where, and whose it is"),
    Look("bedrock", "s3:GetBucketPolicy", ("bucket_policy",), "the bucket", "whom the bucket's own policy keeps out"),
    Look("bedrock", "s3:GetEncryptionConfiguration", ("bucket_kms_key",), "the bucket", "which key encrypts it"),
    Look("bedrock", "s3:GetLifecycleConfiguration", ("bucket_expiry",), "the bucket", "when it deletes objects"),
    Look("bedrock", "kms:DescribeKey", ("kms_key",), "the key", "whether the key is enabled", _WITH_KEY),
    Look("bedrock", "kms:GetKeyPolicy", ("kms_key",), "the key", "whom the key lets in", _WITH_KEY),
    Look("bedrock", "iam:GetRole", ("role",), "the job role", "whom the job role trusts"),
    Look("bedrock", "iam:SimulatePrincipalPolicy", ("may",), "the job role and the gateway role", "what the two may do"),
    Look("bedrock", "bedrock:GetFoundationModel", ("foundation_model",), "the model", "that the region offers the model"),
    Look("bedrock", "bedrock:GetInferenceProfile", ("inference_profile",), "the inference profile", "where the profile routes to", _WITH_PROFILE),
    Look("bedrock", "bedrock:GetFoundationModelAvailability", ("model_agreement",), "*", "that the account may use the model"),
    Look("bedrock", "bedrock:ListModelInvocationJobs", ("open_jobs",), "*", "how many jobs are open"),
    Look("bedrock", "servicequotas:ListServiceQuotas", ("batch_quotas",), "*", "the account's quotas"),
    Look("bedrock", "servicequotas:ListAWSDefaultServiceQuotas", ("batch_quotas",), "*", "the default of a quota that was never changed"),

    Look("vertex", "resourcemanager.projects.get", ("project_number",), "the project", "the project's number"),
    Look("vertex", "resourcemanager.projects.getIamPolicy", ("project_bindings",), "the project", "which roles the service agent has on the project"),
    Look("vertex", "serviceusage.services.get", ("api_enabled",), "the project", "which APIs are on"),
    Look("vertex", "storage.buckets.get", ("bucket",), "the bucket", "that the bucket is there, where, and how it is set"),
    Look("vertex", "storage.buckets.getIamPolicy", ("bucket_bindings",), "the bucket", "which roles the service agent has on the bucket"),
    Look("vertex", "iam.roles.get", ("role_permissions",), "the project", "what those roles hold", "only for a custom role: predefined ones are public"),
    Look("vertex", "iam.serviceAccounts.get", ("service_account",), "the project", "that the gateway's service account is enabled"),
    Look("vertex", "iam.serviceAccounts.getAccessToken", ("bucket_grants", "project_grants"), "the gateway's service account", "what the gateway may do, asked as the gateway"),
    Look("vertex", "aiplatform.publishers.get", ("publisher_model",), "the project", "that Google publishes the model in the region"),

    Look("azure", "Microsoft.CognitiveServices/accounts/read", ("account",), "the account", "that the account is there, and how it is set"),
    Look("azure", "Microsoft.CognitiveServices/accounts/deployments/read", ("deployment",), "the account", "that the deployment is there, and its kind"),
    Look("azure", "Microsoft.CognitiveServices/locations/usages/read", ("usages",), "the subscription", "the quota of the region"),
    Look("azure", "Microsoft.Authorization/roleAssignments/read", ("roles_of",), "the account", "which roles the gateway's principal has"),
    Look("azure", "Microsoft.Authorization/roleDefinitions/read", ("roles_of",), "the account", "what those roles hold"),
)
# fmt: on
"""Every right to look, by provider. OpenAI has none: all its looks go through the gateway."""


def looks(provider: str) -> tuple[Look, ...]:
    """The rows of one provider."""
    return tuple(look for look in LOOKS if look.provider == provider)
