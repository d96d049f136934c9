"""The rights to look at each cloud: as a table, and as what that cloud takes to grant them."""

import json

from preflight.looks import looks
from preflight.render.pages.markdown import code, fenced, table

_IMPERSONATION = "iam.serviceAccounts.getAccessToken"
"""Held on the gateway's service account alone, so in no role on the project."""


def rights(provider: str) -> str:
    """The provider's table."""
    return table(
        ("Permission", "On", "What it tells"),
        (
            (code(look.permission), look.on, look.tells + f" ({look.when})" * bool(look.when))
            for look in looks(provider)
        ),
    )


def aws_policy() -> str:
    """An identity policy."""
    actions = [look.permission for look in looks("bedrock") if look.on != "nothing"]
    statement = {"Sid": "PreflightLooks", "Effect": "Allow", "Action": actions, "Resource": "*"}
    return _json({"Version": "2012-10-17", "Statement": [statement]})


def google_role() -> str:
    """The commands that make a custom role."""
    on_project = [look.permission for look in looks("vertex") if look.permission != _IMPERSONATION]
    lines = ",\\\n".join(on_project)
    command = (
        f"$ gcloud iam roles create preflightLooks --project PROJECT --permissions \\\n{lines}"
    )
    return fenced("console", command)


def azure_role() -> str:
    """A custom role's definition."""
    actions = [look.permission for look in looks("azure")]
    return _json(
        {
            "Name": "Preflight looks",
            "Description": "What preflight check looks at",
            "Actions": actions,
            "AssignableScopes": ["/subscriptions/SUBSCRIPTION"],
        }
    )


def _json(value: object) -> str:
    return fenced("json", json.dumps(value, indent=2))
