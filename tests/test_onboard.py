"""`preflight onboard`: the page, read back by a parser of its markup."""

import json
import re
import shlex
from html import unescape

import pytest
from onboard_page import read
from permission_fixtures import promises

from preflight.cli import parser
from preflight.contract import PROVIDERS
from preflight.limits import LIMITS
from preflight.promises import parse
from preflight.render.pages.markdown import NAMES
from preflight.routes import headers

__all__ = ["promises"]

FORMS = ("markdown", "html")
HOSTILE = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "an end of everything": "</code></pre></table></style></title>--><!--",
    "backticks": "` ``` ````` `a`",
    "bars": "a | b || c \\| d",
    "links": "[here](https://evil.example) ![i](https://evil.example/i.png)",
    "quotes": "'\"; import os; os.system('x') #\"\"\"'''",
    "braces": "{0} {base_url} {{1}} ${HOME} $(id) `id`",
    "a backslash": "\\n\\x41\\",
    "letters of elsewhere": "b\u00fccher-\u65e5\u672c",
    "an option": "--help",
}
every_form = pytest.mark.parametrize("form", FORMS)
every_hostile = pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)


@pytest.fixture
def page(preflight, promises):
    """The page of the program's own outputs, changed so."""

    def render(*options, change=lambda made: None, form="markdown"):
        path = promises(change)
        code, out, err = preflight("onboard", "--promises", path, "--format", form, *options)
        assert (code, err) == (0, "")
        return out

    return render


def told(blocks):
    """The promises that the page ends with."""
    return parse(blocks[-1], "the page")


@every_form
def test_each_provider_has_its_settings_limits_and_code(page, form):
    text = page(form=form)
    codes, blocks = read(form, text)
    text = unescape(text)
    promises = told(blocks)
    assert promises.gateway.base_url in codes
    for provider in PROVIDERS:
        assert f"{LIMITS[provider].max_requests:,}" in text
        assert f"{LIMITS[provider].source}, read {LIMITS[provider].read_on}" in text
        for target in promises.of(provider):
            for name, value in headers(target).items():
                assert {name, value} <= set(codes), provider
                assert any(f'"{name}": "{value}"' in block for block in blocks), provider


def test_who_may_do_what_is_told_with_the_stacks_names(page):
    codes, blocks = read("markdown", page())
    (bedrock,), (azure,) = told(blocks).bedrock, told(blocks).azure
    assert {bedrock.gateway_principal_arn, bedrock.job_role_arn, "iam:PassRole"} <= set(codes)
    assert azure.gateway_principal_id in codes


@every_form
@pytest.mark.parametrize("off", PROVIDERS)
def test_a_provider_that_is_off_is_left_out_wherever_it_could_stand(page, form, off):
    text = page(form=form, change=lambda made: made.pop(off))
    heading = rf"^## {NAMES[off]}$|<h2[^>]*>{NAMES[off]}</h2>"
    assert re.search(heading, page(form=form), re.MULTILINE)
    assert not re.search(heading, text, re.MULTILINE)
    assert told(read(form, text)[1]).of(off) == ()
    assert f"--provider={off}" not in text


def test_only_the_provider_that_is_asked_for_is_told_about(page):
    text = page("--provider", "vertex")
    promises = told(read("markdown", text)[1])
    assert [name for name in PROVIDERS if promises.of(name)] == ["vertex"]
    assert "## Vertex AI" in text
    assert "Bedrock" not in text


def test_a_file_that_bedrock_would_refuse_is_named(page):
    assert "fewer than 100 requests is refused" in page("--provider", "bedrock")
    assert "is refused" not in page("--provider", "openai")


def test_every_command_parses(page):
    blocks = read("markdown", page())[1]
    commands = [
        line.removeprefix("$ preflight ")
        for block in blocks
        for line in block.splitlines()
        if line.startswith("$ preflight ")
    ]
    assert len(commands) == 4 * len(PROVIDERS)
    for command in commands:
        parser().parse_args(shlex.split(command))


def test_several_targets_are_told_apart_in_the_commands(page):
    def two(made):
        made["openai"].append({"provider_name": "openai-main", "model": "gpt-4.1"})
        made["bedrock"].append(made["bedrock"][0] | {"region": "eu-west-1"})

    text = page(change=two)
    assert "--provider=openai --model=gpt-4.1" in text
    assert "--provider=openai --model=gpt-4o-mini" in text
    assert "--provider=bedrock --region=eu-west-1 --model=" in text
    assert "--provider=vertex --region" not in text


@every_form
def test_whom_to_ask_is_told_if_it_is_known(page, form):
    assert "Ask whoever sent you this page." in page(form=form)
    hostile = "#llm <b>`x`</b> | @everyone"
    codes, _ = read(form, page("--contact", hostile, form=form))
    assert hostile in codes


@every_hostile
@every_form
def test_hostile_names_stay_names(page, form, hostile):
    def change(made):
        made["gateway"]["base_url"] = f"https://gateway.example/{hostile}"
        for provider in PROVIDERS:
            made[provider][0] |= {"provider_name": hostile, "model": hostile}
        made["azure"][0] |= {"deployment": hostile, "region": hostile}
        made["bedrock"][0]["bucket"] = hostile

    codes, blocks = read(form, page(form=form, change=change))
    # A bar in a cell is told by an escape that only tables take away.
    assert hostile in codes
    assert told(blocks).azure[0].deployment == hostile
    scripts = [block for block in blocks if block.startswith('"""Send requests.jsonl')]
    assert len(scripts) == len(PROVIDERS)
    for script, target in zip(
        scripts, (told(blocks).of(name)[0] for name in PROVIDERS), strict=True
    ):
        compile(script, "first_batch.py", "exec")
        made = re.search(r"default_headers=(\{.*?\n    \})", script, re.DOTALL)
        assert eval(made[1], {}) == headers(target)
    lines = [json.loads(block) for block in blocks if block.startswith('{"custom_id"')]
    assert [line["body"]["model"] for line in lines] == [hostile] * len(PROVIDERS)


@every_hostile
def test_hostile_names_stay_one_word_of_a_command(page, hostile):
    def change(made):
        made["openai"].append({"provider_name": "openai-main", "model": hostile})

    blocks = read("markdown", page(change=change))[1]
    found = [
        parser().parse_args(shlex.split(line)[2:]).model
        for block in blocks
        for line in block.splitlines()
        if line.startswith("$ preflight ") and "--provider=openai" in line
    ]
    assert found == ["gpt-4o-mini"] * 4 + [hostile] * 4


def test_the_page_forbids_itself_to_load_or_run_anything(page):
    text = page(form="html")
    assert "default-src 'none'" in text
    assert text.isascii()
    assert re.search(r'(?:src|href)="(?!#)', text) is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "add --stack NAME or --promises FILE"),
        (("--promises", "none.json"), "none.json"),
        (("--promises", "p.json", "--provider", "vertex"), "the stack promises only openai"),
        (("--promises", "p.json", "--stack", "dev"), "not allowed with"),
    ],
)
def test_what_cannot_be_rendered_is_told(preflight, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.json").write_text(preflight("promises", "--example", "openai")[1])
    code, out, err = preflight("onboard", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err


def test_the_environment_names_the_promises_too(preflight, tmp_path, monkeypatch):
    path = tmp_path / "p.json"
    path.write_text(preflight("promises", "--example", "openai")[1])
    monkeypatch.setenv("PREFLIGHT_PROMISES", str(path))
    code, out, _ = preflight("onboard")
    assert (code, "## OpenAI" in out) == (0, True)
    assert str(tmp_path) not in out
