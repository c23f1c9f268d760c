#!/bin/sh
# Builds the Python environment of the tests (pytest and the clients), separate from the sessions'.
#   create_environment.sh DIR [REQUIREMENTS]
# Does nothing if DIR was made from the same pins already.
set -eu
environment=$1
requirements=${2:-$(dirname "$0")/requirements.txt}
stamp=$(sha256sum <"$requirements")

[ "$(cat "$environment/stamp" 2>/dev/null)" != "$stamp" ] || exit 0
echo "Building the tests' Python environment in $environment"
rm -rf "$environment"
/usr/bin/python3 -m venv "$environment"
"$environment/bin/python3" -m pip install --quiet --disable-pip-version-check \
  --no-compile --requirement "$requirements"
echo "$stamp" >"$environment/stamp"
