"""The plugin's process: `python -m engine.plugin PACKAGE ENGINE-ADDRESS`."""

import os
import sys

from engine.standin import main

main(sys.argv[1], dict(os.environ))
