"""Waits for events of other processes and threads."""

import time

SECONDS = 60  # a busy machine is slow; no test fails for being slower than this
PAUSE_SECONDS = 0.01  # a busy wait would take a core's time from the awaited process


def wait_until(holds, otherwise, seconds=SECONDS):
    """Polls until `holds()` is true; `otherwise` is the message of the failure."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, otherwise
        time.sleep(PAUSE_SECONDS)
