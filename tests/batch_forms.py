"""What files, batches and results are called and look like, at each of the four providers."""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Forms:
    """How one provider's files, batches and results are named and shaped."""

    file: str
    batch: str
    output: str
    words: tuple
    names_batches: bool
    keeps_file_names: bool
    row: object

    def identifier(self, form, number):
        """Ids of clouds are addresses, encoded as one segment of a path."""
        return quote(form.format(number), safe="") if "/" in form else form.format(number)


def _openai(custom_id):
    message = {"role": "assistant", "content": f"Answer to {custom_id}."}
    body = {"object": "chat.completion", "choices": [{"index": 0, "message": message}]}
    response = {"status_code": 200, "request_id": "q", "body": body}
    return {"id": "x", "custom_id": custom_id, "response": response, "error": None}


def _bedrock(custom_id):
    output = {
        "content": [{"type": "text", "text": f"Answer to {custom_id}."}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 3, "output_tokens": 4},
    }
    return {"recordId": custom_id, "modelInput": {}, "modelOutput": output}


def _vertex(custom_id):
    parts = [{"text": f"Answer to {custom_id}."}]
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": "STOP"}
    return {"status": "", "requestId": custom_id, "response": {"candidates": [candidate]}}


_OPENAI = ("validating", "in_progress", "completed")
FORMS = {
    "openai": Forms("file-{}", "batch_{}", "file-out-{}", _OPENAI, True, True, _openai),
    "azure": Forms("file-{}", "batch_a2e0-{}", "file-out-{}", _OPENAI, True, True, _openai),
    "vertex": Forms(
        "gs://a-bucket/uploads/{}.jsonl",
        "projects/123456789/locations/europe-west4/batchPredictionJobs/{}",
        "gs://a-bucket/results/{}/",
        ("JOB_STATE_PENDING", "JOB_STATE_RUNNING", "JOB_STATE_SUCCEEDED"),
        names_batches=False,
        keeps_file_names=False,
        row=_vertex,
    ),
    "bedrock": Forms(
        "s3://a-bucket/uploads/{}.jsonl",
        "arn:aws:bedrock:us-west-2:123456789012:model-invocation-job/{}",
        "s3://a-bucket/results/{}/",
        ("Submitted", "InProgress", "Completed"),
        names_batches=False,
        keeps_file_names=False,
        row=_bedrock,
    ),
}
