"""openbatch's validator."""

import sys

from openbatch.validation import validate_batch_file

print(validate_batch_file(sys.argv[1], strict=False).is_valid)
