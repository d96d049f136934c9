"""The rights to look at each cloud: as a table, and as what that cloud takes to grant them."""

import json
from collections.abc import Iterable

from preflight import auditor
from preflight.holders import marked_bedrock
from preflight.looks import Look, looks, other_ways
from preflight.render.pages.markdown import code, fenced, table
from preflight.render.permissions_json import mark


def rights(provider: str) -> str:
    """The provider's table."""
    return _rights(looks(provider))


def other_rights(provider: str) -> str:
    """The provider's table of the ways that are taken where the first one is closed."""
    return _rights(other_ways(provider))


def _rights(rows: Iterable[Look]) -> str:
    return table(
        ("Permission", "On", "What it tells"),
        (
            (code(look.permission), look.on, look.tells + f" ({look.when})" * bool(look.when))
            for look in rows
        ),
    )


def aws_policy() -> str:
    """An identity policy, with marks for what a stack promises."""
    return _json(auditor.aws_policy(marked_bedrock(mark)))


def google_role() -> str:
    """The commands that make the custom roles."""
    commands = (
        f"$ gcloud iam roles create preflightLooks_{scope.name.lower()} --project PROJECT"
        " --permissions \\\n" + ",\\\n".join(permissions)
        for scope, permissions in auditor.google_permissions().items()
    )
    return fenced("console", "\n".join(commands))


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
