"""What the Pulumi program makes at Google Cloud, and promises."""

from preflight.contract import VertexAI
from preflight.permissions import Identity, On, permissions

PROJECT = "sandbox-project"
APIS = ("aiplatform.googleapis.com", "storage.googleapis.com", "iamcredentials.googleapis.com")


def google(make):
    """Make what the Pulumi program makes, and promise it."""
    for api in APIS:
        make("gcp:projects/service:Service", {"service": api})
    agent = make(
        "gcp:projects/serviceIdentity:ServiceIdentity", {"service": "aiplatform.googleapis.com"}
    )
    gateway = make("gcp:serviceaccount/account:Account", {"accountId": "batch-gateway"})
    bucket = make(
        "gcp:storage/bucket:Bucket",
        {
            "location": "EUROPE-WEST4",
            "uniformBucketLevelAccess": True,
            "publicAccessPrevention": "enforced",
            "lifecycleRules": [{"action": {"type": "Delete"}, "condition": {"age": 14}}],
        },
    )
    for identity, made in ((Identity.GATEWAY, gateway), (Identity.SERVICE_AGENT, agent)):
        member = {"member": made["member"]}
        for row in permissions("vertex", identity):
            if row.on is On.PROJECT:
                given = {"role": row.granted_by, "project": PROJECT}
                make("gcp:projects/iAMMember:IAMMember", {**given, **member})
            else:
                given = {"role": row.granted_by, "bucket": bucket["name"]}
                make("gcp:storage/bucketIAMMember:BucketIAMMember", {**given, **member})
    return VertexAI(
        provider_name="vertex-main",
        project=PROJECT,
        project_number=str(bucket["projectNumber"]),
        region="europe-west4",
        bucket=bucket["name"],
        model="gemini-2.5-flash",
        gateway_service_account=gateway["email"],
        service_agent=agent["email"],
    )
