"""An example or two for each command's help. A test parses them."""

EXAMPLES = {
    "init": (
        "init",
        "init --yes --promises promises.json --provider vertex",
    ),
    "promises": (
        "promises --stack dev > promises.json",
        "promises --example vertex",
    ),
    "permissions": ("permissions --provider bedrock --identity job-role --format terraform",),
    "onboard": ("onboard --stack dev --contact '#llm-platform' --format html > page.html",),
    "list": ("list --provider bedrock",),
    "explain": (
        "explain bedrock-bucket-region",
        "explain - < gateway.log",
    ),
    "check": (
        "check requests.jsonl --stack dev --provider bedrock",
        "check - --promises promises.json --offline < requests.jsonl",
        "check requests.jsonl --format html:report.html --format sarif:report.sarif",
    ),
    "collect": ("collect requests.jsonl --stack dev --redact --out bundle.json",),
    "scan": (
        "scan requests/*.jsonl --provider openai",
        "scan 's3://bucket/requests/*.jsonl' --cluster tcp://10.0.0.5:8786",
        "scan requests.jsonl --shard 2/8 --to part-2.json",
    ),
    "split": ("split requests.jsonl --provider bedrock --to shards",),
    "merge": (
        "merge --requests requests.jsonl --manifest shards fetched/*.jsonl --to merged",
        "merge --parts part-1.json part-2.json",
    ),
    "fix": (
        "fix requests.jsonl --diff",
        "fix requests.jsonl --provider bedrock --to legal.jsonl",
    ),
    "plan": ("plan requests.jsonl --stack dev --provider vertex --json",),
    "run": (
        "run requests.jsonl --stack dev --provider vertex",
        "run requests.jsonl --provider openai --notify 'notify-send done'",
    ),
    "submit": ("submit requests.jsonl --stack dev --provider vertex --out runs/today",),
    "status": ("status runs/today --json",),
    "fetch": ("fetch runs/today",),
    "cancel": ("cancel runs/today",),
    "retry": ("retry runs/today",),
    "settle": ("settle runs/today --shard 2 --none",),
    "runs": ("runs preflight-runs --json",),
    "sandbox": (
        "sandbox up",
        "sandbox break vertex-agent-grants",
    ),
    "demo": ("demo",),
    "completion": ("completion bash",),
    "config": (
        "config",
        "config check requests.jsonl --deadline 60",
        "config --schema > preflight.schema.json",
    ),
}
