"""Fails a test if a server gives it an answer that api-spec/ does not promise."""

import re
from urllib.parse import urlsplit

import requests

from support import arm_documents, documents, services

# Token endpoints of other services, which no document describes.
IDENTITY = re.compile(
    r"/msi/token|/metadata/identity/|/oauth2/|/discovery/|/userrealm/|/\.well-known/"
)
# The header of requests that go to the token endpoint on any path.
IDENTITY_HEADER = "X-IDENTITY-HEADER"


def check(method, url, status, headers, content):
    path = urlsplit(url).path
    if not services.is_served(url) or IDENTITY.search(path):
        return
    names = {name.lower(): value for name, value in headers.items()}
    described = arm_documents if arm_documents.is_management(path) else documents
    wrong = described.violations(method, url, status, names, content)
    assert not wrong, f"{method} {url} is not answered as api-spec/ promises: {'; '.join(wrong)}"


def check_everything_of_requests(patch):
    """Checks the answers that `requests` gets for tests and clients, except streamed ones."""
    send = requests.Session.send

    def send_and_check(session, request, **how):
        answer = send(session, request, **how)
        if not how.get("stream") and IDENTITY_HEADER not in request.headers:
            check(request.method, request.url, answer.status_code, answer.headers, answer.content)
        return answer

    patch.setattr(requests.Session, "send", send_and_check)
