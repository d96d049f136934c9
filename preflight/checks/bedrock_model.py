"""The model: offered in the region, agreed to, able to run as a batch job, and not too busy."""

from preflight.catalog.bedrock_models import batch_models
from preflight.catalog.source import caveats
from preflight.checks.bedrock_named import base_model, is_profile, profile_ids
from preflight.checks.bedrock_quota import Quota, quota, spellings
from preflight.checks.remedies import instead
from preflight.contract import Bedrock
from preflight.limits import BEDROCK_OPEN_JOBS
from preflight.outcomes import Answer, Failed, Passed, Unknown, check
from preflight.seams import Aws
from preflight.seams.together import both

_WANTED = {
    "authorization": "AUTHORIZED",
    "entitlement": "AVAILABLE",
    "region": "AVAILABLE",
    "agreement": "AVAILABLE",
}
_NOT_YET = frozenset({"PENDING"})
_NO = frozenset({"NOT_AUTHORIZED", "NOT_AVAILABLE"})


@check("bedrock-model", "The region offers the model under the promised id", gate=True)
def model(promised: Bedrock, aws: Aws) -> Answer:
    """Some models run only through an inference profile, and their bare id is refused.

    A profile's model must be allowed in each region it routes to, so the promised ARNs are
    compared with those it routes to now.
    """
    return _profile(promised, aws) if is_profile(promised) else _bare(promised, aws)


def _bare(promised: Bedrock, aws: Aws) -> Answer:
    found = aws.foundation_model(promised.region, promised.model)
    if found is None:
        return Failed(
            f"Bedrock offers no model {promised.model} in {promised.region}",
            instead("bedrockModels", promised.model, "a model of that region"),
        )
    if "ON_DEMAND" not in found.inference_types:
        profile = next(
            (
                name
                for name in profile_ids(promised)
                if aws.inference_profile(promised.region, name)
            ),
            "<the id of an inference profile that contains it>",
        )
        return Failed(
            f"{promised.model} runs in {promised.region} only through an inference profile",
            instead("bedrockModels", promised.model, profile),
        )
    if found.arn not in promised.model_arns:
        return _unpromised(promised, (found.arn,))
    legacy = f"Bedrock calls it {found.lifecycle}: it will be withdrawn"
    return Passed(
        f"{promised.region} offers {promised.model}", legacy if found.lifecycle == "LEGACY" else ""
    )


def _profile(promised: Bedrock, aws: Aws) -> Answer:
    found = aws.inference_profile(promised.region, promised.model)
    if found is None:
        return Failed(
            f"Bedrock offers no inference profile {promised.model} in {promised.region}",
            instead("bedrockModels", promised.model, "a profile of that region"),
        )
    if found.status != "ACTIVE":
        return Failed(
            f"inference profile {promised.model} in {promised.region} is {found.status}",
            instead("bedrockModels", promised.model, "an active profile of that region"),
        )
    missing = tuple(arn for arn in (found.arn, *found.model_arns) if arn not in promised.model_arns)
    if missing:
        return _unpromised(promised, missing)
    return Passed(f"{promised.model} routes to {len(found.model_arns)} promised model ARNs")


def _unpromised(promised: Bedrock, missing: tuple[str, ...]) -> Answer:
    return Failed(
        f"{promised.model} also needs {', '.join(missing)}, which the stack does not promise, so "
        "the job role may not run it",
        "pulumi up, which asks AWS where the profile routes to",
    )


@check("bedrock-model-agreement", "The account may use the model")
def model_agreement(promised: Bedrock, aws: Aws) -> Answer:
    """Some models need an agreement with their provider first, and some accounts are restricted."""
    base = base_model(promised)
    words = aws.model_agreement(promised.region, base)
    wrong = [f"{name} is {words.get(name)}" for name in _WANTED if words.get(name) in _NO]
    if wrong:
        return Failed(
            f"account {promised.account} may not use {base} in {promised.region}: "
            f"{', '.join(wrong)}",
            f"request access to {base} in {promised.region} in the Bedrock console",
        )
    waiting = [name for name in _WANTED if words.get(name) in _NOT_YET]
    if waiting:
        return Failed(
            f"{waiting[0]} of {base} in {promised.region} is still pending",
            "wait until Bedrock has granted it, some minutes after it was asked for",
        )
    strange = [f"{n} is {words.get(n, 'missing')}" for n in _WANTED if words.get(n) != _WANTED[n]]
    if strange:
        return Unknown(
            f"what Bedrock says about {base}: {', '.join(strange)}", "another try; or its console"
        )
    return Passed(f"{base} is authorized, entitled, available and agreed to in {promised.region}")


@check("bedrock-model-batch", "The model runs as a batch job")
def model_batch(promised: Bedrock, aws: Aws) -> Answer:
    """No AWS API tells which models run as batch jobs, so a dated table does."""
    del aws
    table, base = batch_models(), base_model(promised)
    row = table.models.get(base)
    if row is None:
        return Unknown(
            f"{base} is not in the table of models for batch jobs ({table})",
            "--force, once AWS's page on models for batch inference lists it",
        )
    regions = row.profile_regions if is_profile(promised) else row.regions
    if not row.regions and not row.profile_regions:
        silent = "the table does not say in which regions"
        return Passed(
            f"{base} runs as a batch job ({table})", caveats(silent, table.source.warning)
        )
    if promised.region not in regions:
        through = "an inference profile of it" if is_profile(promised) else "its bare id"
        return Unknown(
            f"{base} is listed for batch jobs by {through} in {', '.join(regions) or 'no region'}, "
            f"not in {promised.region} ({table})",
            "--force, once AWS's page on models for batch inference lists the region",
        )
    said = f"{base} runs as a batch job in {promised.region} ({table})"
    return Passed(said, table.source.warning)


@check("bedrock-open-jobs", "There is room for another job")
def open_jobs(promised: Bedrock, aws: Aws) -> Answer:
    """A model takes a limited number of submitted and running jobs; one more is refused."""
    quotas, now = both(
        lambda: aws.batch_quotas(promised.region),
        lambda: aws.open_jobs(promised.region, promised.model_arns),
    )
    most = quota(quotas, Quota.OPEN_JOBS, spellings(promised, aws), BEDROCK_OPEN_JOBS)
    if now >= most.amount:
        return Failed(
            f"{now} jobs of {promised.model} are open in {promised.region}, and no more than "
            f"{most.amount:.0f} may be ({most.source})",
            "wait until one of them has ended, or raise the quota",
        )
    return Passed(f"{now} of {most.amount:.0f} jobs are open ({most.source})", most.caveat)
