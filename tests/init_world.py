"""A checkout in which `preflight init` writes, and what it wrote."""

import io
import shutil

import pytest
import yaml
from infra_world import ROOT

DECLARED = {
    key: schema
    for key, schema in yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"].items()
    if "default" in schema
}
ARN = "arn:aws:iam::123456789012:role/gateway"
GUID = "00000000-0000-0000-0000-00000000a2e0"
NEEDED = {
    "openai": (),
    "azure": (f"azureSubscriptionId={GUID}", f"gatewayAzurePrincipalId={GUID}"),
    "vertex": ("vertexProject=sandbox-project",),
    "bedrock": (f"gatewayAwsPrincipalArn={ARN}",),
}


class Terminal(io.StringIO):
    """Somebody who types these lines, and then closes the terminal."""

    def isatty(self):
        return True


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A checkout with its Pulumi.yaml; the working directory is within it."""
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    within = tmp_path / "docs"
    within.mkdir()
    monkeypatch.chdir(within)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return tmp_path


@pytest.fixture
def typing(monkeypatch):
    def type_(*lines):
        monkeypatch.setattr("sys.stdin", Terminal("".join(f"{line}\n" for line in lines)))

    return type_


def flags(*providers):
    given = [("--provider", name) for name in providers]
    given += [("--set", text) for name in providers for text in NEEDED[name]]
    return [word for pair in given for word in pair]


def written(project, stack="dev"):
    content = yaml.safe_load((project / f"Pulumi.{stack}.yaml").read_text())["config"]
    assert all(key.startswith("batch-preflight:") for key in content)
    return {key.removeprefix("batch-preflight:"): value for key, value in content.items()}


def files(project):
    return sorted(path.name for path in project.iterdir() if path.is_file())
