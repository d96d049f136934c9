"""The pages in a real browser: at three widths, in both themes, on paper, and without scripts.

No picture is compared: what a person has looked at stays so by what is measured here.
"""

import re
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_fixtures import THEMES, WIDTHS, chromium, opened
from html_runs import RUNS
from html_world import WORLDS

from preflight.commands.promises import written
from preflight.example_promises import EXAMPLE
from preflight.render import html_report, html_run, onboard_html
from preflight.render.onboard import page as onboarding

__all__ = ["chromium", "opened"]

PAGES = (*WORLDS, *(f"run-{name}" for name in RUNS), "onboard")
NARROWEST = 320
IN_EVERY_RUN = {("everything", "dark"), ("run-partly-failed", "light")}
"""Of pages and themes; the others are `pytest -m browser`."""

every_page = pytest.mark.parametrize("name", PAGES)
in_both_themes = pytest.mark.parametrize(
    ("name", "theme"),
    [
        pytest.param(*both, marks=() if both in IN_EVERY_RUN else pytest.mark.browser)
        for both in product(PAGES, THEMES)
    ],
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """`pages(name)`: the file, written once."""
    folder = tmp_path_factory.mktemp("pages")

    def written_once(name):
        path = folder / f"{name}.html"
        if not path.exists():
            with path.open("w") as out:
                write(name, folder, out)
        return path

    return written_once


def write(name, folder, out):
    if name in WORLDS:
        html_report.render(WORLDS[name](folder), out)
    elif name == "onboard":
        out.write(onboard_html.render(onboarding(EXAMPLE, written(EXAMPLE), "#llm-batches")))
    else:
        html_run.render(RUNS[name.removeprefix("run-")](), out)


def violations(page):
    found = Axe().run(page).response["violations"]
    return [f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:120]}" for one in found]


@in_both_themes
def test_a_page_is_accessible_and_fits_at_every_width(opened, pages, name, theme):
    with opened(pages(name), theme=theme, judged=True) as shown:
        for width in WIDTHS:
            shown.page.set_viewport_size({"width": width, "height": 900})
            assert violations(shown.page) == [], width
            assert shown.overflow() <= 0, width
        shown.page.set_viewport_size({"width": NARROWEST, "height": 600})
        assert shown.overflow() <= 0
        assert shown.said == []


@pytest.mark.browser
@every_page
def test_a_page_on_paper_is_light_and_whole(opened, pages, name):
    with opened(pages(name), theme="dark", judged=True) as shown:
        shown.page.emulate_media(media="print")
        assert violations(shown.page) == []
        assert (
            shown.page.evaluate("() => getComputedStyle(document.body).backgroundColor")
            == "rgb(255, 255, 255)"
        )
        folded = shown.page.locator("details.folded table")
        for place in range(folded.count()):
            assert folded.nth(place).is_visible()
        assert shown.page.pdf(format="A4").startswith(b"%PDF")
        assert shown.said == []


@pytest.mark.parametrize(
    "name", ["everything", pytest.param("run-going", marks=pytest.mark.browser)]
)
def test_a_page_says_the_same_without_scripts(opened, pages, name):
    with opened(pages(name)) as shown:
        whole = words(shown)
        assert shown.page.locator("th button").count()
    with opened(pages(name), java_script_enabled=False) as shown:
        assert words(shown) == whole
        assert shown.page.locator("button").count() == 0, "nothing that would do nothing"
        assert shown.said == []


def words(shown):
    return re.sub(r"\s+", " ", shown.page.locator("body").inner_text())


def test_a_table_is_sorted_by_a_press_and_by_the_keyboard(opened, pages):
    with opened(pages("everything")) as shown:
        table = shown.page.locator("table.sortable").first
        column = table.locator("tbody tr > :nth-child(2)")
        numbers = [int(text) for text in column.all_inner_texts()]
        assert numbers != sorted(numbers)
        button = table.get_by_role("button", name="Shards")
        button.click()
        assert [int(text) for text in column.all_inner_texts()] == sorted(numbers)
        button.focus()
        shown.page.keyboard.press("Enter")
        assert [int(text) for text in column.all_inner_texts()] == sorted(numbers, reverse=True)
        assert table.locator("th").nth(1).get_attribute("aria-sort") == "descending"
        assert shown.said == []


def test_the_keyboard_reaches_everything_and_shows_where_it_is(opened, pages):
    with opened(pages("failing")) as shown:
        shown.page.keyboard.press("Tab")
        focused = shown.page.locator(":focus")
        assert focused.inner_text() == "Skip to the findings"
        assert focused.bounding_box()["x"] >= 0
        for _ in range(12):
            shown.page.keyboard.press("Tab")
            outline = "() => getComputedStyle(document.activeElement).outlineStyle"
            assert shown.page.evaluate(outline) != "none"
