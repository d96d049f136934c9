"""Who trusts whom: each check has its place in the picture, and the words say what it shows."""

import io
import re
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from html_world import DOUBT, TARGETS, UNASKED, WRONG, results

from preflight.checklist import checklist
from preflight.contract import PROVIDERS
from preflight.outcomes import Failed
from preflight.render import html_report
from preflight.render.html_trust_picture import LONGEST, short
from preflight.render.trust import trusts
from preflight.report import Report
from preflight.targets import place

ELSEWHERE = {
    "bedrock-open-jobs",
    "bedrock-quota-minimum",
    "bedrock-quota-maximum",
}
"""About how much, and not about who may."""


def report(provider, wrong=None, *targets):
    several = targets or (TARGETS[provider],)
    found = tuple(one for target in several for one in results(provider, target, wrong or {}))
    return Report(found, gateway="https://gateway.example/api", promised={provider: several})


def page(shown):
    out = io.StringIO()
    html_report.render(shown, out)
    return out.getvalue()


def section(shown):
    text = page(shown)
    start = text.index('<section id="trust"')
    return text[start : text.index("</section>", start)]


BARE = TARGETS | {"bedrock": replace(TARGETS["bedrock"], kms_key_arn=None)}
KEYED = TARGETS | {"vertex": replace(TARGETS["vertex"], kms_key="projects/p/cryptoKeys/k")}


@pytest.mark.parametrize("targets", [BARE, KEYED], ids=["their own keys", "customer keys"])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_check_of_a_cloud_and_the_gateway_stands_in_one_place(provider, targets):
    [trust] = trusts(report(provider, None, targets[provider]))
    there = Counter(
        name for part in (*trust.steps, *trust.parties.values()) for name in part.checks
    )
    asked = {
        one.check.id
        for one in checklist()
        if provider in one.providers and one.suites != ("canary",) and one.world != "requests"
    }
    assert asked - ELSEWHERE <= set(there)
    assert set(there.values()) == {1}
    known = {one.check.id for one in checklist()}
    assert set(there) <= known, "a check that there is not"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_step_is_between_parties_that_are_drawn(provider):
    [trust] = trusts(report(provider))
    assert {end for step in trust.steps for end in (step.source, step.target)} == set(trust.parties)
    places = [(party.column, party.row) for party in trust.parties.values()]
    assert len(places) == len(set(places))


def test_a_step_is_as_bad_as_the_worst_that_is_known_of_it():
    text = section(report("bedrock", WRONG | DOUBT | UNASKED))
    [said] = re.findall(r'aria-label="(Who trusts whom at [^"]*)"', text)
    assert "step 4 fails, 5 was not asked, 7 is not known" in said
    steps = re.findall(r'<li class="(\w+)"><span class="pill">(\d) ', text)
    assert {int(number): kind for kind, number in steps} == {
        **dict.fromkeys((1, 2, 3, 6), "passed"),
        4: "failed",
        5: "skipped",
        7: "unknown",
    }


def test_a_picture_never_says_by_colour_alone():
    text = section(report("bedrock", WRONG | DOUBT | UNASKED))
    svg = ET.fromstring(text[text.index("<svg") : text.index("</svg><ol")] + "</svg>")
    pills = [group for group in svg.iter("g") if "pill" in group.get("class")]
    signs = {group.get("class").split()[1]: group.findtext("text")[-1] for group in pills}
    assert signs == {"passed": "\u2713", "failed": "\u2717", "unknown": "?", "skipped": "-"}


def test_what_fails_leads_to_what_is_said_about_it():
    text = page(report("bedrock", WRONG))
    links = set(re.findall(r'<a href="#((?:failed|waived|unknown)-\d+)">', text))
    assert links == {"failed-2", "failed-3"}
    for anchor in links:
        assert text.count(f'id="{anchor}"') == 1


def test_targets_of_one_account_share_a_picture_and_others_have_their_own():
    first = TARGETS["bedrock"]
    other_model = replace(first, model="amazon.nova-lite-v1:0")
    elsewhere = replace(first, region="eu-west-1", bucket="b-eu", provider_name="bedrock-eu")
    wrong = {"bedrock-model": Failed("gone", "another")}
    shown = report("bedrock", None, first, other_model, elsewhere)
    bad = tuple(
        replace(one, outcome=wrong[one.check_id])
        if one.check_id in wrong and one.target == place(other_model)
        else one
        for one in shown.results
    )
    text = section(replace(shown, results=bad))
    assert text.count("<svg") - text.count('<svg x="') == 2
    assert "2 models" not in text
    assert f"{first.model}, {other_model.model}" in text
    labels = re.findall(r'aria-label="([^"]*)"', text)
    assert "step 6 fails" in labels[0]
    assert "every step holds" in labels[1]


def test_many_accounts_in_order_are_folded_away():
    several = [replace(TARGETS["bedrock"], region=f"r-{n}", bucket=f"b-{n}") for n in range(4)]
    text = section(report("bedrock", None, *several))
    assert text.count("<details") == 4
    assert text.count("every step holds</span>") == 4
    assert "<details" not in section(report("bedrock", None, *several[:2]))


def test_nothing_is_drawn_where_nothing_was_asked():
    assert 'id="trust"' not in page(replace(report("bedrock"), results=()))
    assert 'id="trust"' not in page(replace(report("bedrock"), promised={}))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("arn:aws:iam::123456789012:role/a/b/jobs", "jobs"),
        ("arn:aws:kms:us-west-2:1:key/1b6f3a2e-6f0d", "1b6f3a2e-6f0d"),
        ("gateway@sandbox-project.iam.gserviceaccount.com", "gateway"),
        ("https://gateway.example/api/llm", "gateway.example"),
        ("a-bucket", "a-bucket"),
        ("anthropic.claude-3-5-haiku-20241022-v1:0", "anthrop\u2026022-v1:0"),
        ("@" * 40, "@" * 7 + "\u2026" + "@" * 8),
        ("arn:" + "/" * 40, "arn:///\u2026////////"),
    ],
)
def test_a_name_is_cut_to_what_tells_it_from_others(name, shown):
    assert short(name) == shown
    assert len(short(name)) <= LONGEST
