"""What OpenAI and Azure OpenAI do differently with the same batch file.

Sources: OpenAI's Batch API guide and reference; Azure OpenAI's batch how-to, its table of error
codes and its list of known issues; all read October 2026.
"""

from dataclasses import dataclass

MB = 1000 * 1000

CHAT = "/v1/chat/completions"
RESPONSES = "/v1/responses"
EMBEDDINGS = "/v1/embeddings"
COMPLETIONS = "/v1/completions"

_NO_DEPLOYMENT = (
    "Validation failed: A valid model deployment name couldn't be extracted from the input file. "
    "Please ensure that each row in the input file has a valid deployment name specified in the "
    "'model' field, and that the deployment name is consistent across all rows."
)


@dataclass(frozen=True, slots=True)
class Rules:
    """One service's rules.

    Sizes are bytes, counts requests; a pair is an error code and its message.
    """

    endpoints: tuple[str, ...]
    """What a batch may be created with."""
    urls: tuple[str, ...]
    """What the `url` of a line may be; empty: exactly the batch's endpoint."""
    max_requests: int
    max_bytes: int
    max_input_files: int | None
    wrong_url: str
    other_model: str
    no_model: tuple[str, str]
    byte_order_mark: tuple[str, str]
    window_checked_at_create: bool
    jsonl_name_checked_at_upload: bool
    always_an_error_file: bool
    """Azure makes one of zero bytes where no request failed."""


NOT_JSON = ("invalid_json_line", "This line is not parseable as valid JSON.")

OPENAI = Rules(
    endpoints=(CHAT, RESPONSES, EMBEDDINGS, COMPLETIONS),
    urls=(),
    max_requests=50_000,
    max_bytes=200 * MB,
    max_input_files=None,
    wrong_url="invalid_url",
    other_model="mismatched_model",
    no_model=("invalid_request", "The request body names no model."),
    byte_order_mark=NOT_JSON,
    window_checked_at_create=True,
    jsonl_name_checked_at_upload=True,
    always_an_error_file=False,
)

AZURE = Rules(
    endpoints=("/chat/completions", CHAT, "/responses", RESPONSES),
    urls=("/chat/completions", CHAT, RESPONSES),
    max_requests=100_000,
    max_bytes=200 * MB,
    max_input_files=500,
    wrong_url="url_mismatch",
    other_model="model_mismatch",
    no_model=("invalid_request", _NO_DEPLOYMENT),
    byte_order_mark=("invalid_request", _NO_DEPLOYMENT),
    window_checked_at_create=False,
    jsonl_name_checked_at_upload=False,
    always_an_error_file=True,
)
