"""A client of a server's admin API."""

import uuid

import requests

from support.emulator import HTTP_SECONDS, Session

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/sessionPools/"


class Admin:
    """The admin API of a server below one path: "" for all pools."""

    def __init__(self, server, path=""):
        self.url = server.admin + path

    def send(self, method, path="", **how):
        how.setdefault("timeout", HTTP_SECONDS)
        return requests.request(method, self.url + path, **how)

    def ask(self, method, path="", **how):
        """Returns the answer of a request that must succeed."""
        answer = self.send(method, path, **how)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def refused(self, method, path="", **how):
        """Returns status, code and field of the error that the request must cause."""
        answer = self.send(method, path, **how)
        error = answer.json()["error"]
        assert error["message"]
        return answer.status_code, error["code"], error.get("field")

    def advance(self, seconds):
        return self.ask("POST", "/clock/advance", json={"seconds": seconds})

    def fault(self, effect, **match):
        return self.ask("POST", "/faults", json={"match": match, "effect": effect})

    def journal(self, **query):
        return self.ask("GET", "/journal", params=query)["value"]

    def verify(self, **expectation):
        return self.send("POST", "/journal/verify", json=expectation)


class DrivenPool(Admin):
    """A pool that only one test uses."""

    def __init__(self, server, name=None):
        self.name = name or f"pool-{uuid.uuid4()}"
        super().__init__(server, f"/pools/{self.name}")
        self.endpoint = server.http + GROUP + self.name

    def session(self, identifier="user-1"):
        return Session(self.endpoint, identifier)
