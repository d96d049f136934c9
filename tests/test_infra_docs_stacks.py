"""The stack files and commands of the infrastructure pages: the program takes them."""

import json
import re

import yaml
from infra_pages import COMMON, OURS, PAGES, blocks, each_page
from infra_world import ROOT, Recorder, run

from preflight.contract import PROVIDERS
from preflight.promises import parse

STACKS = sorted((ROOT / "examples" / "stacks").glob("Pulumi.*.yaml"))


class Adopted(Recorder):
    """A cloud in which whatever a stack names is there already, and where it should be."""

    def invoke(self, token):
        if token == "aws:s3/getBucket:getBucket":
            return lambda asked: {"bucket": asked["bucket"], "bucketRegion": asked["region"]}
        return super().invoke(token)


def whole_stacks(page):
    for block in blocks(page, "yaml"):
        config = yaml.safe_load(block)["config"]
        yield {key.removeprefix("batch-preflight:"): value for key, value in config.items()}


@each_page
def test_every_stack_file_of_a_page_is_taken_by_the_program_and_read_by_preflight(page):
    for settings in whole_stacks(page):
        regions = settings.get("azureRegions", ["swedencentral"])
        accounts = {
            name: {
                "kind": "OpenAI",
                "location": region,
                "properties": {"customSubDomainName": name},
            }
            for name, region in zip(settings.get("azureAccounts", ()), regions, strict=False)
        }
        cloud = Adopted(subscription=settings.get("azureSubscriptionId", ""), accounts=accounts)
        _, outputs = run(settings, cloud)
        assert any(parse(json.dumps(outputs), "a page").of(name) for name in PROVIDERS)


def test_every_setting_of_something_that_exists_has_a_stack_file_on_its_page():
    adopted = {
        "azure": {"azureResourceGroup", "azureAccounts"},
        "vertex": {"gatewayGcpServiceAccount", "vertexBuckets", "vertexKeyNames"},
        "bedrock": {
            "gatewayAwsIdentityArn",
            "bedrockJobRoleArn",
            "bedrockBuckets",
            "bedrockBucketAccount",
            "bedrockKeyArns",
        },
    }
    existing = {key for key, schema in OURS.items() if "xisting" in schema["description"]}
    assert set().union(*adopted.values()) == existing
    for provider, keys in adopted.items():
        assert keys <= {key for settings in whole_stacks(PAGES[provider]) for key in settings}


def test_every_example_stack_is_listed():
    listed = re.findall(r"^\| \[(Pulumi\.[\w.-]+)\]", COMMON, re.MULTILINE)
    assert sorted(listed) == [path.name for path in STACKS]


PULUMI = {
    "config set",
    "destroy",
    "import",
    "login",
    "preview",
    "stack",
    "stack init",
    "stack output",
    "stack rm",
    "up",
}
"""What the pages use of Pulumi's command line, 3.231."""


@each_page
def test_every_command_of_pulumi_is_one_that_there_is(page):
    lines = re.findall(r"^\$ pulumi (.+)$", "\n".join(blocks(page, "console")), re.MULTILINE)
    lines += re.findall(r"`pulumi ([^`]+)`", page)
    for line in lines:
        words = [word for word in line.split() if re.fullmatch("[a-z]+", word)]
        assert (
            " ".join(words[:2]) in PULUMI
            or words[0] in PULUMI - {"stack"}
            or line.startswith("stack --")
        ), line


@each_page
def test_a_command_of_a_cloud_begins_with_its_program(page):
    for line in re.findall(r"^\$ (\S+)", "\n".join(blocks(page, "console")), re.MULTILINE):
        program = line.partition("=")[0]
        assert program in {
            ".",
            "PREFLIGHT_BUCKET_OWNER_PROFILE",
            "aws",
            "az",
            "gcloud",
            "make",
            "preflight",
            "pulumi",
        }
