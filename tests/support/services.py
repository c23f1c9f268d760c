"""Which addresses are our own servers just now: those whose answers are checked (answer_check.py).

Apart from the check, because the benchmarks start servers in a Python without its packages.
"""

from urllib.parse import urlsplit

_services = set()


def serves(*origins):
    """From now on, answers of these origins are checked. The admin port is not of the service."""
    _services.update(origin for origin in origins if origin)


def serves_no_longer(*origins):
    """Their ports may be given to anybody."""
    _services.difference_update(origins)


def is_served(url):
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" in _services
