#!/bin/sh
# The benchmarks, compared with alternatives, which are installed first: Python packages
# into build/bench-python, Pyodide into build/bench-node, bubblewrap and Node from Debian.
# Needs build/release/dynsessions (DYNSESSIONS_BINARY names another). A few minutes.
#   run.sh [--write] [CASE...]
set -eu
cd "$(dirname "$0")/../.."

missing=
command -v bwrap >/dev/null || missing="$missing bubblewrap"
command -v npm >/dev/null || missing="$missing nodejs npm"
[ -z "$missing" ] || EXTRA_PACKAGES=$missing .ci/install
tests/create_environment.sh build/bench-python tests/bench/requirements.txt
if ! cmp -s tests/bench/package.json build/bench-node/package.json; then
  mkdir -p build/bench-node
  cp tests/bench/package.json build/bench-node/package.json.new
  npm install --prefix build/bench-node --no-audit --no-fund --silent \
    "pyodide@$(sed -n 's/.*"pyodide": "\(.*\)".*/\1/p' tests/bench/package.json)"
  mv build/bench-node/package.json.new build/bench-node/package.json
fi
cmake --build build/release --target exchange_cost
exec build/bench-python/bin/python3 tests/bench/run.py "$@"
