"""FACTS of the sandbox: which models its Bedrock has, where, and how each may be invoked.

A small part of the real offer as it was in June 2025, chosen for its traps: the sandbox's world
alone, and no source for what the real Bedrock offers today.
"""

from dataclasses import dataclass

US = ("us-east-1", "us-east-2", "us-west-2")
EU = ("eu-central-1", "eu-west-1", "eu-west-3")
APAC = ("ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2")
PROFILE_REGIONS = {
    "us": US,
    "eu": EU,
    "apac": APAC,
    "global": ("ap-northeast-1", "eu-west-1", *US),
}
"""Prefix of a system-defined inference profile -> the regions it is offered in. It routes to them
too, but for the global one: see `Profile.model_arns`."""


@dataclass(frozen=True, slots=True)
class Model:
    """One foundation model.

    `on_demand`: the regions where its bare id may be used; `profiles`: the prefixes of its
    inference profiles. `quota_name` is how Service Quotas spells it; empty where batch inference
    does not know the model.
    """

    id: str
    name: str
    provider: str
    on_demand: tuple[str, ...]
    profiles: tuple[str, ...] = ()
    quota_name: str = ""
    legacy: bool = False

    @property
    def regions(self) -> tuple[str, ...]:
        """Every region that lists the model."""
        routed = {region for prefix in self.profiles for region in PROFILE_REGIONS[prefix]}
        return tuple(sorted(routed | set(self.on_demand)))

    def arn(self, region: str) -> str:
        """The model's ARN in a region: models belong to AWS, so it names no account."""
        return f"arn:aws:bedrock:{region}::foundation-model/{self.id}"


MODELS = (
    Model("anthropic.claude-3-haiku-20240307-v1:0", "Claude 3 Haiku", "Anthropic",
          ("us-east-1", "us-west-2", "eu-central-1", "eu-west-3"), ("us", "eu"), "Claude 3 Haiku"),
    Model("anthropic.claude-3-5-haiku-20241022-v1:0", "Claude 3.5 Haiku", "Anthropic",
          ("us-west-2",), ("us",), "Claude 3.5 Haiku"),
    Model("anthropic.claude-3-5-sonnet-20240620-v1:0", "Claude 3.5 Sonnet", "Anthropic",
          ("us-east-1", "us-west-2", "eu-central-1"), ("us", "eu"), "Claude 3.5 Sonnet",
          legacy=True),
    Model("anthropic.claude-3-5-sonnet-20241022-v2:0", "Claude 3.5 Sonnet v2", "Anthropic",
          ("us-west-2",), ("us",), "Claude 3.5 Sonnet v2"),
    Model("anthropic.claude-sonnet-4-20250514-v1:0", "Claude Sonnet 4", "Anthropic",
          (), ("us", "eu", "apac", "global"), "Claude Sonnet 4"),
    Model("amazon.nova-lite-v1:0", "Nova Lite", "Amazon",
          ("us-east-1",), ("us", "eu", "apac"), "Nova Lite V1"),
    Model("amazon.nova-pro-v1:0", "Nova Pro", "Amazon",
          ("us-east-1",), ("us", "eu", "apac"), "Nova Pro V1"),
    Model("qwen.qwen3-32b-v1:0", "Qwen3 32B", "Qwen", ("us-west-2", "us-east-1"), (), "Qwen3 32B"),
    Model("cohere.command-r-v1:0", "Command R", "Cohere", ("us-east-1", "us-west-2")),
)  # fmt: skip
"""The last one does on-demand inference but no batch: no API tells, only the create call does."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A system-defined inference profile as one region sees it."""

    prefix: str
    model: Model
    region: str

    @property
    def id(self) -> str:
        """Such as us.anthropic.claude-..."""
        return f"{self.prefix}.{self.model.id}"

    def arn(self, account: str) -> str:
        """Profiles, unlike models, have an ARN in the caller's account."""
        return f"arn:aws:bedrock:{self.region}:{account}:inference-profile/{self.id}"

    @property
    def model_arns(self) -> tuple[str, ...]:
        """The model in every region that a request may be routed to.

        A global profile names the region it is asked in, and the model without a region for all
        the world. Source: the policies in Bedrock's page on global cross-region inference.
        """
        everywhere = self.prefix == "global"
        regions = (self.region, "") if everywhere else PROFILE_REGIONS[self.prefix]
        return tuple(self.model.arn(region) for region in regions)


def models_in(region: str) -> tuple[Model, ...]:
    """The models that the region lists."""
    return tuple(model for model in MODELS if region in model.regions)


def profiles_in(region: str) -> tuple[Profile, ...]:
    """The profiles that the region offers."""
    return tuple(
        Profile(prefix, model, region)
        for model in MODELS
        for prefix in model.profiles
        if region in PROFILE_REGIONS[prefix]
    )


def find_model(region: str, identifier: str) -> Model | None:
    """A model of the region by its id or ARN."""
    wanted = identifier.rpartition("foundation-model/")[2]
    return next((model for model in models_in(region) if model.id == wanted), None)


def find_profile(region: str, identifier: str) -> Profile | None:
    """A profile of the region by its id or ARN."""
    wanted = identifier.rpartition("inference-profile/")[2]
    return next((profile for profile in profiles_in(region) if profile.id == wanted), None)
