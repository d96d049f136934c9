"""Who and what there is in the sandbox's Azure from the start, and the names of its kinds."""

TENANT = "00000000-0000-0000-0000-00000000007e"
SUBSCRIPTION = "00000000-0000-0000-0000-00000000a2e0"

OPERATOR = "00000000-0000-0000-0000-000000000001"
"""Whoever runs the program and the checks: Owner of the subscription."""
GATEWAY = "00000000-0000-0000-0000-00000000ca7e"
"""The gateway's service principal. It holds nothing until the program gives it something."""

MANAGEMENT = "https://management.azure.com"
COGNITIVE_SERVICES = "https://cognitiveservices.azure.com"

GROUP_KIND = "Microsoft.Resources/resourceGroups"
ACCOUNT_KIND = "Microsoft.CognitiveServices/accounts"
DEPLOYMENT_KIND = "Microsoft.CognitiveServices/accounts/deployments"

BATCH_SKUS = ("GlobalBatch", "DataZoneBatch")
"""Deployments of these kinds run batch jobs, and nothing else.

Source: deployment types, 2026-10.
"""


def subscription_id(subscription: str) -> str:
    """The ARM id of a subscription."""
    return f"/subscriptions/{subscription}"


def group_id(subscription: str, group: str) -> str:
    """The ARM id of a resource group."""
    return f"{subscription_id(subscription)}/resourceGroups/{group}"


def account_id(subscription: str, group: str, account: str) -> str:
    """The ARM id of a Cognitive Services account."""
    return f"{group_id(subscription, group)}/providers/{ACCOUNT_KIND}/{account}"


def deployment_id(subscription: str, group: str, account: str, deployment: str) -> str:
    """The ARM id of a model deployment."""
    return f"{account_id(subscription, group, account)}/deployments/{deployment}"
