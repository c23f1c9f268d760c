"""Session limits that are low enough for tests to exceed, and how strictly a server enforces
them."""

import requests

from support.emulator import HTTP_SECONDS

SMALL = (
    *("--memory-limit-mb", "256", "--data-quota-mb", "8", "--max-files", "100"),
    *("--tmp-quota-mb", "9", "--shm-quota-mb", "10", "--max-processes", "40"),
    *("--max-open-files", "128", "--cpu-limit", "0.5"),
)


def limits_of(server):
    """Returns the text of the server's health answer: "memory hard, processes hard, …"."""
    health = requests.get(f"{server.admin}/health/ready", timeout=HTTP_SECONDS).json()
    (told,) = [part["detail"] for part in health["components"] if part["name"] == "limits"]
    return told
