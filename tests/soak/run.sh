#!/bin/sh
# Creates, uses and lets expire 20,000 sessions (--sessions N) and shows what they leave behind.
# Needs build/release/dynsessions (DYNSESSIONS_BINARY names another) and build/test-python.
set -eu
cd "$(dirname "$0")/../.."
set -- build/test-python/bin/python3 tests/soak/many_sessions.py "$@"
# Root runs it in a separate mount namespace, because mounts of other programs are not the server's.
[ "$(id -u)" -ne 0 ] || exec unshare --mount "$@"
exec "$@"
