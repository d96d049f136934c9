# ruff: noqa: E501 - a table: one row a line
"""FACTS: the rights that looking needs: what the identity running `preflight check` must be allowed.

They only read. A look that is refused names its row's permission; a test compares the two, and
another holds each cloud of the sandbox against an identity that has these rights and no others.
"""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a right to look is held on. The value is how the documentation names it."""

    NOTHING = "nothing"
    BUCKET = "the bucket"
    KEYS = "the account's keys"
    JOB_ROLE = "the job role"
    IDENTITIES = "the job role and the gateway identity"
    GATEWAY_USER = "the gateway identity, where it is a user"
    GROUPS = "the groups of the gateway's user"
    POLICIES = "the policies attached to them"
    ORGANIZATION = "the organization"
    MODEL = "the model"
    PROFILES = "the inference profiles"
    REGION = "*, in the region"
    PROJECT = "the project"
    GATEWAY = "the gateway's service account"
    GROUP = "the resource group"
    ANCESTORS = "the project, and the folders and organization above it"
    SUBSCRIPTION = "the subscription"


@dataclass(frozen=True, slots=True)
class Look:
    """One right to look.

    `questions` are the questions of the cloud's seam that need it; `on` is the least it must be
    held on, so that what is gone is seen to be gone, and is no refusal; `when` says where it is not
    always needed, "" where it is. `granted_by` is Azure's built-in role that carries it,
    "" where none does that is not far wider: then the auditor that the program makes goes without.
    """

    provider: str
    permission: str
    questions: tuple[str, ...]
    on: Scope
    tells: str
    when: str = ""
    granted_by: str = ""


_WITH_KEY = "only where a customer key encrypts the bucket"
_WITH_POOL = "only where the gateway comes in by an identity pool"
_PROMISED = "only where the stack promises it"
_WITH_PROFILE = "only for an inference profile, or to find the one that a model needs"

_NO_ENGINE = "only where IAM's own engine may not be asked, or does not know enough"
_NO_GATEWAY = "only where asking as the gateway is refused, or a policy leaves it open"

_READER = "Reader"
_USAGES_READER = "Cognitive Services Usages Reader"

# fmt: off
LOOKS = (
    Look("bedrock", "sts:GetCallerIdentity", ("caller",), Scope.NOTHING, "who is asking", "AWS asks for no right"),
    Look("bedrock", "s3:ListBucket", ("bucket_region", "bucket_owned_by"), Scope.BUCKET, "that the bucket is there, where, and whose it is"),
    Look("bedrock", "s3:GetBucketPolicy", ("bucket_policy",), Scope.BUCKET, "whom the bucket's own policy keeps out"),
    Look("bedrock", "s3:GetEncryptionConfiguration", ("bucket_kms_key",), Scope.BUCKET, "which key encrypts it"),
    Look("bedrock", "s3:GetLifecycleConfiguration", ("bucket_expiry",), Scope.BUCKET, "when it deletes objects"),
    Look("bedrock", "s3:GetBucketPublicAccessBlock", ("bucket_public_access",), Scope.BUCKET, "whether the public is kept out", _PROMISED),
    Look("bedrock", "s3:GetBucketLogging", ("bucket_logging",), Scope.BUCKET, "whether accesses are logged", _PROMISED),
    Look("bedrock", "kms:DescribeKey", ("kms_key",), Scope.KEYS, "whether the key is enabled", _WITH_KEY),
    Look("bedrock", "kms:GetKeyPolicy", ("kms_key",), Scope.KEYS, "whom the key lets in", _WITH_KEY),
    Look("bedrock", "iam:GetRole", ("role",), Scope.JOB_ROLE, "whom the job role trusts"),
    Look("bedrock", "iam:SimulatePrincipalPolicy", ("may",), Scope.IDENTITIES, "what the two may do"),
    Look("bedrock", "bedrock:GetFoundationModel", ("foundation_model",), Scope.MODEL, "that the region offers the model"),
    Look("bedrock", "bedrock:GetInferenceProfile", ("inference_profile",), Scope.PROFILES, "where the profile routes to", _WITH_PROFILE),
    Look("bedrock", "bedrock:GetFoundationModelAvailability", ("model_agreement",), Scope.REGION, "that the account may use the model"),
    Look("bedrock", "bedrock:ListModelInvocationJobs", ("open_jobs",), Scope.REGION, "how many jobs are open"),
    Look("bedrock", "servicequotas:ListServiceQuotas", ("batch_quotas",), Scope.REGION, "the account's quotas"),
    Look("bedrock", "servicequotas:ListAWSDefaultServiceQuotas", ("batch_quotas",), Scope.REGION, "the default of a quota that was never changed"),

    Look("vertex", "resourcemanager.projects.get", ("project_number",), Scope.PROJECT, "the project's number"),
    Look("vertex", "resourcemanager.projects.getIamPolicy", ("project_bindings",), Scope.PROJECT, "which roles the service agent has on the project", "only where those on the bucket, or on the key, do not do"),
    Look("vertex", "serviceusage.services.get", ("api_enabled",), Scope.PROJECT, "which APIs are on"),
    Look("vertex", "storage.buckets.get", ("bucket",), Scope.BUCKET, "that the bucket is there, where, and how it is set"),
    Look("vertex", "storage.buckets.getIamPolicy", ("bucket_bindings",), Scope.BUCKET, "which roles the service agent has on the bucket"),
    Look("vertex", "iam.roles.get", ("role_permissions",), Scope.PROJECT, "what those roles hold", "only for a custom role: predefined ones are public"),
    Look("vertex", "iam.serviceAccounts.get", ("service_account",), Scope.PROJECT, "that the gateway's service account is enabled"),
    Look("vertex", "iam.serviceAccounts.getAccessToken", ("bucket_grants", "project_grants"), Scope.GATEWAY, "what the gateway may do, asked as the gateway"),
    Look("vertex", "iam.serviceAccounts.getIamPolicy", ("account_bindings",), Scope.GATEWAY, "who may act as the gateway's service account", _WITH_POOL),
    Look("vertex", "iam.googleapis.com/workloadIdentityPools.get", ("identity_provider",), Scope.PROJECT, "that the identity pool is there and on", _WITH_POOL),
    Look("vertex", "iam.googleapis.com/workloadIdentityPoolProviders.get", ("identity_provider",), Scope.PROJECT, "whose tokens it takes", _WITH_POOL),
    Look("vertex", "cloudkms.cryptoKeys.get", ("kms_key",), Scope.PROJECT, "whether the key is enabled", _WITH_KEY),
    Look("vertex", "cloudkms.cryptoKeys.getIamPolicy", ("key_bindings",), Scope.PROJECT, "whom the key lets in", _WITH_KEY),
    Look("vertex", "cloudkms.keyRings.getIamPolicy", ("ring_bindings",), Scope.PROJECT, "whom its key ring lets in", "only where the key itself does not let Cloud Storage in"),
    Look("vertex", "aiplatform.locations.list", ("locations",), Scope.PROJECT, "which locations Vertex AI serves"),
    Look("vertex", "aiplatform.publishers.get", ("publisher_model",), Scope.PROJECT, "that Google publishes the model in the region"),

    Look("azure", "Microsoft.CognitiveServices/accounts/read", ("account",), Scope.GROUP, "that the account is there, and how it is set", granted_by=_READER),
    Look("azure", "Microsoft.CognitiveServices/locations/resourceGroups/deletedAccounts/read", ("deleted",), Scope.SUBSCRIPTION, "whether the name of an account that is gone is still held", "only where it is gone; without it the repair names both cases"),
    Look("azure", "Microsoft.CognitiveServices/accounts/deployments/read", ("deployment",), Scope.GROUP, "that the deployment is there, and its kind", granted_by=_READER),
    Look("azure", "Microsoft.CognitiveServices/accounts/models/read", ("offers",), Scope.GROUP, "which models the region offers, for which kinds of deployment, and until when", granted_by=_READER),
    Look("azure", "Microsoft.CognitiveServices/locations/usages/read", ("usages",), Scope.SUBSCRIPTION, "the quota of the region", granted_by=_USAGES_READER),
    Look("azure", "Microsoft.Authorization/roleAssignments/read", ("roles_of",), Scope.GROUP, "which roles the gateway's principal has", granted_by=_READER),
    Look("azure", "Microsoft.Authorization/roleDefinitions/read", ("roles_of",), Scope.GROUP, "what those roles hold", granted_by=_READER),
    Look("azure", "Microsoft.Authorization/denyAssignments/read", ("denials_of",), Scope.GROUP, "what is denied on the account whatever the roles", granted_by=_READER),
)
# fmt: on
"""Every right to look, by provider. OpenAI has none: all its looks go through the gateway."""

# fmt: off
OTHER_WAYS = (
    Look("bedrock", "iam:GetRole", ("written",), Scope.IDENTITIES, "that the role is there, its boundary and its tags", _NO_ENGINE),
    Look("bedrock", "iam:ListRolePolicies", ("written",), Scope.IDENTITIES, "which policies are in the role", _NO_ENGINE),
    Look("bedrock", "iam:GetRolePolicy", ("written",), Scope.IDENTITIES, "what they say", _NO_ENGINE),
    Look("bedrock", "iam:ListAttachedRolePolicies", ("written",), Scope.IDENTITIES, "which policies are attached to the role", _NO_ENGINE),
    Look("bedrock", "iam:GetPolicy", ("written",), Scope.POLICIES, "which version of an attached policy, or of a boundary, is in force", _NO_ENGINE),
    Look("bedrock", "iam:GetPolicyVersion", ("written",), Scope.POLICIES, "what it says", _NO_ENGINE),
    Look("bedrock", "iam:GetUser", ("written",), Scope.GATEWAY_USER, "that the user is there, its boundary and its tags", _NO_ENGINE),
    Look("bedrock", "iam:ListUserPolicies", ("written",), Scope.GATEWAY_USER, "which policies are in the user", _NO_ENGINE),
    Look("bedrock", "iam:GetUserPolicy", ("written",), Scope.GATEWAY_USER, "what they say", _NO_ENGINE),
    Look("bedrock", "iam:ListAttachedUserPolicies", ("written",), Scope.GATEWAY_USER, "which policies are attached to the user", _NO_ENGINE),
    Look("bedrock", "iam:ListGroupsForUser", ("written",), Scope.GATEWAY_USER, "which groups it is in", _NO_ENGINE),
    Look("bedrock", "iam:ListGroupPolicies", ("written",), Scope.GROUPS, "which policies are in a group", _NO_ENGINE),
    Look("bedrock", "iam:GetGroupPolicy", ("written",), Scope.GROUPS, "what they say", _NO_ENGINE),
    Look("bedrock", "iam:ListAttachedGroupPolicies", ("written",), Scope.GROUPS, "which policies are attached to a group", _NO_ENGINE),
    Look("bedrock", "organizations:DescribeOrganization", ("control_policies",), Scope.ORGANIZATION, "whether the account is in an organization, and leads it", f"{_NO_ENGINE}; without it a caveat says so"),
    Look("bedrock", "organizations:ListParents", ("control_policies",), Scope.ORGANIZATION, "which units the account is in", f"{_NO_ENGINE}; without it a caveat says so"),
    Look("bedrock", "organizations:ListPoliciesForTarget", ("control_policies",), Scope.ORGANIZATION, "which service control policies hold there", f"{_NO_ENGINE}; without it a caveat says so"),
    Look("bedrock", "organizations:DescribePolicy", ("control_policies",), Scope.ORGANIZATION, "what they say", f"{_NO_ENGINE}; without it a caveat says so"),

    Look("vertex", "roles/iam.securityReviewer", ("troubleshoot",), Scope.ANCESTORS, "what Google's Policy Troubleshooter says an identity may do, denials and inherited policies with it", _NO_GATEWAY),
)
# fmt: on
"""Rights for the ways that are taken where the first one is closed. The auditor goes without."""


def looks(provider: str) -> tuple[Look, ...]:
    """The rows of one provider: what every check is asked by first."""
    return tuple(look for look in LOOKS if look.provider == provider)


def other_ways(provider: str) -> tuple[Look, ...]:
    """The provider's rows that are needed only where a first way is closed."""
    return tuple(look for look in OTHER_WAYS if look.provider == provider)
