"""Checks of a request file that is meant for no provider in particular: what holds at each."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from preflight.checks import requests
from preflight.checks.requests_limits import count
from preflight.checks.requests_settings import features_gateway, max_tokens
from preflight.checks.requests_target import method, model, url
from preflight.checks.requests_wording import counted, lines, none_of
from preflight.outcomes import Answer, Check, Failed, Passed
from preflight.requests.fault import quoted
from preflight.requests.scan import Scan
from preflight.requests.tally import FIRST_LINES, Seen


def _method(promised: None, scan: Scan) -> Answer:
    """Every line's method is POST, or left out, which the gateway lets pass for some."""
    del promised
    remedy = "set method to POST on every line"
    if failed := none_of(scan, ("method_type",), remedy):
        return failed
    for value, seen in scan.methods.items():
        if value not in {None, "POST"}:
            return Failed(f"method is {quoted(str(value))} on {lines(seen)}", remedy, seen.lines)
    return _passed(scan.methods, "method")


def _url(promised: None, scan: Scan) -> Answer:
    """A batch has one endpoint, whichever it is."""
    del promised
    if failed := none_of(scan, ("url_type",), "write the batch's url on every line"):
        return failed
    named = _named(scan.urls)
    if len(named) > 1:
        each = "; ".join(f"{quoted(u)} on {lines(s)}" for u, s in [*named.items()][:FIRST_LINES])
        odd = min(named.values(), key=lambda seen: seen.count)
        return Failed(
            f"the file mixes {len(named)} urls: {each}",
            "write one url on every line: a file for each",
            odd.lines,
        )
    return _passed(scan.urls, "url")


def _model(promised: None, scan: Scan) -> Answer:
    """A batch runs one model; a run sends a file of several to OpenAI in shards of one each."""
    del promised
    if failed := none_of(scan, ("model_type",), "set body.model to the model's name on every line"):
        return failed
    named = _named(scan.models)
    if len(named) > 1:
        each = "; ".join(f"{quoted(m)} on {lines(s)}" for m, s in [*named.items()][:FIRST_LINES])
        return Passed(f"{len(named)} models: {each}", "one batch runs one: a run divides it")
    return _passed(scan.models, "body.model")


def _length(promised: None, scan: Scan) -> Answer:
    """A bound that is no whole number above 0 makes the row an error, when it is run."""
    del promised
    remedy = "write a whole number above 0, or leave it out"
    if failed := none_of(scan, ("length",), remedy):
        return failed
    longest, _ = scan.longest
    return Passed(f"at most {longest:,} tokens are asked for" if longest else "none names a bound")


def _count(promised: None, scan: Scan) -> Answer:
    """A file without a request is no batch."""
    del promised
    if not scan.requests:
        return Failed("the file holds no request", "write one request per line into it")
    return Passed(f"{counted(scan.requests)}, about {scan.tokens:,} prompt tokens")


def _named(tally: Mapping[str | None, Seen]) -> dict[str, Seen]:
    return {value: seen for value, seen in tally.items() if value is not None}


def _passed(tally: Mapping[str | None, Seen], field: str) -> Passed:
    """What the one value is, and on how many lines it is left out."""
    shown = " or ".join(map(quoted, _named(tally))) or "left out"
    some = _named(tally) and None in tally
    return Passed(shown, f"{field} is left out on {lines(tally[None])}" if some else "")


def _instead(check: Check, title: str, function: Callable[[None, Scan], Answer]) -> Check:
    return replace(check, title=title, function=function)


CHECKS: tuple[Check, ...] = (
    requests.name,
    requests.encoding,
    requests.json_lines,
    requests.custom_id,
    requests.unique,
    _instead(method, "Every request is a POST", _method),
    _instead(url, "Every request has one and the same url", _url),
    _instead(model, "Every request names its model alike", _model),
    requests.body,
    requests.stream,
    _instead(max_tokens, "Every bound of an answer is a number", _length),
    features_gateway,
    _instead(count, "The file holds requests", _count),
)
"""In order of reading; each has the id of the check that a provider's file is asked instead."""
