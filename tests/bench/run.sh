#!/bin/sh
# The benchmarks, in a Python environment of their own: build/bench-python, made once.
# Needs build/release/dynsessions (DYNSESSIONS_BINARY names another). About a minute.
set -eu
cd "$(dirname "$0")/../.."
tests/create_environment.sh build/bench-python tests/bench/requirements.txt
exec build/bench-python/bin/python3 tests/bench/run.py "$@"
