"""Requests that Azure Resource Manager refuses: its envelope and code, and nothing half created."""

import http.client
import json
import ssl
import threading

import pytest
import requests

from support.arm import error_of, python_pool
from support.emulator import HTTP_SECONDS


@pytest.fixture
def refused(arm, pool_name):
    """Returns the refusal of a PUT, and checks that it leaves no pool behind."""

    def put(body, version="2026-07-01", name=pool_name, **how):
        answer = arm.pool("PUT", name, body, version, **how)
        assert arm.pool("GET", name).status_code == 404
        return error_of(answer)

    return put


@pytest.mark.parametrize(
    "body, member",
    [
        ({"location": "northeurope"}, "properties"),
        ([], "body"),
        ("text", "body"),
        ({"location": "northeurope", "properties": []}, "properties"),
        (python_pool(scaleConfiguration=[]), "properties.scaleConfiguration"),
        (python_pool(maximum="many"), "properties.scaleConfiguration.maxConcurrentSessions"),
        (python_pool(maximum=1.5), "properties.scaleConfiguration.maxConcurrentSessions"),
        (python_pool(maximum=-1), "properties.scaleConfiguration.maxConcurrentSessions"),
        (python_pool(maximum=True), "properties.scaleConfiguration.maxConcurrentSessions"),
        (python_pool(cooldown="PT5M"), "cooldownPeriodInSeconds"),
        (python_pool(containerType=7), "properties.containerType"),
        (python_pool(secrets=[{"value": "x"}]), "properties.secrets[0].name"),
        (python_pool(secrets={}), "properties.secrets"),
        (python_pool() | {"tags": {"a": 1}}, "tags.a"),
        (python_pool() | {"identity": {"type": "Other"}}, "identity.type"),
    ],
)
def test_a_body_of_another_shape(refused, body, member):
    status, code, message = refused(body)
    assert (status, code) == (400, "InvalidRequestContent")
    assert member in message


@pytest.mark.parametrize(
    "body, code",
    [
        (python_pool(poolManagementType="Manual"), "SessionPoolInvalidPoolManagementType"),
        (
            python_pool(managedIdentitySettings=[{"identity": "system"}]),
            "SessionPoolManagedIdentityCreationError",
        ),
        (python_pool(containerType="Shell"), "SessionTypeNotSupportedInRegion"),
        (python_pool(containerType="NodeLTS"), "SessionTypeNotSupportedInRegion"),
        (python_pool(containerType="Python"), "InvalidPropertyValue"),
        (python_pool(maximum=0), "InvalidPropertyValue"),
        (python_pool(cooldown=0), "InvalidPropertyValue"),
        (python_pool(environmentId="/subscriptions/x"), "InvalidPropertyValue"),
        (python_pool(sessionNetworkConfiguration={"status": "Open"}), "InvalidPropertyValue"),
        (python_pool(mcpServerSettings={"isMcpServerEnabled": True}), "InvalidPropertyValue"),
        (
            python_pool(
                dynamicPoolConfiguration={
                    "lifecycleConfiguration": {"lifecycleType": "OnContainerExit"}
                }
            ),
            "InvalidPropertyValue",
        ),
        (
            python_pool(
                dynamicPoolConfiguration={"lifecycleConfiguration": {"maxAlivePeriodInSeconds": 60}}
            ),
            "InvalidPropertyValue",
        ),
        (python_pool(location="atlantis"), "LocationNotAvailableForResourceType"),
        ({"properties": {"containerType": "PythonLTS"}}, "LocationRequired"),
    ],
)
def test_a_value_that_the_service_refuses(refused, body, code):
    status, found, message = refused(body)
    assert (status, found) == (400, code)
    assert message.endswith(".")


@pytest.mark.parametrize("name", ["ab", "a" * 64, "1pool", "Pool-A", "pool_a", "pool-", "pool.a"])
def test_a_name_that_no_pool_can_have(refused, name):
    assert refused(python_pool(), name=name)[:2] == (400, "InvalidResourceName")


@pytest.mark.parametrize(
    "version, code",
    [
        (None, "MissingApiVersionParameter"),
        ("latest", "InvalidApiVersionParameter"),
        ("2019-01-01", "NoRegisteredProviderFound"),
        ("2026-07-01'--", "InvalidApiVersionParameter"),
    ],
)
def test_an_api_version_that_is_missing_or_unknown(refused, version, code):
    assert refused(python_pool(), version)[:2] == (400, code)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b'{"location":"northeurope",properties:{}}', b"[" * 100_000]
)
def test_bytes_that_are_no_json(arm, pool_name, content):
    answer = arm.pool("PUT", pool_name, data=content)
    assert error_of(answer)[:2] == (400, "InvalidRequestContent")
    assert arm.pool("GET", pool_name).status_code == 404


def test_a_body_of_more_than_4_mib(arm, arm_server, pool_name):
    """The body is refused because of its declared length, before a byte of it was sent."""
    context = ssl.create_default_context(cafile=arm_server.authority)
    port = int(arm.url.rsplit(":", 1)[1])
    connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=60)
    connection.putrequest("PUT", arm.pool_id(pool_name) + "?api-version=2026-07-01")
    connection.putheader("Authorization", "Bearer any")
    connection.putheader("Content-Length", str((4 << 20) + 1))
    connection.putheader("Expect", "100-continue")
    connection.endheaders()
    answer = connection.getresponse()
    error = json.load(answer)["error"]
    assert (answer.status, error["code"]) == (413, "RequestContentTooLarge")
    connection.close()
    assert arm.pool("GET", pool_name).status_code == 404


def test_a_patch_that_is_refused_changes_nothing(arm, pool_name):
    arm.pool("PUT", pool_name, python_pool(maximum=7))
    before = arm.pool("GET", pool_name).json()
    scale = {"scaleConfiguration": {"maxConcurrentSessions": 9}, "containerType": "Shell"}
    assert arm.pool("PATCH", pool_name, {"properties": scale}).status_code == 400
    assert arm.pool("GET", pool_name).json() == before


def test_the_location_of_a_pool_cannot_be_changed(arm, pool_name):
    arm.pool("PUT", pool_name, python_pool())
    answer = arm.pool("PUT", pool_name, python_pool(location="eastus"))
    assert error_of(answer)[:2] == (409, "InvalidResourceLocation")


def test_patch_and_get_of_a_pool_that_does_not_exist(arm, pool_name):
    for method in ("GET", "PATCH"):
        answer = arm.pool(method, pool_name, {} if method == "PATCH" else None)
        assert error_of(answer)[:2] == (404, "ResourceNotFound")


def test_a_group_or_subscription_that_does_not_exist(arm, pool_name):
    path = arm.pool_id(pool_name)
    other_group = path.replace("/resourceGroups/local/", "/resourceGroups/elsewhere/")
    for method in ("PUT", "GET", "DELETE"):
        body = python_pool() if method == "PUT" else None
        status, code, message = error_of(arm.send(method, other_group, body))
        assert (status, code) == (404, "ResourceGroupNotFound")
        assert message == "Resource group 'elsewhere' could not be found."
    other = path.replace("/subscriptions/0", "/subscriptions/1")
    assert error_of(arm.send("GET", other))[:2] == (404, "SubscriptionNotFound")


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_type_of_resource_that_is_not_emulated(arm, method):
    path = f"{arm.scope()}/providers/Microsoft.Web/sites/one"
    answer = arm.send(method, path, {"location": "northeurope"} if method == "PUT" else None)
    status, code, message = error_of(answer)
    assert (status, code) == (404, "InvalidResourceType")
    assert "Microsoft.Web" in message


def test_a_method_that_a_path_lacks(arm, pool_name):
    status, code, message = error_of(arm.pool("POST", pool_name, {}))
    assert (status, code) == (405, "HttpMethodNotAllowed")
    assert "GET, PUT, PATCH, DELETE" in message


@pytest.mark.parametrize("path", ["", "/providers/Microsoft.Resources/deployments/a"])
def test_a_template_cannot_be_exported(arm, path):
    answer = arm.send("POST", f"{arm.scope()}{path}/exportTemplate", {"resources": ["*"]})
    status, code, message = error_of(answer)
    assert (status, code) == (404, "InvalidResourceType")
    assert message.startswith("This path is not emulated.")


def test_a_request_without_a_token(arm, arm_server, pool_name):
    answer = requests.get(
        arm.url + arm.pool_id(pool_name),
        params={"api-version": "2026-07-01"},
        verify=arm_server.authority,
        timeout=HTTP_SECONDS,
    )
    assert error_of(answer)[:2] == (401, "AuthenticationFailed")
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith(f'Bearer authorization_uri="{arm.url}/{arm_server.tenant}"')


def test_plain_http_is_refused_with_the_address_of_https(arm, arm_server, pool_name):
    answer = requests.put(
        arm_server.http + arm.pool_id(pool_name),
        params={"api-version": "2026-07-01"},
        json=python_pool(),
        timeout=HTTP_SECONDS,
    )
    status, code, message = error_of(answer)
    assert (status, code) == (400, "HttpsRequired")
    assert "https only" in message
    port = arm.url.rsplit(":", 1)[1]
    assert answer.headers["x-emulator-reason"].endswith(f":{port}")
    assert arm.pool("GET", pool_name).status_code == 404


def test_a_web_page_is_refused(arm, pool_name):
    answer = arm.pool("PUT", pool_name, python_pool(), headers={"Origin": "https://example.org"})
    assert error_of(answer)[:2] == (403, "OriginNotAllowed")
    answer = arm.pool("PUT", pool_name, python_pool(), headers={"Host": "example.org"})
    assert error_of(answer)[:2] == (421, "HostNotAllowed")


def test_two_puts_and_a_delete_at_once_leave_one_state(arm, pool_name):
    """The order is not determined; but in the end the pool is that of one PUT, or is deleted."""
    answers = []

    def send(method, body=None):
        answers.append(arm.pool(method, pool_name, body).status_code)

    for _ in range(5):
        requests_at_once = [
            threading.Thread(target=send, args=("PUT", python_pool(maximum=3, cooldown=303))),
            threading.Thread(target=send, args=("PUT", python_pool(maximum=4, cooldown=304))),
            threading.Thread(target=send, args=("DELETE",)),
            threading.Thread(target=send, args=("PATCH", {"tags": {"a": "b"}})),
        ]
        for one in requests_at_once:
            one.start()
        for one in requests_at_once:
            one.join()
        shown = arm.pool("GET", pool_name)
        if shown.status_code == 404:
            continue
        properties = shown.json()["properties"]
        lifecycle = properties["dynamicPoolConfiguration"]["lifecycleConfiguration"]
        maximum = properties["scaleConfiguration"]["maxConcurrentSessions"]
        assert lifecycle["cooldownPeriodInSeconds"] == 300 + maximum
    assert set(answers) <= {200, 204, 404}
