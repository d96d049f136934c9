"""FACTS: what the predefined roles hold, as far as the sandbox's APIs ask for it.

Source: the public mirror iann0036/iam-dataset, commit of 2026-08-22, cut down to the permissions of
the APIs served here. The basic roles hold no rights on objects nor on a bucket's own data: these
come to owners, editors and viewers through the convenience members in every new bucket's policy.
"""


def _of(prefix: str, verbs: str) -> frozenset[str]:
    """`storage.objects` and `get list` -> the two permissions."""
    return frozenset(f"{prefix}.{verb}" for verb in verbs.split())


_PROJECT_READ = _of("resourcemanager.projects", "get list")
_PROJECT_VIEW = _of("resourcemanager.projects", "get getIamPolicy list")
_JOBS = _of("aiplatform.batchPredictionJobs", "cancel create delete get list")
_JOBS_READ = _of("aiplatform.batchPredictionJobs", "get list")
_MODELS_READ = _of("aiplatform.models", "get list")
_PREDICT = _of("aiplatform.endpoints", "predict")
_PLACES = _of("aiplatform.locations", "get list")
_ACCOUNTS_VIEW = _of("iam.serviceAccounts", "get getIamPolicy list")
_ROLES_READ = _of("iam.roles", "get list")
_UPLOADS = _of("storage.multipartUploads", "abort create list listParts")
_KEYS_VIEW = (
    _of("cloudkms.cryptoKeyVersions", "get list")
    | _of("cloudkms.cryptoKeys", "get getIamPolicy list")
    | _of("cloudkms.keyRings", "get getIamPolicy list")
)
_KEYS_ADMIN = (
    _KEYS_VIEW
    | _of("cloudkms.cryptoKeyVersions", "create destroy restore update")
    | _of("cloudkms.cryptoKeys", "create setIamPolicy update")
    | _of("cloudkms.keyRings", "create setIamPolicy")
)
_POOLS_READ = _of("iam.googleapis.com/workloadIdentityPools", "get list") | _of(
    "iam.googleapis.com/workloadIdentityPoolProviders", "get list"
)
_POOLS_ADMIN = (
    _POOLS_READ
    | _of("iam.googleapis.com/workloadIdentityPools", "create delete undelete update")
    | _of("iam.googleapis.com/workloadIdentityPoolProviders", "create delete undelete update")
)
_OBJECTS_OWN = _of("storage.objects", "create delete get list move restore update")
_OBJECTS_ADMIN = _OBJECTS_OWN | _of(
    "storage.objects", "getIamPolicy overrideUnlockedRetention setIamPolicy setRetention"
)
_BUCKETS_ADMIN = _of(
    "storage.buckets",
    "create delete enableObjectRetention get getIamPolicy list relocate restore setIamPolicy "
    "update",
)

ROLES: dict[str, frozenset[str]] = {
    "roles/owner": _PROJECT_VIEW
    | _of("resourcemanager.projects", "delete move setIamPolicy undelete update")
    | _JOBS
    | _MODELS_READ
    | _PLACES
    | _PREDICT
    | _ACCOUNTS_VIEW
    | _of("iam.serviceAccounts", "actAs create delete disable enable setIamPolicy undelete update")
    | _ROLES_READ
    | _of("iam.roles", "create delete undelete update")
    | _KEYS_ADMIN
    | _of("cloudkms.cryptoKeyVersions", "useToDecrypt useToEncrypt")
    | _POOLS_ADMIN
    | _of("serviceusage.services", "disable enable get list use")
    | _of("storage.buckets", "create delete enableObjectRetention list restore"),
    "roles/editor": _PROJECT_VIEW
    | _of("resourcemanager.projects", "move update")
    | _JOBS
    | _MODELS_READ
    | _PLACES
    | _PREDICT
    | _ACCOUNTS_VIEW
    | _of("iam.serviceAccounts", "actAs create delete disable enable update")
    | _ROLES_READ
    | _KEYS_VIEW
    | _of("cloudkms.cryptoKeyVersions", "create update")
    | _of("cloudkms.cryptoKeys", "create update")
    | _of("cloudkms.keyRings", "create")
    | _POOLS_READ
    | _of("serviceusage.services", "disable enable get list use")
    | _of("storage.buckets", "create delete list"),
    "roles/viewer": _PROJECT_VIEW
    | _JOBS_READ
    | _MODELS_READ
    | _PLACES
    | _PREDICT
    | _ACCOUNTS_VIEW
    | _ROLES_READ
    | _KEYS_VIEW
    | _POOLS_READ
    | _of("serviceusage.services", "get list")
    | _of("storage.buckets", "list"),
    "roles/browser": _PROJECT_VIEW,
    "roles/storage.admin": _PROJECT_READ | _BUCKETS_ADMIN | _OBJECTS_ADMIN | _UPLOADS,
    "roles/storage.bucketViewer": _of("storage.buckets", "get list"),
    "roles/storage.objectAdmin": _PROJECT_READ | _OBJECTS_ADMIN | _UPLOADS,
    "roles/storage.objectUser": _PROJECT_READ | _OBJECTS_OWN | _UPLOADS,
    "roles/storage.objectViewer": _PROJECT_READ | _of("storage.objects", "get list"),
    "roles/storage.objectCreator": _PROJECT_READ
    | _of("storage.objects", "create")
    | _of("storage.multipartUploads", "abort create listParts"),
    "roles/storage.legacyBucketReader": _of("storage.buckets", "get")
    | _of("storage.objects", "list")
    | _of("storage.multipartUploads", "list"),
    "roles/storage.legacyBucketWriter": _of("storage.buckets", "get")
    | _UPLOADS
    | _of("storage.objects", "create delete list restore setRetention"),
    "roles/storage.legacyBucketOwner": _UPLOADS
    | _of(
        "storage.buckets",
        "enableObjectRetention get getIamPolicy relocate restore setIamPolicy update",
    )
    | _of("storage.objects", "create delete list restore setRetention"),
    "roles/storage.legacyObjectOwner": _of(
        "storage.objects",
        "get getIamPolicy overrideUnlockedRetention setIamPolicy setRetention update",
    ),
    "roles/storage.legacyObjectReader": _of("storage.objects", "get"),
    "roles/aiplatform.admin": _PROJECT_READ | _JOBS | _MODELS_READ | _PLACES | _PREDICT,
    "roles/aiplatform.user": _PROJECT_READ | _JOBS | _MODELS_READ | _PLACES | _PREDICT,
    "roles/aiplatform.viewer": _PROJECT_READ | _JOBS_READ | _MODELS_READ | _PLACES,
    "roles/aiplatform.serviceAgent": _PROJECT_READ
    | _JOBS
    | _MODELS_READ
    | _PLACES
    | _PREDICT
    | _of("iam.serviceAccounts", "actAs getAccessToken getOpenIdToken")
    | _of("serviceusage.services", "list use")
    | _of("storage.buckets", "create delete get list")
    | _of("storage.objects", "create delete get list update"),
    "roles/iam.roleViewer": _ROLES_READ | _of("resourcemanager.projects", "get getIamPolicy"),
    "roles/iam.securityReviewer": _of("aiplatform.batchPredictionJobs", "list")
    | _ACCOUNTS_VIEW
    | _ROLES_READ
    | _of("cloudkms.cryptoKeyVersions", "list")
    | _of("cloudkms.cryptoKeys", "getIamPolicy list")
    | _of("cloudkms.keyRings", "getIamPolicy list")
    | _of("iam.googleapis.com/workloadIdentityPools", "list")
    | _of("iam.googleapis.com/workloadIdentityPoolProviders", "list")
    | _of("resourcemanager.projects", "getIamPolicy list")
    | _of("serviceusage.services", "list")
    | _of("storage.buckets", "getIamPolicy list")
    | _of("storage.objects", "getIamPolicy list"),
    "roles/iam.serviceAccountAdmin": _PROJECT_READ
    | _ACCOUNTS_VIEW
    | _of("iam.serviceAccounts", "create delete disable enable setIamPolicy undelete update"),
    "roles/iam.serviceAccountTokenCreator": _PROJECT_READ
    | _of(
        "iam.serviceAccounts",
        "get getAccessToken getOpenIdToken implicitDelegation list signBlob signJwt",
    ),
    "roles/iam.serviceAccountUser": _PROJECT_READ | _of("iam.serviceAccounts", "actAs get list"),
    "roles/iam.serviceAccountViewer": _PROJECT_READ | _ACCOUNTS_VIEW,
    "roles/iam.workloadIdentityPoolAdmin": _PROJECT_READ | _POOLS_ADMIN,
    "roles/iam.workloadIdentityPoolViewer": _PROJECT_READ | _POOLS_READ,
    "roles/iam.workloadIdentityUser": _of(
        "iam.serviceAccounts", "get getAccessToken getOpenIdToken list"
    ),
    "roles/cloudkms.admin": _of("resourcemanager.projects", "get") | _KEYS_ADMIN,
    "roles/cloudkms.cryptoKeyDecrypter": _of("resourcemanager.projects", "get")
    | _of("cloudkms.cryptoKeyVersions", "useToDecrypt"),
    "roles/cloudkms.cryptoKeyEncrypter": _of("resourcemanager.projects", "get")
    | _of("cloudkms.cryptoKeyVersions", "useToEncrypt"),
    "roles/cloudkms.cryptoKeyEncrypterDecrypter": _of("resourcemanager.projects", "get")
    | _of("cloudkms.cryptoKeyVersions", "useToDecrypt useToEncrypt"),
    "roles/cloudkms.viewer": _of("resourcemanager.projects", "get")
    | _of("cloudkms.cryptoKeyVersions", "get list")
    | _of("cloudkms.cryptoKeys", "get list")
    | _of("cloudkms.keyRings", "get list"),
    "roles/resourcemanager.projectIamAdmin": _of(
        "resourcemanager.projects", "get getIamPolicy setIamPolicy"
    ),
    "roles/serviceusage.serviceUsageAdmin": _of(
        "serviceusage.services", "disable enable get list use"
    ),
    "roles/serviceusage.serviceUsageConsumer": _of("serviceusage.services", "get list use"),
    "roles/serviceusage.serviceUsageViewer": _of("serviceusage.services", "get list"),
}
"""Role -> permissions. A role that is not here cannot be granted in the sandbox."""

BASIC_ROLES = {
    "projectOwner": "roles/owner",
    "projectEditor": "roles/editor",
    "projectViewer": "roles/viewer",
}
"""Convenience member of bucket policies -> the basic role whose holders it stands for."""


def grantable(role: str, kind: str) -> bool:
    """Whether the role exists and may be bound on a project, bucket, serviceAccount or key."""
    if role not in ROLES:
        return False
    family = role.removeprefix("roles/")
    return {
        "project": not family.startswith("storage.legacy"),
        "bucket": family.startswith("storage."),
        "serviceAccount": family.startswith("iam."),
        "key": family.startswith("cloudkms."),
    }[kind]
