"""Changes to policies that are in force, as somebody with a console would make them."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from preflight.sandbox.aws.bucket_copies import setting
from preflight.sandbox.aws.clients import Clients

Document = dict[str, Any]
Change = Callable[[Document], list[Document]]
"""A statement -> what is left of it: nothing, itself changed, or several."""


def drop_actions(env: Mapping[str, str], arn: str, prefix: str) -> None:
    """Take every action that starts so out of the inline policies of a role or user."""

    def left(statement: Document) -> list[Document]:
        kept = [action for action in as_list(statement["Action"]) if not action.startswith(prefix)]
        return [statement | {"Action": kept}] if kept else []

    change_policies(env, arn, left)


def change_policies(env: Mapping[str, str], arn: str, change: Change) -> None:
    """Change the inline policies of a role or user; one of which nothing is left is deleted."""
    iam, kind = Clients(env).get("iam"), holder(arn)
    named = {f"{kind.title()}Name": arn.rpartition("/")[2]}
    for name in getattr(iam, f"list_{kind}_policies")(**named)["PolicyNames"]:
        one = named | {"PolicyName": name}
        document = getattr(iam, f"get_{kind}_policy")(**one)["PolicyDocument"]
        before = as_list(document["Statement"])
        kept = [each for statement in before for each in change(statement)]
        if not kept:
            getattr(iam, f"delete_{kind}_policy")(**one)
        elif kept != before:
            text = json.dumps(document | {"Statement": kept})
            getattr(iam, f"put_{kind}_policy")(**one, PolicyDocument=text)


def holder(arn: str) -> str:
    """What an IAM ARN names: role or user."""
    return arn.rpartition(":")[2].partition("/")[0]


def change_trust(
    env: Mapping[str, str], role_arn: str, change: Callable[[Document], Document]
) -> None:
    """Change every statement of a role's trust policy."""
    iam = Clients(env).get("iam")
    role = role_arn.rpartition("/")[2]
    document = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    document["Statement"] = [change(statement) for statement in as_list(document["Statement"])]
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(document))


def add_to_bucket_policy(s3: Any, bucket: str, statement: Document) -> None:
    """Add a statement to the bucket's policy, which it may not have yet."""
    found = setting(s3.get_bucket_policy, bucket, "Policy")
    policy = json.loads(found["Policy"]) if found else {"Version": "2012-10-17", "Statement": []}
    policy["Statement"] = [*as_list(policy["Statement"]), statement]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def as_list(value: Any) -> list[Any]:
    """What a policy may give alone or as a list."""
    return list(value) if isinstance(value, list) else [value]
