"""Draws docs/report.webp from a real report: `python docs/report_picture.py`, after `make setup`.

The report is that of the sandbox with one thing broken; the browser is the Chromium or Chrome that
is installed.
"""

import base64
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from preflight.sandbox.breakages import named
from preflight.sandbox.world import World

TARGET = Path(__file__).with_name("report.webp")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROKEN = "bedrock-pass-role"
REQUESTS = 4_000
WIDTH = 1_000


def requests(like: Path, path: Path) -> None:
    """A request file whose prompts are spread as prompts are."""
    first = json.loads(like.read_text(encoding="utf-8").partition("\n")[0])
    chance = random.Random(1)  # noqa: S311 - the picture is to be the same again
    with path.open("w", encoding="utf-8") as file:
        for number in range(REQUESTS):
            first["custom_id"] = f"ticket{number:06}"
            words = "Summarise the ticket. " * max(1, int(chance.lognormvariate(3, 0.8)))
            first["body"]["messages"] = [{"role": "user", "content": words}]
            file.write(json.dumps(first) + "\n")


def reported(folder: Path) -> Path:
    """The report, as a file."""
    with World(folder / "clouds") as sandbox:
        requests(sandbox.request_file("bedrock"), folder / "nightly.jsonl")
        named(BROKEN).apply(sandbox)
        command = [sys.executable, "-m", "preflight", "check", "nightly.jsonl"]
        options = ["--provider", "bedrock", "--format", "html:report.html", "--quiet"]
        done = subprocess.run(  # noqa: S603 - this program itself
            [*command, *options],
            cwd=folder,
            env=os.environ | dict(sandbox.env),
            stdout=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode != 1:
            sys.exit(f"the check ended with status {done.returncode}, and one thing is broken")
    return folder / "report.html"


SMALLER = """async (png) => {
  const picture = await createImageBitmap(await (await fetch(png)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext("2d").drawImage(picture, 0, 0);
  const made = await canvas.convertToBlob({ type: "image/webp", quality: 0.8 });
  return [...new Uint8Array(await made.arrayBuffer())];
}"""
"""A browser writes WebP, which takes a third of a PNG."""


def main() -> None:
    """Check, show, draw: from the verdict to who trusts whom."""
    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser_path is None:
        sys.exit(f"no browser: none of {', '.join(BROWSERS)} is on the PATH")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        report = reported(Path(name))
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 900}, color_scheme="light")
        page.goto(report.as_uri())
        last = page.locator("#trust").bounding_box() or {"y": 0, "height": 900}
        high = last["y"] + last["height"] + 24
        png = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": high})
        blank = browser.new_page()
        address = f"data:image/png;base64,{base64.b64encode(png).decode()}"
        TARGET.write_bytes(bytes(blank.evaluate(SMALLER, address)))
        browser.close()


if __name__ == "__main__":
    main()
