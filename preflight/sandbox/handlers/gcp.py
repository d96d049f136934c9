"""The Pulumi program's Google Cloud resources, made by real calls to the sandbox."""

import secrets
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.handlers import Create, Invoke

Inputs = dict[str, Any]
Made = tuple[str, dict[str, Any]]

_CONDITION = ("title", "expression", "description")
_LIFECYCLE = {
    "age": "age",
    "createdBefore": "createdBefore",
    "daysSinceNoncurrentTime": "daysSinceNoncurrentTime",
    "matchesPrefixes": "matchesPrefix",
    "matchesStorageClasses": "matchesStorageClass",
    "matchesSuffixes": "matchesSuffix",
    "numNewerVersions": "numNewerVersions",
}
"""Condition of a lifecycle rule: in the program, and in Cloud Storage's API."""


def handlers(env: Mapping[str, str]) -> dict[str, Create]:
    """Resource type -> the function that makes one, as the operator of `env`."""
    made: dict[str, Callable[[Operator, str, Inputs], Made]] = {
        "gcp:projects/service:Service": service,
        "gcp:projects/serviceIdentity:ServiceIdentity": service_identity,
        "gcp:projects/iAMMember:IAMMember": project_member,
        "gcp:serviceaccount/account:Account": account,
        "gcp:storage/bucket:Bucket": bucket,
        "gcp:storage/bucketIAMMember:BucketIAMMember": bucket_member,
    }
    operator = Operator(env)
    return {token: partial(make, operator) for token, make in made.items()}


def invokes(env: Mapping[str, str]) -> dict[str, Invoke]:
    """Function token -> the function that answers it, as the operator of `env`."""
    return {"gcp:organizations/getProject:getProject": partial(get_project, Operator(env))}


def service(operator: Operator, _name: str, inputs: Inputs) -> Made:
    """Enable an API."""
    project = inputs.get("project") or operator.project
    api = inputs["service"]
    operator.call("POST", f"/v1/projects/{project}/services/{api}:enable", {})
    return f"{project}/{api}", {**inputs, "project": project}


def service_identity(operator: Operator, _name: str, inputs: Inputs) -> Made:
    """Have the API's service agent made."""
    project = inputs.get("project") or operator.project
    parent = f"projects/{project}/services/{inputs['service']}"
    made = operator.call("POST", f"/v1beta1/{parent}:generateServiceIdentity", {})
    email = made["response"]["email"]
    computed = {"project": project, "email": email, "member": f"serviceAccount:{email}"}
    return parent, {**inputs, **computed}


def account(operator: Operator, _name: str, inputs: Inputs) -> Made:
    """Create a service account."""
    project = inputs.get("project") or operator.project
    described = {key: inputs[key] for key in ("displayName", "description") if inputs.get(key)}
    asked = {"accountId": inputs["accountId"], "serviceAccount": described}
    made = operator.call("POST", f"/v1/projects/{project}/serviceAccounts", asked)
    if inputs.get("disabled"):
        operator.call("POST", f"/v1/{made['name']}:disable", {})
    return made["name"], {
        **inputs,
        "project": project,
        "email": made["email"],
        "member": f"serviceAccount:{made['email']}",
        "name": made["name"],
        "uniqueId": made["uniqueId"],
    }


def bucket(operator: Operator, name: str, inputs: Inputs) -> Made:
    """Create a bucket."""
    project = inputs.get("project") or operator.project
    bucket_name = inputs.get("name") or f"{name}-{secrets.token_hex(4)[:7]}"
    with operator.storage() as client:
        asked = client.bucket(bucket_name)
        asked.labels = inputs.get("labels") or {}
        asked.lifecycle_rules = [_lifecycle(rule) for rule in inputs.get("lifecycleRules") or ()]
        asked.versioning_enabled = bool((inputs.get("versioning") or {}).get("enabled"))
        access = asked.iam_configuration
        access.uniform_bucket_level_access_enabled = bool(inputs.get("uniformBucketLevelAccess"))
        access.public_access_prevention = inputs.get("publicAccessPrevention") or "inherited"
        if inputs.get("storageClass"):
            asked.storage_class = inputs["storageClass"]
        if inputs.get("encryption"):
            asked.default_kms_key_name = inputs["encryption"]["defaultKmsKeyName"]
        if inputs.get("softDeletePolicy"):
            kept = inputs["softDeletePolicy"]["retentionDurationSeconds"]
            asked.soft_delete_policy.retention_duration_seconds = int(kept)
        made = client.create_bucket(asked, project=project, location=inputs["location"])
        return made.name, {
            **inputs,
            "name": made.name,
            "location": made.location,
            "project": project,
            "projectNumber": int(made.project_number),
            "publicAccessPrevention": made.iam_configuration.public_access_prevention,
            "selfLink": made.self_link,
            "storageClass": made.storage_class,
            "url": f"gs://{made.name}",
        }


def bucket_member(operator: Operator, _name: str, inputs: Inputs) -> Made:
    """Give one member one role on a bucket."""
    resource = f"b/{inputs['bucket'].removeprefix('b/')}"
    etag = operator.change_policy(resource, partial(_add_member, inputs))
    return f"{resource}/{inputs['role']}/{inputs['member']}", {**inputs, "etag": etag}


def project_member(operator: Operator, _name: str, inputs: Inputs) -> Made:
    """Give one member one role on the project."""
    project = inputs.get("project") or operator.project
    etag = operator.change_policy(f"projects/{project}", partial(_add_member, inputs))
    return f"{project}/{inputs['role']}/{inputs['member']}", {**inputs, "etag": etag}


def get_project(operator: Operator, arguments: Inputs) -> dict[str, Any]:
    """Describe a project, by default the operator's own."""
    project = arguments.get("projectId") or operator.project
    found = operator.call("GET", f"/v1/projects/{project}")
    return {
        "id": f"projects/{found['projectId']}",
        "projectId": found["projectId"],
        "number": found["projectNumber"],
        "name": found["name"],
    }


def _add_member(inputs: Inputs, policy: dict[str, Any]) -> None:
    condition = inputs.get("condition")
    wanted = (
        {key: condition[key] for key in _CONDITION if condition.get(key)} if condition else None
    )
    for binding in policy.setdefault("bindings", []):
        if binding["role"] == inputs["role"] and binding.get("condition") == wanted:
            binding["members"].append(inputs["member"])
            return
    added = {"role": inputs["role"], "members": [inputs["member"]]}
    policy["bindings"].append({**added, "condition": wanted} if wanted else added)


def _lifecycle(rule: Inputs) -> dict[str, Any]:
    """A lifecycle rule as Cloud Storage's API spells it."""
    condition = rule["condition"]
    return {
        "action": {key: value for key, value in rule["action"].items() if value},
        "condition": {
            theirs: condition[ours]
            for ours, theirs in _LIFECYCLE.items()
            # An unset number is absent; 0 days is an age like any other.
            if condition.get(ours) not in (None, "", [])
        },
    }
