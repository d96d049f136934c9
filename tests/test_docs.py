"""What the documentation says is there: links, commands, checks, targets, rendered parts."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from preflight.checklist import checklist
from preflight.cli import parser
from preflight.contract import PROVIDERS
from preflight.render.pages.markdown import table
from preflight.render.pages.renewal import PARTS, renew, renewed
from preflight.sandbox.job_breakages import EVERY
from preflight.sandbox.variations import VARIATIONS
from preflight.seams import UsageError

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")], key=lambda path: path.relative_to(ROOT)
)
IDS = {listed.check.id for listed in checklist()}
BREAKAGE_NAMES = {breakage.name for breakage in (*EVERY, *VARIATIONS)}
ACCOUNTS = {f"{provider}-main" for provider in PROVIDERS}
PACKAGES = ("azure-identity", "azure-mgmt")
WORLDS = "|".join(("requests", "gateway", *PROVIDERS))

LINK = re.compile(r"\]\(([^)\s]+)\)")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^\$ |\$\(|^- run: )(?:\.venv/bin/)?preflight ([^)\n]*)", re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")
REPOSITORY_PATH = re.compile(
    r"(?:preflight|infra|tests|docs|examples|requirements)/[\w./-]*|[A-Z]\w+\.(?:md|yaml)|Makefile"
)


def name_of(path):
    return str(path.relative_to(ROOT))


every_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


def anchors(path):
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", path.read_text()), re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", heading.replace("`", "")) for heading in headings)
    return {heading.lower().replace(" ", "-") for heading in kept}


def test_the_pages_that_are_promised_are_there():
    pages = {name_of(page) for page in PAGES}
    assert pages >= {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/checks.md"}
    assert pages >= {f"docs/{page}.md" for page in ("infrastructure", *PROVIDERS)}


@every_page
def test_every_relative_link_leads_somewhere(page):
    for link in LINK.findall(page.read_text()):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.is_relative_to(ROOT), link
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def commands(page):
    """The arguments of each preflight command in the page's blocks and its inline code."""
    text = page.read_text()
    for kind, block in BLOCK.findall(text):
        if kind in {"console", "yaml"}:
            joined = block.replace("\\\n", " ").replace("      - run: ", "- run: ")
            yield from COMMAND.findall(joined)
    for code in INLINE.findall(BLOCK.sub("", text)):
        if code.startswith("preflight ") and not re.search(r"[A-Z.|\[]{2}|…", code):
            yield code.removeprefix("preflight ")


def parsed(words):
    """The parsed command; None where the command line does not take it."""
    try:
        return parser().parse_args(words)
    except SystemExit as ended:
        return parser() if ended.code == 0 else None


def spoken_of(words):
    """Whether it is a command and the names of some of its options, which takes more to be run."""
    (commands,) = (a for a in vars(parser())["_actions"] if isinstance(a.choices, dict))
    name, *options = (word for word in words if not word.isupper())  # N stands for a number
    known = (
        vars(commands.choices[name])["_option_string_actions"] if name in commands.choices else ()
    )
    return name in commands.choices and set(options) <= set(known)


@every_page
def test_every_command_parses(page):
    for command in commands(page):
        words = shlex.split(re.split(r" [|<>&]|\s#", command)[0])
        # A command that is only spoken of may leave out what it is about.
        taken = (
            parsed(words) or parsed([*words, "it"]) or parsed([*words, "up"]) or spoken_of(words)
        )
        assert taken, f"preflight {command}"
        if words[:2] == ["sandbox", "break"]:
            assert words[2] in BREAKAGE_NAMES | {"NAME"}, command


def test_the_commands_of_the_pages_are_found():
    found = {command.split()[0] for page in PAGES for command in commands(page)}
    assert found >= {"check", "run", "submit", "status", "fetch", "cancel", "sandbox", "demo"}


@every_page
def test_every_check_that_is_named_exists(page):
    text = page.read_text()
    named = set(re.findall(rf"[`\[(#]((?:{WORLDS})-[a-z0-9-]+)[`\])]", text))
    headings = {name for name in named if name.startswith(("azure-openai", "vertex-ai", *PACKAGES))}
    assert named - ACCOUNTS - headings <= IDS | BREAKAGE_NAMES


@every_page
def test_every_make_target_exists(page):
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    text = page.read_text()
    blocks = "\n".join(block for _, block in BLOCK.findall(text))
    named = set(re.findall(r"(?:`|^\$ |run: )make ([a-z]+)", f"{text}\n{blocks}", re.MULTILINE))
    assert named <= targets


@every_page
def test_every_file_of_the_repository_that_is_named_exists(page):
    for code in INLINE.findall(BLOCK.sub("", page.read_text())):
        if REPOSITORY_PATH.fullmatch(code) and not code.startswith("preflight-"):
            assert (ROOT / code).exists() or (page.parent / code).exists(), code


def test_continuous_integration_runs_what_contributors_run():
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    assert "- run: make test" in workflow
    assert "permissions:\n  contents: read\n" in workflow
    oldest = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    assert f'"{oldest[1]}"' in workflow
    assert all(re.search(r"@[0-9a-f]{40}$", used) for used in re.findall(r"uses: (\S+)", workflow))


# --- the rendered parts --------------------------------------------------------------------------


@every_page
def test_the_rendered_parts_of_a_page_are_as_the_program_has_them(page):
    text = page.read_text()
    assert renewed(text, page.name) == text, f"{name_of(page)} is stale: renew it with `make docs`"


def test_every_part_is_on_a_page():
    text = "".join(page.read_text() for page in PAGES)
    assert [part for part in PARTS if text.count(f"<!-- rendered: {part} -->") != 1] == []
    assert text.count("<!-- rendered: ") == text.count("<!-- end -->") == len(PARTS)


def test_a_stale_part_is_renewed_and_nothing_else_is_touched(tmp_path):
    page = tmp_path / "a.md"
    page.write_text("By hand.\n\n<!-- rendered: limits -->\nold\n<!-- end -->\n\nBy hand too.\n")
    assert renew(tmp_path) == [page]
    text = page.read_text()
    assert text.startswith("By hand.\n\n<!-- rendered: limits -->\n\n| Provider |")
    assert text.endswith("\n\n<!-- end -->\n\nBy hand too.\n")
    assert "old" not in text
    assert renew(tmp_path) == []


def test_a_part_that_there_is_not_is_named_with_those_that_there_are():
    with pytest.raises(UsageError, match=r"a\.md: asks for prices; name one of table of checks"):
        renewed("<!-- rendered: prices -->\n<!-- end -->\n", "a.md")


def test_a_bar_in_a_cell_does_not_end_it():
    assert table(("A",), [("one | two\nthree",)]).splitlines()[-1] == "| one \\| two three |"


# --- what no file may hold -----------------------------------------------------------------------

PRIVATE = re.compile(
    r"(?<![\w.$}>])/(?:home|Users|root|work|tmp)/\w"
    r"|[\w.]*(?:pypi|pythonhosted|npmjs|anaconda)[.](?:org|com)"
    r"|\bsk-[A-Za-z0-9]{20,}|\bAKIA(?!\w*EXAMPLE)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY"
)
"""A path of somebody's machine, a package registry, a key."""


def tracked():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("this is no git checkout")
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and path != Path(__file__):
            yield path


def test_no_tracked_file_holds_a_machines_path_a_registry_or_a_key():
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{name_of(path)}: {hit[0]}" for hit in PRIVATE.finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "see /" + "home/ann/notes",
        "written to '/" + "tmp/x'",
        "https://" + "pypi." + "org/simple",
        "AKIA" + "A" * 16,
    ],
)
def test_such_things_are_recognised(text):
    assert PRIVATE.search(text)
