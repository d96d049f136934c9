"""What the promised model id stands for: a foundation model, or an inference profile of one."""

import re

from preflight.contract import Bedrock

_GEOGRAPHY = re.compile(r"^(us|us-gov|eu|apac|jp|au|ca|global)\.")
"""What a system-defined inference profile's id begins with."""

_MODEL = "foundation-model/"
_GEOGRAPHIES = {"us-gov": "us-gov", "us": "us", "eu": "eu", "ap": "apac", "ca": "ca"}


def is_profile(promised: Bedrock) -> bool:
    """Whether the promise names an inference profile: by the ARNs that go with it, or by its id."""
    return bool(_GEOGRAPHY.match(promised.model)) or any(
        "inference-profile/" in arn for arn in (promised.model, *promised.model_arns)
    )


def base_model(promised: Bedrock) -> str:
    """The foundation model id: where a profile hides it, that of the promised ARNs tells."""
    for arn in promised.model_arns:
        if _MODEL in arn:
            return arn.split(_MODEL, 1)[1]
    return _GEOGRAPHY.sub("", promised.model)


def profile_ids(promised: Bedrock) -> tuple[str, ...]:
    """The profiles that may carry the model in the promised region, the nearest first."""
    near = next(
        (name for start, name in _GEOGRAPHIES.items() if promised.region.startswith(f"{start}-")),
        None,
    )
    return tuple(f"{name}.{base_model(promised)}" for name in (near, "global") if name)
