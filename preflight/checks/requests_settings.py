"""Checks of the request file: will the model, and the gateway, take what the bodies hold?"""

from difflib import get_close_matches

from preflight.catalog.parameters import most_output, parameters, refused
from preflight.catalog.source import caveats
from preflight.catalog.yours import yours
from preflight.checks.bedrock_named import base_model
from preflight.checks.requests_target import TITLES, Promised
from preflight.checks.requests_wording import lines, none_of
from preflight.contract import AzureOpenAI, Bedrock, OpenAI, VertexAI
from preflight.outcomes import Answer, Failed, Passed, Unknown, check
from preflight.requests.fault import quoted
from preflight.requests.scan import Scan
from preflight.requests.tally import Seen

_PROVIDERS = {OpenAI: "openai", AzureOpenAI: "azure", VertexAI: "vertex", Bedrock: "bedrock"}
_INSTEAD = {"max_tokens": "write max_completion_tokens in its place"}
_TRY = "a try of one request of the file, or --canary; or the name among `parameters` under"


def _model(promised: Promised) -> str:
    return base_model(promised) if isinstance(promised, Bedrock) else promised.model


def _is_chat(scan: Scan) -> bool:
    return all(url is None or url.endswith("/chat/completions") for url in scan.urls)


@check("requests-parameters", "The model takes every parameter")
def known_parameters(promised: OpenAI | AzureOpenAI | VertexAI, scan: Scan) -> Answer:
    """A parameter that the API does not know, or the model refuses, makes its row an error.

    The batch itself completes. Reasoning models refuse max_tokens, temperature and more.
    """
    used = _named(scan)
    if not isinstance(promised, VertexAI):
        no, source = refused(promised.model)
        wrong = {name: seen for name, seen in used.items() if name in no}
        if wrong:
            name, seen = next(iter(wrong.items()))
            return Failed(
                f"{promised.model} refuses {_each(wrong)} ({source})",
                _INSTEAD.get(name, f"remove {name} from the body of every request"),
                seen.lines,
            )
    return _known(promised, scan, used)


@check("requests-schema-bedrock", "The model's family takes every field of a body")
def schema_bedrock(promised: Bedrock, scan: Scan) -> Answer:
    """Bedrock compares no row with what the model takes; the model does, row by row, at its turn.

    A gateway drops a field that it does not know, or passes it on to a model that refuses the row:
    Malformed input request. Either way the request is not run as it was written.
    """
    return _known(promised, scan, _named(scan))


def _named(scan: Scan) -> dict[str, Seen]:
    return {name: seen for name, seen in scan.settings.items() if name is not None}


def _each(found: dict[str, Seen]) -> str:
    return " and ".join(f"{quoted(name)} on {lines(seen)}" for name, seen in found.items())


def _known(promised: Promised, scan: Scan, used: dict[str, Seen]) -> Answer:
    """Whether every name is one that some list has."""
    provider = _PROVIDERS[type(promised)]
    table = parameters(provider)
    if not _is_chat(scan):
        names = ", ".join(map(quoted, used)) or "none"
        return Passed(f"parameters in use: {names}", "only those of chats are in a table")
    strange = {name: seen for name, seen in used.items() if name not in table.takes}
    for name, seen in strange.items():
        near = get_close_matches(name, sorted(table.takes - used.keys()), 1, 0.8)
        if near:
            return Failed(
                f"{_each({name: seen})} is no parameter of a chat ({table.source})",
                f"write {near[0]} in its place",
                seen.lines,
            )
    if strange:
        return Unknown(
            f"{_each(strange)}: no parameter of a chat ({table.source}); {TITLES[type(promised)]} "
            "may refuse each such row",
            f"{_TRY} [{provider}] of a file for --tables",
        )
    number = "1 parameter" if len(used) == 1 else f"{len(used) or 'no'} parameters"
    said = f"{number} in use" + (", all known" if used else "")
    return Passed(f"{said} ({table.source})", table.source.warning)


@check("requests-max-tokens", "No request asks for a longer answer than the model gives")
def max_tokens(promised: Promised, scan: Scan) -> Answer:
    """A bound above the model's own makes the row an error, when it is run."""
    remedy = "write a whole number above 0, or leave it out"
    if failed := none_of(scan, ("length",), remedy):
        return failed
    longest, line = scan.longest
    family = _model(promised)
    needs = "anthropic." in family  # as Bedrock alone names the vendor
    bare = "some requests name no max_tokens, which the model needs: the gateway fills it in"
    missing = bare if needs and _unbounded(scan) else ""
    if not longest:
        return Passed("no request names a bound", missing)
    most = most_output(_PROVIDERS[type(promised)], family)
    if most is None:
        no = f"how long an answer of {family} may be is in no table"
        return Passed(f"at most {longest:,} tokens are asked for", caveats(no, missing))
    limit, source = most
    if longest > limit:
        return Failed(
            f"line {line} asks for {longest:,} tokens, and {family} gives at most {limit:,} "
            f"({source})",
            f"ask for at most {limit} tokens on every line",
            (line,),
        )
    within = f"at most {longest:,} of {limit:,} tokens ({source})"
    return Passed(within, caveats(missing, source.warning))


def _unbounded(scan: Scan) -> bool:
    bounds = ("max_tokens", "max_completion_tokens")
    bound = sum(scan.settings[name].count for name in bounds if name in scan.settings)
    return bound < scan.requests


@check("requests-features-gateway", "The gateway can count every prompt")
def features_gateway(promised: Promised, scan: Scan) -> Answer:
    """A gateway with a limit of tokens counts those of a file, and cannot where there are images.

    It then refuses the upload. Whether a key has such a limit no gateway shows: `counts_tokens`
    under [gateway] of a file for --tables says it. Images are looked for in the lines that the
    tokens are estimated by: all of a file of 2 MB, and as many bytes of a larger one.
    """
    del promised
    found = {kind: seen for kind, seen in scan.media.items() if kind is not None}
    if not found:
        return Passed("text alone in the lines that were looked at")
    seen = next(iter(found.values()))
    what = f"{', '.join(map(quoted, found))}, first on line {seen.lines[0]}"
    counts = yours().row("gateway", "counts_tokens")
    if counts:
        return Failed(
            f"{what}: the gateway counts tokens (by {yours().source}), and cannot of these",
            "take the key out of the token limit for batches, or send these requests without it",
            seen.lines,
        )
    doubt = "a gateway whose key has a limit of tokens refuses such a file"
    return Passed(what, "" if counts is False else doubt)
