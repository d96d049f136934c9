"""A real browser for the pages: the Chromium that is installed, driven without a window.

It opens files, and nothing but files: whatever else a page asks for is noted and refused.
"""

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDTHS = (360, 768, 1280)
THEMES = ("light", "dark")


def installed():
    """Where it is; None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="module")
def chromium():
    """The browser, closed again at the end."""
    path = installed()
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is on the PATH")
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        own = {**os.environ, "HOME": home, "TMPDIR": home}
        options = ["--no-sandbox", "--disable-gpu"] if os.geteuid() == 0 else ["--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=path, args=options, env=own)
        yield browser
        browser.close()


class Opened:
    """A page in the browser, and all that it complained of or asked for.

    `said` are its messages to the console, errors, dialogs and calls to anywhere.
    """

    def __init__(self, page):
        self.page, self.said = page, []
        page.on("console", lambda message: self.said.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def _dialog(self, dialog):
        self.said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request):
        if not request.url.startswith("file:"):
            self.said.append(f"request: {request.url}")

    def open(self, path):
        self.page.goto(Path(path).resolve().as_uri())
        return self

    def overflow(self):
        """By how many pixels the page is wider than the window."""
        return self.page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )


@pytest.fixture
def opened(chromium):
    """`opened(path, width=..., theme=..., script=...)`: a page of a context of its own."""

    @contextmanager
    def opening(path, *, width=1280, theme="light", judged=False, **options):
        # The checker is put into the page from outside, which the page's own policy forbids.
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            bypass_csp=judged,
            offline=True,
            **options,
        )
        try:
            yield Opened(context.new_page()).open(path)
        finally:
            context.close()

    return opening
