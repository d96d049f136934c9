#!/usr/bin/env bash
# Install preflight from a checkout into a virtual environment of its own, with the versions that it was tested with.
#
#   install.sh CHECKOUT ENVIRONMENT
set -euo pipefail
checkout=$1
environment=$2

python=$(command -v python3) || {
  echo "preflight: there is no python3 on the PATH; use a runner that has Python 3.11 or newer" >&2
  exit 2
}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "preflight: $python is older than Python 3.11; add a step that sets up a newer one" >&2
  exit 2
}
"$python" -m venv -- "$environment"
# Hashes can be asked of the pinned packages, but of no folder: first those without, then the checkout alone.
pinned="$environment/pinned.txt"
sed -e '/^ *--hash=/d' -e 's/ *\\$//' "$checkout/requirements/all.txt" > "$pinned"
# In the environment's own folder, so that no module of the working directory is imported.
cd -- "$environment"
"$environment/bin/python" -P -m pip install --quiet --disable-pip-version-check --constraint "$pinned" "$checkout"
