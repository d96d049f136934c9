"""Whatever a text from outside holds: in a real browser it is a text, and nothing comes of it."""

from dataclasses import replace

import pytest
from browser_fixtures import chromium, opened
from html_runs import hostile as hostile_run
from html_world import TARGETS, everything
from report_world import filled

from preflight.batch.room import Bound
from preflight.commands.promises import written
from preflight.contract import Promises
from preflight.example_promises import EXAMPLE
from preflight.render import html_report, html_run, onboard_html
from preflight.render.findings import quotable
from preflight.render.onboard import page as onboarding
from preflight.targets import place

__all__ = ["chromium", "opened"]

_EACH = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)>",
    "an end of everything": "</script></style></title></svg></text></td></table></details>--><!--",
    "attributes": "\"' onmouseover=alert(1) onfocus=alert(1) autofocus tabindex=0 style=x:y ",
    "addresses": "javascript:alert(1) data:text/html,<script>alert(1)</script> //evil.example",
    "a terminal": "\x1b[31mred\x1b[0m\x1b]8;;https://evil.example\x1b\\here\x07\x00\x9b2J",
    "directions": "\u202egnp.exe\u202c \u2066a\u2069 \ud800",
}
TRICKS = {"all at once": " ".join(_EACH.values()), "no blank to break at": "x" * 1_900}
every_trick = pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
LOADING = "script, img, iframe, object, embed, link, form, base, video, audio, foreignObject, use"


def every_field(trick, folder):
    """A report in which each text that could be from outside is this one."""
    report = everything(folder)
    targets = {
        name: (_hostile(promised, trick), replace(_hostile(promised, trick), model=f"b {trick}"))
        for name, promised in TARGETS.items()
    }
    plans = tuple(_hostile_plan(plan, trick) for plan in report.plans)
    results = tuple(replace(one, target=place(targets[one.provider][0])) for one in report.results)
    file = replace(report.file, path=trick, models=((trick, 4), (f"{trick} 2", 3)), sha256=trick)
    mixed = filled(trick).results
    return replace(
        report,
        results=(*mixed, *results),
        promised=targets,
        gateway=f"https://{trick}",
        plans=plans,
        file=file,
        scope=(trick,),
        notes=(trick,),
        promises=trick,
    )


def _hostile(promised, trick):
    texts = {
        name: trick
        for name in promised.__dataclass_fields__
        if isinstance(getattr(promised, name), str)
    }
    return replace(promised, **texts)


def _hostile_plan(plan, trick):
    bound = Bound(10, trick)
    return replace(
        plan,
        target=trick,
        notes=(trick,),
        shards=tuple(replace(shard, model=trick) for shard in plan.shards),
        waves=tuple(tuple(replace(s, model=trick) for s in wave) for wave in plan.waves),
        money=replace(plan.money, words=trick, source=trick, warning=trick, model=trick),
        time=replace(plan.time, words=trick, source=trick),
        allowance=replace(plan.allowance, max_requests=bound, max_bytes=bound, max_tokens=bound),
    )


def as_file(path, module, shown):
    with path.open("w", encoding="ascii") as out:
        module.render(shown, out)
    return path


def calm(shown):
    """Nothing was run, asked for or said, and nothing is wider than a small phone."""
    page = shown.page
    page.set_viewport_size({"width": 320, "height": 600})
    assert page.locator(LOADING).count() == page.locator("body > script").count() <= 1
    assert shown.overflow() <= 0
    page.wait_for_timeout(20)
    assert shown.said == []


@every_trick
def test_a_report_stays_calm(opened, tmp_path, trick):
    path = as_file(tmp_path / "report.html", html_report, every_field(trick, tmp_path))
    with opened(path) as shown:
        calm(shown)
        drawn = shown.page.locator("#trust svg.picture")
        assert drawn.count() == len(TARGETS)
        box = drawn.first.bounding_box()
        assert box["width"] <= 320


@every_trick
def test_the_page_of_a_run_stays_calm(opened, tmp_path, trick):
    with opened(as_file(tmp_path / "run.html", html_run, hostile_run(trick))) as shown:
        calm(shown)
        assert shown.page.locator("#times svg rect").count()


@every_trick
def test_the_onboarding_page_stays_calm(opened, tmp_path, trick):
    text = quotable(trick)  # a promise with anything unprintable in it is refused
    promised = Promises(
        EXAMPLE.gateway, openai=(replace(EXAMPLE.openai[0], provider_name=text, model=text),)
    )
    page = tmp_path / "onboard.html"
    page.write_text(onboard_html.render(onboarding(promised, written(promised), text)))
    with opened(page) as shown:
        calm(shown)


def test_what_got_into_a_page_in_spite_of_all_would_not_run(opened, tmp_path):
    page = as_file(tmp_path / "report.html", html_report, filled("harmless"))
    intruder = "<script>alert(1)</script><img src=x onerror=alert(1)><p style='color:red'>x</p>"
    page.write_text(page.read_text().replace("<main", f"{intruder}<main"))
    with opened(page) as shown:
        shown.page.wait_for_timeout(20)
        assert [said for said in shown.said if not said.startswith("console: ")] == []
        assert len(shown.said) == 4, "each was stopped, the picture and what it does by itself"
        assert all("Content Security Policy" in said for said in shown.said)
