"""The addresses of our running servers, whose answers are checked (answer_check.py).

This module is separate from the check, because the benchmarks start servers in a Python without its
packages.
"""

from urllib.parse import urlsplit

_services = set()


def serves(*origins):
    """Starts checking the answers of these origins. The admin port is not part of the service."""
    _services.update(origin for origin in origins if origin)


def serves_no_longer(*origins):
    """Stops checking these origins: their ports can be reused by others."""
    _services.difference_update(origins)


def is_served(url):
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" in _services
