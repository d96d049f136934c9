"""FACTS: the steps from whoever runs a job to its bucket, and the checks that ask about each.

A check stands at the step that it says holds or does not. What is about one place alone (where a
bucket is, whether a model is offered) stands with that place.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """What one party does by the leave of another.

    Attributes:
        source: who acts, by its short name.
        target: on whom or what.
        verb: what it does, after the name of who does it.
        leave: what that rests on: whose leave, in which form.
        checks: the ids of those that ask about it.
    """

    source: str
    target: str
    verb: str
    leave: str
    checks: tuple[str, ...]


GATEWAY = (
    Step(
        "you",
        "gateway",
        "send files and batches",
        "the gateway takes your key",
        ("gateway-reachable", "gateway-key", "gateway-key-lifetime"),
    ),
)
"""With every provider."""

_ACCOUNT = ("gateway-provider-account", "gateway-batch-api", "gateway-model")

OPENAI = (
    Step(
        "gateway",
        "account",
        "calls as the account",
        "OpenAI takes the key that the gateway holds",
        (*_ACCOUNT, "openai-key"),
    ),
    Step(
        "account",
        "model",
        "runs batches of the model",
        "the account has the model, and room in its queue",
        ("openai-open-batches", "openai-queue"),
    ),
)

AZURE = (
    Step(
        "gateway",
        "identity",
        "acts as its Entra principal",
        "the gateway holds a credential of it",
        _ACCOUNT,
    ),
    Step(
        "identity",
        "account",
        "uploads files and runs batches",
        "a role of the account or above it",
        ("azure-credentials", "azure-gateway-role", "azure-files", "azure-api-version"),
    ),
    Step(
        "account",
        "model",
        "runs the batch",
        "the deployment is of a batch kind, and its queue has room",
        ("azure-quota", "azure-capacity", "azure-open-batches", "azure-model-batch"),
    ),
)

VERTEX = (
    Step(
        "gateway",
        "identity",
        "acts as its service account",
        "a key of it, or the workload's federation",
        (*_ACCOUNT, "vertex-gateway-federation"),
    ),
    Step(
        "identity",
        "bucket",
        "uploads requests, downloads results",
        "a role on the bucket",
        ("vertex-credentials", "vertex-gateway-bucket"),
    ),
    Step(
        "identity",
        "own",
        "starts jobs, which run as the agent",
        "a role on the project",
        ("vertex-project", "vertex-apis", "vertex-gateway-project"),
    ),
    Step(
        "own",
        "bucket",
        "reads requests, writes results",
        "a role on the bucket",
        ("vertex-agent-bucket",),
    ),
    Step(
        "own",
        "model",
        "runs the model",
        "Google publishes it in the region, for batches",
        ("vertex-location", "vertex-model", "vertex-model-batch", "vertex-model-retirement"),
    ),
)
VERTEX_KEY = (
    Step(
        "bucket",
        "key",
        "is encrypted with the key",
        "Cloud Storage's service agent may use it",
        ("vertex-bucket-key",),
    ),
)
"""Where a customer key is promised."""

BEDROCK = (
    Step(
        "gateway",
        "identity",
        "acts as its role or user",
        "the role trusts the gateway, or it holds a key of the user",
        _ACCOUNT,
    ),
    Step(
        "identity",
        "bucket",
        "uploads requests, downloads results",
        "its policies and the bucket's",
        ("bedrock-credentials", "bedrock-gateway-bucket"),
    ),
    Step(
        "identity",
        "own",
        "starts jobs and hands over the role; Bedrock assumes it",
        "iam:PassRole, and the role's trust in Bedrock",
        ("bedrock-gateway-jobs", "bedrock-gateway-pass-role", "bedrock-job-role-trust"),
    ),
    Step(
        "own",
        "bucket",
        "reads requests, writes results",
        "its policies and the bucket's",
        ("bedrock-job-role-bucket", "bedrock-bucket-policy"),
    ),
    Step(
        "own",
        "model",
        "runs the model wherever it is routed",
        "bedrock:InvokeModel, and the account's agreement",
        (
            "bedrock-job-role-models",
            "bedrock-model",
            "bedrock-model-agreement",
            "bedrock-model-batch",
            "bedrock-model-retirement",
        ),
    ),
)
BEDROCK_KEY = (
    Step(
        "bucket",
        "key",
        "is encrypted with the key",
        "both identities may use it",
        ("bedrock-bucket-key",),
    ),
)
"""Where a customer key is promised."""
