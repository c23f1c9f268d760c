"""`GET /metadata` describes the Python environment of the sessions."""

from support.emulator import V2024_10, V2025_02
from support.wire import assert_refused


def test_metadata_names_runtime_packages_and_kernel(session):
    body = session.send("GET", "metadata", V2025_02).json()
    assert list(body) == [
        "runtimes",
        "preInstalledPackages",
        "createdAt",
        "lastUpdatedAt",
        "jupyterKernel",
    ]
    packages = {each["name"].lower(): each["version"] for each in body["preInstalledPackages"]}
    code = (
        "import platform, pandas, IPython\n"
        "print(platform.python_version(), pandas.__version__, IPython.__version__)"
    )
    seen = session.executions(code).json()["result"]["stdout"].split()
    assert seen == [body["runtimes"][0]["version"], packages["pandas"], packages["ipython"]]
    assert body["jupyterKernel"]["version"] == packages["ipython"]
    assert set(body["jupyterKernel"]) == {"name", "version", "projectUrl", "description"}


def test_metadata_needs_no_identifier_and_is_younger_than_its_dialect(session):
    without = session.send("GET", "metadata", V2025_02, query={"identifier": None})
    assert without.status_code == 200
    for path in ("metadata", "session", "listSessions"):
        assert_refused(session.send("GET", path, V2024_10), 400, "SessionRequestNotSupported")
