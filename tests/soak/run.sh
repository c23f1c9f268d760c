#!/bin/sh
# Creates, uses and lets expire 20,000 sessions (--sessions N) and shows what is left of them.
# Needs build/release/dynsessions (DYNSESSIONS_BINARY names another) and build/test-python.
set -eu
cd "$(dirname "$0")/../.."
exec build/test-python/bin/python3 tests/soak/many_sessions.py "$@"
