"""What a Google Cloud that only remembers makes up: what is there already, and what is computed."""

NUMBER = "123456789"
AGENT = f"service-{NUMBER}@gcp-sa-aiplatform.iam.gserviceaccount.com"
STORAGE_AGENT = f"service-{NUMBER}@gs-project-accounts.iam.gserviceaccount.com"
THEIR_ACCOUNT = "theirs@their-project.iam.gserviceaccount.com"
THEIR_KEY = "projects/their-project/locations/europe-west4/keyRings/r/cryptoKeys/k"
ISSUER, SUBJECT = "https://issuer.example.com", "system:serviceaccount:ai:gateway"
POOL = {"gatewayGcpIssuer": ISSUER, "gatewayGcpSubject": SUBJECT}
OPTIONS = POOL | {"vertexCustomerKey": True}
"""Those that make a resource of a type that nothing else makes."""


def bucket(name="theirs", location="EUROPE-WEST4", key=None):
    """An existing bucket, as the function that looks it up describes it."""
    return {
        "name": name,
        "location": location,
        "project": "their-project",
        "projectNumber": 42,
        "encryptions": [{"defaultKmsKeyName": key}] if key else [],
    }


def account(email=THEIR_ACCOUNT, *, disabled=False):
    """An existing service account."""
    project = email.partition("@")[2].partition(".")[0]
    name = f"projects/{project}/serviceAccounts/{email}"
    return {"email": email, "name": name, "project": project, "disabled": disabled}


def answers():
    """Function -> what it tells."""
    return {
        "gcp:organizations/getProject:getProject": {"number": NUMBER},
        "gcp:serviceaccount/getAccount:getAccount": account(),
        "gcp:storage/getBucket:getBucket": bucket(),
        "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": {
            "emailAddress": STORAGE_AGENT,
        },
    }


def identity(token, inputs, made):
    """The physical id that other resources are given."""
    match token:
        case "gcp:kms/keyRing:KeyRing":
            return f"projects/{inputs['project']}/locations/{inputs['location']}/keyRings/{made}"
        case "gcp:kms/cryptoKey:CryptoKey":
            return f"{inputs['keyRing']}/cryptoKeys/{made}"
    return made


def computed(token, inputs):
    """What the provider computes; None where it is nothing of its own."""
    pools = f"projects/{NUMBER}/locations/global/workloadIdentityPools"
    match token:
        case "gcp:serviceaccount/account:Account":
            email = f"{inputs['accountId']}@{inputs['project']}.iam.gserviceaccount.com"
            return {"email": email, "name": f"projects/{inputs['project']}/serviceAccounts/{email}"}
        case "gcp:projects/iAMCustomRole:IAMCustomRole":
            return {"name": f"projects/{inputs['project']}/roles/{inputs['roleId']}"}
        case "gcp:projects/serviceIdentity:ServiceIdentity":
            return {"email": AGENT, "member": f"serviceAccount:{AGENT}"}
        case "gcp:iam/workloadIdentityPool:WorkloadIdentityPool":
            return {"name": f"{pools}/{inputs['workloadIdentityPoolId']}"}
        case "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider":
            pool, provider = (inputs[f"workloadIdentityPool{part}Id"] for part in ("", "Provider"))
            return {"name": f"{pools}/{pool}/providers/{provider}"}
    return None
