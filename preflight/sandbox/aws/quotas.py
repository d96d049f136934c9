"""Service Quotas for Bedrock: six quotas of batch inference per model, told apart by name only.

Names and codes as in a public copy of AWS's quota table of June 2025; where that has no code, one
is made up.
"""

from typing import Any
from zlib import crc32

from flask import Flask, Response, jsonify, request

from preflight.sandbox.aws.authority import Authority, AwsError, Caller
from preflight.sandbox.aws.models import models_in

MIN_RECORDS = 100
MAX_RECORDS = 50_000
CONCURRENT_JOBS = 20
_PAGE = 20

_BATCH = (
    ("Minimum number of records per batch inference job for {}", MIN_RECORDS),
    ("Records per input file per batch inference job for {}", MAX_RECORDS),
    ("Records per batch inference job for {}", MAX_RECORDS),
    ("Batch inference input file size (in GB) for {}", 1),
    ("Batch inference job size (in GB) for {}", 5),
    (
        "Sum of in-progress and submitted batch inference jobs using a base model for {}",
        CONCURRENT_JOBS,
    ),
)
# Newer models put the unit at the end.
_RESPELT = {
    _BATCH[3][0]: "Batch inference input file size for {} (in GB)",
    _BATCH[4][0]: "Batch inference job size for {} (in GB)",
}
_NEWER = ("Qwen3 32B",)
_OTHER = ("On-demand model inference requests per minute for {}", 1000)

_CODES = {
    "Claude 3 Haiku": ("AE7F26D4", "EBB72C32", "1F644C2A", "42ABE687", "79301C5B", "1570CF9E"),
    "Claude 3.5 Haiku": ("B48488BD", "C39B6D57", "274AA31F", "B688EFA5", "987C98F5"),
    "Claude 3.5 Sonnet": ("1E0DA3DF", "5AB0EE48", "1E2B9998", "934360E8", "6284B54D", "4E7EE0B5"),
    "Claude 3.5 Sonnet v2": (
        "1FA30AE7",
        "897F8151",
        "6EBFEB27",
        "5CBDB5BC",
        "A3D5E9F8",
        "C2FA9AEC",
    ),
    "Claude Sonnet 4": ("F72F26EE", "02DB18B4", "8A6B31EE", "F611997D", "E31283B0"),
    "Nova Lite V1": ("39FA8DCA", "B8626674", "916C9264", "F60B56CC", "19E52681"),
    "Nova Pro V1": ("2A3EB975", "9B651738", "89197AE6", "68FC8D47", "26B15D4D"),
    "Qwen3 32B": ("9D2E32B8", "BF8FAABD", "09A792C8", "37B69F3F", "AED2B25B"),
}
"""Quota name of the model -> the codes, in the order of the quotas above."""


def quotas(authority: Authority) -> Flask:
    """The application: ListServiceQuotas and ListAWSDefaultServiceQuotas."""
    app = Flask("sandbox-service-quotas")

    @app.post("/")
    def call() -> Response:
        action = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        caller = authority.caller(request, "servicequotas")
        authority.require(caller.access_key_id, f"servicequotas:{action}", "*", caller.region)
        asked = request.get_json(force=True)
        if action not in {"ListServiceQuotas", "ListAWSDefaultServiceQuotas"}:
            raise AwsError("UnknownOperationException", f"The sandbox has no {action}.")
        if asked.get("ServiceCode") != "bedrock":
            message = f"The sandbox has no quotas of {asked.get('ServiceCode')}."
            raise AwsError("NoSuchResourceException", message)
        rows = _rows(caller, applied=action == "ListServiceQuotas")
        start = int(asked.get("NextToken", "0"))
        end = start + min(asked.get("MaxResults", _PAGE), _PAGE)
        page: dict[str, Any] = {"Quotas": rows[start:end]}
        return jsonify(page | {"NextToken": str(end)} if end < len(rows) else page)

    @app.errorhandler(AwsError)
    def refused(error: AwsError) -> tuple[Response, int]:
        return jsonify(__type=error.code, message=error.message), error.status

    return app


def _rows(caller: Caller, *, applied: bool) -> list[dict[str, Any]]:
    """All rows of the region. The applied ones lack what was never set, as the real list may."""
    rows = []
    for model in models_in(caller.region):
        name, codes = model.quota_name, _CODES.get(model.quota_name, ())
        for number, (template, value) in enumerate((*_BATCH, _OTHER)):
            batch = number < len(_BATCH)
            if (batch and not name) or (applied and "job size" in template):
                continue
            spelling = _RESPELT.get(template, template) if name in _NEWER else template
            spelt = spelling.format(name or model.name)
            code = codes[number] if number < len(codes) else f"{crc32(spelt.encode()):08X}"
            rows.append(_row(caller, f"L-{code}", spelt, value))
    return rows


def _row(caller: Caller, code: str, name: str, value: float) -> dict[str, Any]:
    return {
        "ServiceCode": "bedrock",
        "ServiceName": "Amazon Bedrock",
        "QuotaArn": f"arn:aws:servicequotas:{caller.region}:{caller.account}:bedrock/{code}",
        "QuotaCode": code,
        "QuotaName": name,
        "Value": float(value),
        "Unit": "None",
        "Adjustable": not name.startswith("Minimum"),
        "GlobalQuota": False,
    }
