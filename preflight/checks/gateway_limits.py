"""What the gateway itself may refuse: a key that ends, one batch too many, a model it lacks."""

import re
import time
from datetime import UTC, datetime

from preflight.catalog.yours import yours
from preflight.checks.gateway_words import (
    FORBIDDEN,
    NOT_ALLOWED,
    NOT_FOUND,
    OK,
    OPEN,
    quoted,
    spelt,
)
from preflight.contract import AzureOpenAI, Bedrock, OpenAI, VertexAI
from preflight.limits import LIMITS
from preflight.outcomes import Answer, Failed, Passed, Unknown, check
from preflight.seams import NOT_THE_GATEWAY, GatewayAnswer, GatewayApi, Route

_PROVIDERS = {OpenAI: "openai", AzureOpenAI: "azure", VertexAI: "vertex", Bedrock: "bedrock"}
_HOUR = 3600
_MANY = 10
"""From so many open batches on a cap is worth a word: one public gateway has one of ten."""

_NAMED = 5
_WENT_THROUGH = frozenset({"in_progress", "finalizing", "completed", "partially_completed"})
"""Status words of a batch whose model was known to everybody on its way."""


@check("gateway-key-lifetime", "The gateway's key outlives the batch")
def key_lifetime(promised: Route, gateway: GatewayApi) -> Answer:
    """A key that is a JSON Web Token says itself when it expires; it is read, never shown or sent.

    A running batch does not need it: at the provider the gateway's own credentials decide. Looking
    at the batch and fetching its results do.
    """
    expires = gateway.key_expiry(promised)
    if expires is None:
        return Passed("the key names no end")
    left, day = expires - time.time(), f"{datetime.fromtimestamp(expires, UTC):%Y-%m-%d %H:%M} UTC"
    if left <= 0:
        return Failed(
            f"the key in TFY_API_KEY expired on {day}",
            "export TFY_API_KEY with a valid key of this gateway",
        )
    hours = LIMITS[_PROVIDERS[type(promised)]].window_hours
    late = f"the batch may take {hours} hours and goes on without it, but to fetch its results "
    return Passed(
        f"the key is valid until {day}",
        f"{late}a new key is needed then" if left < hours * _HOUR else "",
    )


@check("gateway-open-batches", "The gateway takes one more batch")
def open_batches(promised: Route, gateway: GatewayApi) -> Answer:
    """A gateway may cap the open batches of a key, and refuses one more with 429.

    None shows its cap. Where it is known, `max_open_batches` under [gateway] of a file for --tables
    says it.
    """
    answer = gateway.batches(promised)
    if answer.status != OK:
        return Unknown(f"no list of batches: {quoted(answer)}", "gateway-batch-api to pass")
    waiting = sum(spelt(status) in OPEN for status in answer.batches.values())
    seen = f"open batches at provider account {promised.provider_name}: {waiting}"
    cap = yours().row("gateway", "max_open_batches")
    if cap is None:
        said = "the gateway shows no cap on open batches, and your tables name none"
        return Passed(seen, said if waiting >= _MANY else "")
    if waiting >= cap:
        return Failed(
            f"{seen}, and the gateway takes {cap} (by {yours().source})",
            "wait until one of them has ended, or have the cap raised at the gateway",
        )
    return Passed(f"{seen} of {cap} (by {yours().source})")


@check("gateway-model", "The gateway lists the model")
def model(promised: Route, gateway: GatewayApi) -> Answer:
    """A gateway that does not know a model may answer a create with a fault instead of saying so.

    Its list of models is asked. A gateway names a model after its provider account, and may spell
    it in its own way: only what is like no listed one is said to be missing.

    Some gateways have no list, and nobody can give them one. There a batch of the model that went
    through is as good; before the first, `lists_models = false` under [gateway] of a file for
    --tables says once that it is so, where a waiver would have to be renewed. What is risked then
    is small: a model that is missing shows at the create, before anything is paid.
    """
    answer = gateway.models(promised)
    name, account = promised.model, promised.provider_name
    if answer.status in (NOT_FOUND, NOT_ALLOWED) or answer.code == NOT_THE_GATEWAY:
        return _without_list(promised, gateway, answer)
    if answer.status != OK:
        what = "a key that may list models" if answer.status == FORBIDDEN else "another try"
        return Unknown(f"no list of models: {quoted(answer)}", what)
    its = [listed for listed in answer.models if listed.partition("/")[0] == account]
    bare = [listed for listed in answer.models if "/" not in listed]
    wanted = {name, promised.deployment} if isinstance(promised, AzureOpenAI) else {name}
    found = next((one for one in (*its, *bare) if any(_like(one, w) for w in wanted)), None)
    if found is not None:
        return Passed(f"the gateway lists {found}")
    if its:
        more = ", ..." if len(its) > _NAMED else ""
        return Failed(
            f"the gateway lists {', '.join(its[:_NAMED])}{more} for provider account {account}, "
            f"but not {name}",
            f"register {name} in provider account {account} at the gateway",
        )
    return Unknown(
        f"none of the {len(answer.models)} models that the gateway lists is of provider account "
        f"{account}",
        f"a key that may use the models of {account}, and {name} among them",
    )


def _without_list(promised: Route, gateway: GatewayApi, answer: GatewayAnswer) -> Answer:
    name, account = promised.model, promised.provider_name
    ran = next(
        (
            batch
            for batch in gateway.batches(promised).listed
            if spelt(batch.status) in _WENT_THROUGH and _like(batch.model, name)
        ),
        None,
    )
    none = f"the gateway has no list of models: {quoted(answer)}"
    if ran is not None:
        return Passed(f"{none}; batch {ran.id} of {ran.model} went through: {ran.status}")
    if yours().row("gateway", "lists_models") is False:
        late = "a model that it lacks shows at the create, before anything is paid"
        return Passed(f"{none}, as {yours().source} say", late)
    return Unknown(
        none,
        f"a look: has provider account {account} model {name}? Then gateway.lists_models = false "
        "in a file for --tables; or a first batch of it",
    )


def _like(listed: str, wanted: str) -> bool:
    """Whether one is the other but for account, vendor, version and punctuation."""
    one, other = (re.sub(r"[^a-z0-9]", "", name.lower()) for name in (_last(listed), _last(wanted)))
    return bool(one) and one == other


def _last(name: str) -> str:
    """`claude-3-5-haiku` of `bedrock-main/anthropic.claude-3-5-haiku-20241022-v1:0`."""
    plain = name.rpartition("/")[2].partition(":")[0]
    vendor, _, rest = plain.rpartition(".")
    # A dot stands behind a vendor, and in versions: gpt-4.1.
    plain = plain if vendor[-1:].isdigit() else rest
    return re.sub(r"-(\d{4}-\d{2}-\d{2}|\d{8}-v\d+|\d{8}|v\d+|\d{3})$", "", plain)
