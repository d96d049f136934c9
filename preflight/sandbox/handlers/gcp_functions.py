"""The Google Cloud functions of the program: what is there already, as the provider tells it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.handlers import Inputs, Invoke

_ACCOUNTS = ".iam.gserviceaccount.com"


def invokes(env: Mapping[str, str]) -> dict[str, Invoke]:
    """Function token -> the function that answers it, as the operator of `env`.

    What is not there is refused: a call raises GoogleAPICallError.
    """
    answers: dict[str, Callable[[Operator, Inputs], dict[str, Any]]] = {
        "gcp:organizations/getProject:getProject": _project,
        "gcp:serviceaccount/getAccount:getAccount": _account,
        "gcp:storage/getBucket:getBucket": _bucket,
        "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": _storage_agent,
    }
    operator = Operator(env)
    return {token: partial(answer, operator) for token, answer in answers.items()}


def _project(operator: Operator, arguments: Inputs) -> dict[str, Any]:
    """Describe a project, by default the operator's own."""
    project = arguments.get("projectId") or operator.project
    found = operator.call("GET", f"/v1/projects/{project}")
    return {
        "id": f"projects/{found['projectId']}",
        "projectId": found["projectId"],
        "number": found["projectNumber"],
        "name": found["name"],
    }


def _account(operator: Operator, arguments: Inputs) -> dict[str, Any]:
    """Describe a service account, named by its id, its e-mail address or its full name."""
    named = str(arguments["accountId"]).rpartition("/")[2]
    project = arguments.get("project") or operator.project
    email = named if "@" in named else f"{named}@{project}{_ACCOUNTS}"
    if email.endswith(_ACCOUNTS):
        # An address says which project it is of.
        project = email.partition("@")[2].removesuffix(_ACCOUNTS)
    found = operator.call("GET", f"/v1/projects/{project}/serviceAccounts/{email}")
    return {
        "id": found["name"],
        "accountId": found["email"].partition("@")[0],
        "project": found["projectId"],
        "name": found["name"],
        "email": found["email"],
        "member": f"serviceAccount:{found['email']}",
        "uniqueId": found["uniqueId"],
        "displayName": found.get("displayName", ""),
        "disabled": bool(found.get("disabled")),
    }


def _bucket(operator: Operator, arguments: Inputs) -> dict[str, Any]:
    """Describe a bucket, of whichever project."""
    found = operator.call("GET", f"/storage/v1/b/{arguments['name']}")
    number = found["projectNumber"]
    access = found["iamConfiguration"]
    encryption = found.get("encryption")
    return {
        "id": found["name"],
        "name": found["name"],
        "project": operator.call("GET", f"/v1/projects/{number}")["projectId"],
        "projectNumber": int(number),
        "location": found["location"],
        "storageClass": found["storageClass"],
        "labels": found.get("labels", {}),
        "uniformBucketLevelAccess": access["uniformBucketLevelAccess"]["enabled"],
        "publicAccessPrevention": access["publicAccessPrevention"],
        # The provider makes a list of whatever there is at most one of.
        "encryptions": [encryption] if encryption else [],
        "loggings": [found["logging"]] if "logging" in found else [],
        "selfLink": found["selfLink"],
        "url": f"gs://{found['name']}",
    }


def _storage_agent(operator: Operator, arguments: Inputs) -> dict[str, Any]:
    """Cloud Storage's service agent in a project. Asking for it has it made."""
    project = arguments.get("project") or operator.project
    email = operator.call("GET", f"/storage/v1/projects/{project}/serviceAccount")["email_address"]
    member = f"serviceAccount:{email}"
    return {"id": email, "emailAddress": email, "member": member, "project": project}
