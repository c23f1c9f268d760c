"""For what another process or thread does in its own time."""

import time

SECONDS = 30
PAUSE_SECONDS = 0.01  # asking without one would take the time of a core from who is waited for


def wait_until(holds, otherwise):
    """Asks until `holds()` is true; `otherwise` is what the failure says."""
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, otherwise
        time.sleep(PAUSE_SECONDS)
