"""The infrastructure pages, the settings that they are about, and what stands in them."""

import re

import pytest
import yaml
from infra_world import ROOT

from preflight.contract import PROVIDERS

DOCS = ROOT / "docs"
PAGES = {provider: (DOCS / f"{provider}.md").read_text() for provider in PROVIDERS}
COMMON = (DOCS / "infrastructure.md").read_text()
EVERY_PAGE = {**PAGES, "infrastructure": COMMON}
DECLARED = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
OURS = {key: schema for key, schema in DECLARED.items() if ":" not in key}

each_provider = pytest.mark.parametrize("provider", PROVIDERS)
each_page = pytest.mark.parametrize("page", EVERY_PAGE.values(), ids=EVERY_PAGE)


def rows(page, heading):
    section = page.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def blocks(page, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
