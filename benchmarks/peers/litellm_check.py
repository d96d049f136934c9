"""What LiteLLM's proxy does with an uploaded batch file; its imports, of seconds, are not timed."""

import os
import sys
import time
from pathlib import Path

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # or it asks the network

from litellm.proxy.openai_files_endpoints.batch_file_validation import (
    check_batch_file_upload,
)

wall, used = time.perf_counter(), time.process_time()
with Path(sys.argv[1]).open("rb") as file:
    refused = check_batch_file_upload("requests.jsonl", file, None)
print("inside", time.perf_counter() - wall, time.process_time() - used)
if refused is not None:
    sys.exit("refused")
