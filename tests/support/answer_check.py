"""Whatever a test asks our servers: an answer that api-spec/ does not promise fails the test."""

import re
from urllib.parse import urlsplit

import requests

from support import documents, services

# The documents describe the data plane. These are token endpoints of other services.
IDENTITY = re.compile(
    r"/msi/token|/metadata/identity/|/oauth2/|/discovery/|/userrealm/|/\.well-known/"
)
# And these are paths of Azure Resource Manager.
MANAGEMENT = re.compile(
    r"/+(metadata/endpoints|tenants|providers)\b"
    r"|/+subscriptions(/+[^/]+(/+resourcegroups/+[^/]+)?"
    r"(/+(resourcegroups|resources|locations|providers|deployments)\b.*)?)?/*",
    re.IGNORECASE,
)
# Of requests that go there whatever their path is.
IDENTITY_HEADER = "X-IDENTITY-HEADER"


def check(method, url, status, headers, content):
    path = urlsplit(url).path
    if not services.is_served(url) or IDENTITY.search(path) or MANAGEMENT.fullmatch(path):
        return
    names = {name.lower(): value for name, value in headers.items()}
    wrong = documents.violations(method, url, status, names, content)
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
