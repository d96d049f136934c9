"""Write a request file to try preflight with: one question per docstring of the standard library.

python examples/make_requests.py --provider openai --out requests.jsonl
python examples/make_requests.py --provider azure --model my-deployment --count 5000 --out a.jsonl
"""

import argparse
import sys
from pathlib import Path

from preflight.requests.example import COUNT, PROVIDER_MODELS, write_requests
from preflight.seams import PreflightError


def main(arguments: list[str] | None = None) -> int:
    """Write the file; the exit code is 0, or 2 where that could not be done."""
    parser = argparse.ArgumentParser(description="Write a request file to try preflight with.")
    parser.add_argument("--provider", required=True, choices=PROVIDER_MODELS)
    parser.add_argument("--out", required=True, type=Path, metavar="FILE")
    parser.add_argument("--count", type=int, default=COUNT, help="requests (default: %(default)s)")
    parser.add_argument("--model", help="model, or Azure OpenAI deployment, to name in the file")
    asked = parser.parse_args(arguments)
    if asked.count < 1:
        parser.error("--count must be at least 1")
    try:
        write_requests(asked.out, asked.provider, count=asked.count, model=asked.model)
    except PreflightError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(f"{asked.out}: {asked.count:,} requests for {asked.provider}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
