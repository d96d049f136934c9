"""What is there already at Azure and is used as it is: looked at before anything is made."""

from typing import TYPE_CHECKING

import pulumi

from infra.azure_args import AzureOpenAIArgs
from preflight.limits import AZURE_ACCOUNT_KINDS

if TYPE_CHECKING:
    from pulumi_azure_native.cognitiveservices import AwaitableGetAccountResult


def same_subscription(args: AzureOpenAIArgs) -> None:
    """Raise RunError where the login is to another subscription than a promise would name."""
    from pulumi_azure_native import authorization  # noqa: PLC0415 - only when Azure is on

    seen = authorization.get_client_config().subscription_id
    if seen.lower() != args.subscription_id.lower():
        raise pulumi.RunError(
            f"azureSubscriptionId is {args.subscription_id}, but the Azure provider is logged in to"
            f" {seen}: pulumi config set azure-native:subscriptionId {args.subscription_id}"
        )


def find_account(args: AzureOpenAIArgs) -> None:
    """Raise RunError where the existing account is not there, or no batch job can run in it."""
    if not args.account:
        return
    found = _account(args)
    region = (found.location or "").lower().replace(" ", "")
    if found.kind not in AZURE_ACCOUNT_KINDS:
        why = f"is of kind {found.kind}, which has no OpenAI models"
        repair = f"name one of kind {' or '.join(AZURE_ACCOUNT_KINDS)}"
    elif not found.properties.custom_sub_domain_name:
        why = "has no subdomain of its own, and batch does not work without one"
        repair = (
            f"az cognitiveservices account update --name {args.account}"
            f" --resource-group {args.resource_group} --custom-domain {args.account}"
        )
    elif region != args.region:
        why = f"is in {region}"
        repair = f"name one of {args.region}, or put {region} in its place in azureRegions"
    else:
        return
    raise pulumi.RunError(
        f"azureAccounts names {args.account} for {args.region}, but it {why}: {repair}"
    )


def _account(args: AzureOpenAIArgs) -> "AwaitableGetAccountResult":
    from pulumi_azure_native import cognitiveservices  # noqa: PLC0415 - only when Azure is on

    try:
        return cognitiveservices.get_account(
            account_name=args.account, resource_group_name=args.resource_group
        )
    except Exception as error:
        if "NotFound" not in str(error):
            raise
        raise pulumi.RunError(
            f"azureAccounts names {args.account}, but there is no such account in resource group"
            f" {args.resource_group} of subscription {args.subscription_id}: correct"
            " azureResourceGroup or azureAccounts"
        ) from error
