#!/bin/sh
# Creates, uses and lets expire 20,000 sessions (--sessions N) and shows what is left of them.
# Needs build/release/dynsessions (DYNSESSIONS_BINARY names another) and build/test-python.
set -eu
cd "$(dirname "$0")/../.."
set -- build/test-python/bin/python3 tests/soak/many_sessions.py "$@"
# As root in a mount namespace of its own: what somebody else mounts meanwhile is not the server's.
[ "$(id -u)" -ne 0 ] || exec unshare --mount "$@"
exec "$@"
