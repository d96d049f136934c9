"""The Google Cloud resources and functions of the program, by real calls to the sandbox."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.handlers import Handler, Inputs, Invoke
from preflight.sandbox.handlers.gcp_members import AccountMember, BucketMember, ProjectMember
from preflight.sandbox.handlers.gcp_project import Account, Service, ServiceIdentity
from preflight.sandbox.handlers.gcp_roles import CustomRole
from preflight.sandbox.handlers.gcp_storage import Bucket


def handlers(env: Mapping[str, str]) -> dict[str, Handler]:
    """Resource type -> who looks after it, as the operator of `env`."""
    operator = Operator(env)
    return {
        "gcp:projects/service:Service": Service(operator),
        "gcp:projects/serviceIdentity:ServiceIdentity": ServiceIdentity(operator),
        "gcp:projects/iAMCustomRole:IAMCustomRole": CustomRole(operator),
        "gcp:projects/iAMMember:IAMMember": ProjectMember(operator),
        "gcp:serviceaccount/account:Account": Account(operator),
        "gcp:serviceaccount/iAMMember:IAMMember": AccountMember(operator),
        "gcp:storage/bucket:Bucket": Bucket(operator),
        "gcp:storage/bucketIAMMember:BucketIAMMember": BucketMember(operator),
    }


def invokes(env: Mapping[str, str]) -> dict[str, Invoke]:
    """Function token -> the function that answers it, as the operator of `env`."""
    return {"gcp:organizations/getProject:getProject": partial(_project, Operator(env))}


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
