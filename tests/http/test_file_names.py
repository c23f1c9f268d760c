"""File names: the same name works for upload, list, metadata, content and delete, in every
dialect."""

from urllib.parse import quote

import pytest

from support.emulator import V2024_02, V2024_10, V2025_10

DIALECTS = [V2024_02, V2024_10, V2025_10]
NAMES = [
    "a%20b.csv",
    "100%.csv",
    "%41.csv",
    "..%2fother.csv",
    "%2e%2e%2fother.csv",
    "..%252fother.csv",
    "a+b.csv",
    "a&b=c.csv",
    "a#b?c.csv",
    "semi;colon.csv",
    "größe 1.csv",
    "content",
    "a\tb.csv",
    "\x7f",
]


def names_in(listing):
    files = listing.json()["value"]
    return [file.get("name") or file["properties"]["filename"] for file in files]


def send_raw(session, name, version):
    """Sends a target made by hand, as client libraries encode names differently."""
    body = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    path = "files/upload" if version == V2024_02 else "files"
    headers = {"Content-Type": "multipart/form-data; boundary=edge"}
    data = body.encode() + name.encode() + b"\r\n--edge--\r\n"
    return session.send("POST", path, version=version, data=data, headers=headers)


@pytest.mark.parametrize("version", DIALECTS)
def test_a_name_that_was_accepted_is_the_files_name(session, version):
    assert session.upload("other.csv", b"other", version=version).status_code == 200
    for name in NAMES:
        assert send_raw(session, name, version).status_code == 200, name
    assert sorted(names_in(session.list(version))) == sorted([*NAMES, "other.csv"])
    for name in NAMES:
        address = quote(name, safe="")
        assert session.file(address, version).status_code == 200, name
        assert session.content(address, version).content == name.encode(), name
    assert session.content("other.csv", version).content == b"other"
    for name in NAMES:
        assert session.delete(quote(name, safe=""), version).status_code == 204, name
    assert names_in(session.list(version)) == ["other.csv"]


@pytest.mark.parametrize("name", ["../other.csv", "a/../other.csv", "/mnt/data/../other.csv"])
def test_a_name_that_leads_upwards_is_refused(session, name):
    assert session.upload("other.csv", b"other").status_code == 200
    assert send_raw(session, name, V2025_10).status_code == 400
    assert session.content("other.csv").content == b"other"


def test_an_encoded_name_that_leads_upwards_is_refused(session):
    assert session.upload("other.csv", b"other").status_code == 200
    body = (
        b"--edge\r\nContent-Disposition: form-data; name=file; filename=x; "
        b"filename*=utf-8''..%2Fother.csv\r\n\r\nmine\r\n--edge--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=edge"}
    assert session.send("POST", "files", data=body, headers=headers).status_code == 400
    assert session.content("other.csv").content == b"other"


@pytest.mark.parametrize("version", DIALECTS)
def test_files_that_cannot_be_listed_are_reported(session, version):
    session.executions("open(b'/mnt/data/\\xff', 'w').close(); open('/mnt/data/seen', 'w').close()")
    answer = session.list(version)
    assert names_in(answer) == ["seen"]
    warning = answer.headers["x-emulator-warning"]
    assert warning == "1 file is not listed: the path is not UTF-8, or too long"
    session.executions("import os; os.remove(b'/mnt/data/\\xff')")
    assert "x-emulator-warning" not in session.list(version).headers


YEARS = {
    "1600-02-29T00:00:00": -11670998400,
    "1677-01-01T00:00:00": -9246096000,
    "1970-01-01T00:00:01": 1,
    "2263-01-01T00:00:00": 9246182400,
    "9999-12-31T23:59:59": 253402300799,
}


def test_the_year_of_a_file_is_right(session):
    code = f"import os\nfor name, time in {YEARS!r}.items():\n"
    code += (
        "    open('/mnt/data/' + name, 'w').close(); os.utime('/mnt/data/' + name, (time, time))"
    )
    assert session.executions(code).json()["status"] == "Succeeded"
    files = session.list().json()["value"]
    assert {file["name"]: file["lastModifiedAt"] for file in files} == {
        name: name + "Z" for name in YEARS
    }


def test_a_slash_at_the_end_of_a_path_does_not_count(session):
    assert session.upload("x.csv", b"x", path="d/").status_code == 200
    assert names_in(session.list(path="d/")) == ["x.csv"]
    assert session.list(path="d/").json() == session.list(path="d").json()
    assert session.content("x.csv", path="d/").content == b"x"
