"""The pages as a site: each is in it, each link leads somewhere, nothing comes from elsewhere."""

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml", reason="the sandbox extra is not installed")

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"^(`{3,}).*?^\1$", re.MULTILINE | re.DOTALL)
RESOURCES = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "pages"
    subprocess.run([sys.executable, ROOT / "docs" / "site.py", folder], check=True)
    return folder


def listed(nav):
    for entry in nav:
        ((_, inside),) = entry.items()
        yield from listed(inside) if isinstance(inside, list) else [inside]


def test_each_page_is_once_in_the_order_of_reading(pages):
    nav = list(listed(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]))
    assert sorted(nav) == sorted(path.name for path in pages.glob("*.md"))
    assert nav[:2] == ["index.md", "tutorial.md"]


def test_each_link_of_the_site_leads_to_a_file_of_it(pages):
    for page in pages.rglob("*.md"):
        for link in LINK.findall(FENCED.sub("", page.read_text())):
            path = link.partition("#")[0]
            if "://" in link or link.startswith("mailto:") or not path:
                continue
            assert (page.parent / path).is_file(), f"{page.relative_to(pages)}: {link}"


def test_a_file_of_the_repository_that_is_linked_to_is_shown(pages):
    shown = (pages / "files" / "examples" / "stacks.md").read_text()
    assert "](stacks/Pulumi.bedrock.yaml.md)" in shown
    stack = (pages / "files" / "examples" / "stacks" / "Pulumi.bedrock.yaml.md").read_text()
    assert (ROOT / "examples" / "stacks" / "Pulumi.bedrock.yaml").read_text() in stack


def test_a_bar_in_the_code_of_a_cell_shows_no_escape(pages):
    assert "`--provider openai|azure|vertex|bedrock`" in (pages / "commands.md").read_text()


def test_the_site_is_built_of_what_is_listed_and_pinned():
    requirements = (ROOT / "requirements" / "docs.txt").read_text()
    makefile = (ROOT / "Makefile").read_text()
    assert "requirements/docs.txt" in makefile
    assert "zensical build --clean --strict" in makefile
    pinned = re.search(
        r'^docs = \["zensical==([\d.]+)"\]$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE
    )
    assert f"\nzensical=={pinned[1]} \\\n" in requirements


class Resources(HTMLParser):
    """What a browser fetches for a page."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in RESOURCES and given.get("rel") not in {"canonical", "next", "prev"}:
            self.found.append(given.get(RESOURCES[tag]) or "")


@pytest.mark.tools
def test_the_site_is_built_and_asks_nobody_else():
    done = subprocess.run(["make", "site"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    html = list((ROOT / "build" / "site" / "html").rglob("*.html"))
    assert len(html) > 25
    for page in html:
        resources = Resources()
        resources.feed(page.read_text())
        assert not [url for url in resources.found if url.startswith(("http", "//"))], page
    styles = (ROOT / "build" / "site" / "html").rglob("*.css")
    assert not [style for style in styles if re.search(r"url\(['\"]?(http|//)", style.read_text())]


@pytest.mark.tools
@pytest.mark.parametrize("link", ["nowhere.md", "checks.md#no-such-check"])
def test_a_link_that_leads_nowhere_ends_the_build(pages, tmp_path, link):
    subprocess.run(["make", ".venv-docs/ready"], cwd=ROOT, check=True)
    site = tmp_path / "build" / "site"
    shutil.copytree(pages, site / "pages")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    with (site / "pages" / "speed.md").open("a") as page:
        page.write(f"\n[there]({link})\n")
    command = [ROOT / ".venv-docs" / "bin" / "zensical", "build", "--clean", "--strict"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "does not exist" in done.stdout + done.stderr
