"""azure-identity alone: the default credential, synchronous and asynchronous, for both
audiences."""

import base64
import json

import azure.identity
import azure.identity.aio

from operations import equal, operation, run_operations

AUDIENCES = ("https://dynamicsessions.io", "https://acasessions.io")


def audience_of(token):
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["aud"]


def check(audience, token):
    equal(audience_of(token.token), audience)


@operation
def token():
    for audience in AUDIENCES:
        with azure.identity.DefaultAzureCredential() as credential:
            check(audience, credential.get_token(f"{audience}/.default"))


@operation
def token_provider():
    for audience in AUDIENCES:
        with azure.identity.DefaultAzureCredential() as credential:
            scope = f"{audience}/.default"
            provide = azure.identity.get_bearer_token_provider(credential, scope)
            equal(audience_of(provide()), audience)


@operation
async def token_async():
    for audience in AUDIENCES:
        async with azure.identity.aio.DefaultAzureCredential() as credential:
            check(audience, await credential.get_token(f"{audience}/.default"))


run_operations()
