"""Snapshots: a pool as one file, to start from and to attach to a bug report."""

import gzip
import io
import json
import tarfile
import uuid

import pytest

from support.driving import Admin, DrivenPool
from support.emulator import run_to_end


def result_of(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]["executionResult"]


def snapshot_of(pool, **query):
    answer = pool.send("GET", "/snapshot", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/gzip"
    return answer.content


def members_of(archive):
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}


def manifest_of(archive):
    return json.loads(members_of(archive)["manifest.json"])


def packed(manifest, *entries):
    """Makes an archive of a manifest and of pairs of TarInfo (or name) and content."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        text = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
        for entry, content in [("manifest.json", text), *entries]:
            info = entry if isinstance(entry, tarfile.TarInfo) else tarfile.TarInfo(entry)
            info.size = len(content) if info.isreg() else 0
            tar.addfile(info, io.BytesIO(content))
    return file.getvalue()


def manifest(*sessions, **members):
    return {"format": "dynsessions-snapshot", "version": 1, "sessions": list(sessions), **members}


def test_a_pool_is_the_same_after_a_round_trip(server, pool):
    pool.ask("PUT", "", json={"maxSessions": 7})
    pool.ask("PUT", "/script", json={"rules": [{"code": "who()", "result": "scripted"}]})
    pool.fault({"status": 503}, operation="delete_file")
    one, two = pool.session("user-1"), pool.session("user/2")
    one.executions("import numpy as np\nrows = np.arange(3)\ndef total(): return rows.sum()")
    one.upload("größe.csv", b"a,b\n1,2\n")
    one.executions(
        "import os; os.makedirs('/mnt/data/deep/empty'); open('/mnt/data/deep/x', 'w').write('y')"
    )
    two.executions("name = 'Ada'")
    archive = snapshot_of(pool)

    other = DrivenPool(server)
    restored = other.send("PUT", "/snapshot", data=archive)
    assert restored.status_code == 200, restored.text
    assert [one["identifier"] for one in restored.json()["sessions"]] == ["user-1", "user/2"]
    assert restored.json()["omitted"] == []

    assert result_of(other.session("user-1").executions("int(total())")) == 3
    assert result_of(other.session("user/2").executions("name")) == "'Ada'"
    copy = other.session("user-1")
    assert copy.content("größe.csv").content == b"a,b\n1,2\n"
    names = {file["name"] for file in copy.list(recursive="true").json()["value"]}
    assert names == {"größe.csv", "deep", "empty", "x"}
    assert other.ask("GET")["maxSessions"] == 7
    assert result_of(copy.executions("who()")) == "'scripted'"
    assert copy.delete("größe.csv").status_code == 503
    # A change of the copy does not change the original.
    copy.executions("rows[0] = 100")
    assert result_of(one.executions("int(total())")) == 3
    other.send("DELETE")


@pytest.mark.parametrize("tier", ["restricted", "insecure"])
def test_weaker_tiers_have_snapshots_too(start_server, tier):
    server = start_server("--sandbox", tier)
    pool, copy = DrivenPool(server, "pool"), DrivenPool(server, "copy")
    session = pool.session()
    session.executions("v = 1\ndef f(): return v + 1")
    session.upload("a.txt", b"text")
    assert copy.send("PUT", "/snapshot", data=snapshot_of(pool)).status_code == 200
    program = "f(), open('/mnt/data/a.txt').read()"
    assert result_of(copy.session().executions(program)) == "(2, 'text')"


def test_a_bug_report_is_one_redacted_file_that_repeats_the_bug(server, pool, tmp_path):
    """Golden journey 10."""
    session = pool.session("customer-alice@example.org")
    session.executions("prices = {'A': 1}")
    failing = session.executions("prices['B']")
    assert "KeyError" in failing.json()["result"]["stderr"]
    port = server.admin.rpartition(":")[2]
    file = tmp_path / "bug.tgz"

    saved = run_to_end(
        *("snapshot", "save", "--pool", pool.name, "--redact", "identifiers", str(file)),
        *("--admin-port", port),
    )

    assert saved.returncode == 0, saved.stderr
    assert b"alice" not in gzip.decompress(file.read_bytes())
    journal = members_of(file.read_bytes())["journal.ndjson"].decode().splitlines()
    last = json.loads(journal[-1])
    assert (last["identifier"], last["code"]) == ("session-1", "prices['B']")

    elsewhere = DrivenPool(server)
    loaded = run_to_end(
        *("snapshot", "load", "--pool", elsewhere.name, str(file), "--admin-port", port)
    )
    assert loaded.returncode == 0, loaded.stderr
    assert "session-1" in loaded.stdout
    repeated = elsewhere.session("session-1").executions(last["code"])
    assert "KeyError" in repeated.json()["result"]["stderr"]
    elsewhere.send("DELETE")


def test_contents_are_left_out_on_request(pool):
    session = pool.session("customer-alice")
    session.executions("password = 'hunter2'; print(password)")
    session.upload("secret.txt", b"hunter2")
    archive = snapshot_of(pool, redact="contents")
    text = gzip.decompress(archive)
    assert b"hunter2" not in text and b"alice" not in text
    members = members_of(archive)
    assert members["sessions/1/data/secret.txt"] == bytes(7)
    assert manifest_of(archive)["redacted"] == "contents"


def test_variables_that_cannot_be_saved_are_reported(pool):
    session = pool.session()
    session.executions("import threading\nlock = threading.Lock()\nx = 1")
    session.executions(r"open(b'/mnt/data/\xff', 'w').close()")
    omitted = manifest_of(snapshot_of(pool))["omitted"]
    assert {one["what"] for one in omitted} == {"variable lock", "1 files"}
    assert "cannot pickle" in [one["why"] for one in omitted if "lock" in one["what"]][0]


def test_a_running_program_does_not_hold_a_snapshot_up(pool):
    session = pool.session()
    session.upload("a.txt", b"a")
    session.executions("import time\ntime.sleep(30)", executionType="Asynchronous")
    archive = snapshot_of(pool)
    [omitted] = manifest_of(archive)["omitted"]
    assert (omitted["what"], omitted["why"]) == ("variables", "a program was running")
    assert members_of(archive)["sessions/1/data/a.txt"] == b"a"


def test_the_same_state_is_the_same_file(pool):
    session = pool.session("user-1")
    session.upload("b.txt", b"b")
    session.upload("a.txt", b"a")
    first, second = snapshot_of(pool), snapshot_of(pool)
    assert gzip.decompress(first) == gzip.decompress(second)


def test_a_written_snapshot_needs_no_more_than_a_manifest(pool):
    session = {"identifier": "user-1", "files": "user-1", "values": {"rows": [1, 2]}}
    archive = packed(manifest(session), ("user-1/sales.csv", b"1"))
    assert pool.send("PUT", "/snapshot", data=archive).status_code == 200
    assert result_of(pool.session("user-1").executions("sum(rows)")) == 3
    assert pool.session("user-1").content("sales.csv").content == b"1"


def test_a_restored_session_expires_like_any_other(pool):
    pool.send("PUT", "/snapshot", data=packed(manifest({"identifier": "user-1"})))
    assert [fired["what"] for fired in pool.advance(301)["fired"]] == ["session-expired"]


def link(name, target, kind=tarfile.SYMTYPE):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def device(name):
    info = tarfile.TarInfo(name)
    info.type = tarfile.CHRTYPE
    return info


SESSION = {"identifier": "user-1", "files": "user-1"}
PICKLE = {"identifier": "user-1", "variables": {"synchronous": "v.json"}}
OTHER = {"identifier": "user-1", "files": "other"}

HOSTILE = {
    "no archive": (b"no archive", "archive"),
    "nothing": (b"", None),
    "no manifest": (gzip.compress(bytes(10240)), "manifest.json"),
    "another format": (packed({"format": "x"}), "format"),
    "another version": (packed({**manifest(), "version": 2}), "version"),
    "a manifest that is not JSON": (packed(b"{"), "manifest.json"),
    "an unknown member": (packed(manifest(session=1)), "session"),
    "a wrong identifier": (packed(manifest({"identifier": "ä"})), "sessions[0].identifier"),
    "an identifier twice": (packed(manifest(SESSION, OTHER)), "sessions[1].identifier"),
    "a directory twice": (
        packed(manifest(SESSION, {"identifier": "user-2", "files": "user-1/a"})),
        "sessions[1].files",
    ),
    "a missing directory": (packed(manifest(SESSION)), "sessions[0].files"),
    "missing variables": (packed(manifest(PICKLE)), "sessions[0].variables.synchronous"),
    "variables that are none": (
        packed(manifest(PICKLE), ("v.json", b'{"pickle":"AAAA"}')),
        "sessions[0].variables.synchronous",
    ),
    "a wrong definition": (packed(manifest(pool={"maxSessions": 0})), "pool.maxSessions"),
    "more sessions than the pool has": (
        packed(
            manifest(SESSION, {"identifier": "user-2"}, pool={"maxSessions": 1}), ("user-1/a", b"")
        ),
        "sessions",
    ),
    "more bytes than a session has": (
        packed(manifest(SESSION, pool={"dataQuotaMb": 1}), ("user-1/a", bytes(2 << 20))),
        "sessions[0].files",
    ),
    "a wrong fault": (packed(manifest(faults=[{"effect": {"x": 1}}])), "faults[0].effect.x"),
    "a wrong script": (packed(manifest(script={"rules": 1})), "script.rules"),
    "a path upwards": (packed(manifest(SESSION), ("user-1/../../x", b"")), "user-1/../../x"),
    "an absolute path": (packed(manifest(SESSION), ("/etc/x", b"")), "/etc/x"),
    "a symbolic link": (packed(manifest(SESSION), (link("user-1/l", "/etc"), b"")), "user-1/l"),
    "a hard link": (
        packed(
            manifest(SESSION),
            ("user-1/a", b"x"),
            (link("user-1/l", "user-1/a", tarfile.LNKTYPE), b""),
        ),
        "user-1/l",
    ),
    "a device": (packed(manifest(SESSION), (device("user-1/d"), b"")), "user-1/d"),
    "a file of no session": (packed(manifest(SESSION), ("other/a", b"")), "other/a"),
    "a file twice": (packed(manifest(SESSION), ("user-1/a", b"1"), ("user-1/a", b"2")), "user-1/a"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_snapshot_that_is_wrong_changes_nothing(pool, name):
    archive, field = HOSTILE[name]
    session = pool.session("user-1")
    session.executions("x = 1")
    answer = pool.send("PUT", "/snapshot", data=archive)
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["code"] == "InvalidRequest" and error["message"]
    if field is not None:
        assert error["field"] == field, error
    assert result_of(session.executions("x")) == 1
    assert len(pool.ask("GET", "/sessions")["value"]) == 1
    assert pool.ask("GET")["maxSessions"] == 1000
    assert pool.ask("GET", "/faults")["value"] == []


def test_a_snapshot_that_was_cut_in_half_changes_nothing(pool):
    session = pool.session("user-1")
    session.upload("a.bin", bytes(range(256)) * 4096)
    session.executions("x = 1")
    archive = snapshot_of(pool)
    for length in (len(archive) // 2, len(archive) - 4, 10):
        error = pool.send("PUT", "/snapshot", data=archive[:length]).json()["error"]
        assert error["field"] == "archive", error
    assert result_of(session.executions("x")) == 1


def test_a_bomb_is_not_unpacked(pool):
    """Three megabytes that unpack to far more than the limit."""
    file = io.BytesIO()
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=9) as packer:
        text = json.dumps(manifest(SESSION)).encode()
        info = tarfile.TarInfo("manifest.json")
        info.size = len(text)
        packer.write(info.tobuf() + text.ljust(512, b"\0"))
        info = tarfile.TarInfo("user-1/zeros")
        info.size = 3 << 30
        packer.write(info.tobuf())
        for _ in range(3 << 10):
            packer.write(bytes(1 << 20))
    answer = pool.send("PUT", "/snapshot", data=file.getvalue(), timeout=120)
    assert answer.status_code == 413, answer.text
    assert pool.ask("GET", "/sessions")["value"] == []


def test_a_snapshot_of_a_pool_that_does_not_exist(server):
    missing = DrivenPool(server)
    assert missing.refused("GET", "/snapshot") == (404, "PoolNotFound", "pool")
    assert missing.refused("GET", "/snapshot?redact=all") == (400, "InvalidRequest", "redact")
    assert missing.send("PUT", "/snapshot", data=b"x").status_code == 400
    assert missing.send("GET").status_code == 404


@pytest.fixture
def seed(tmp_path):
    (tmp_path / "user-1" / "in").mkdir(parents=True)
    (tmp_path / "user-1" / "in" / "sales.csv").write_text("1,2\n")
    session = {"identifier": "user-1", "files": "user-1", "values": {"region": "north"}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest(session)))
    return tmp_path


def test_a_server_starts_with_the_sessions_of_a_directory(seed, start_server):
    server = start_server("--seed", str(seed))
    session = server.session("user-1")
    assert result_of(session.executions("region, open('/mnt/data/in/sales.csv').read()")) == (
        "('north', '1,2\\n')"
    )


def test_a_snapshot_is_a_seed_packed_or_unpacked(pool, tmp_path, start_server):
    pool.session("user-1").executions("x = 41")
    archive = snapshot_of(pool)
    (tmp_path / "pool.tgz").write_bytes(archive)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(tmp_path / "unpacked")
    for place in ("pool.tgz", "unpacked"):
        server = start_server("--seed", str(tmp_path / place))
        seeded = DrivenPool(server, pool.name)
        assert result_of(seeded.session("user-1").executions("x + 1")) == 42, place


@pytest.mark.parametrize(
    "break_it, complaint",
    [
        (lambda seed: (seed / "manifest.json").unlink(), "does not begin with it"),
        (lambda seed: (seed / "user-1" / "l").symlink_to("/etc"), "user-1/l: only files"),
        (lambda seed: (seed / "README").write_text("x"), "README: it belongs to no session"),
        (lambda seed: (seed / "manifest.json").write_text("[]"), "expected a JSON object"),
    ],
)
def test_a_wrong_seed_keeps_the_server_from_starting(seed, break_it, complaint):
    break_it(seed)
    few = ("--no-zygote", "--ready-sessions", "0", "--port", "0", "--admin-port", "0")
    ended = run_to_end("serve", *few, "--https-port", "off", "--seed", str(seed))
    assert ended.returncode == 2, ended.stderr
    assert f"--seed {seed}: " in ended.stderr and complaint in ended.stderr


def test_a_server_of_scripts_takes_files_but_no_variables(start_server):
    server = start_server("--engine", "scripts")
    pool = DrivenPool(server)
    session = {"identifier": "user-1", "files": "user-1"}
    archive = packed(manifest(session), ("user-1/a", b"x"))
    assert pool.send("PUT", "/snapshot", data=archive).status_code == 200
    assert pool.session("user-1").content("a").content == b"x"
    wrong = packed(manifest({**session, "values": {"x": 1}}), ("user-1/a", b"x"))
    error = pool.send("PUT", "/snapshot", data=wrong).json()["error"]
    assert error["field"] == "sessions[0].values" and "no Python" in error["message"]
    assert snapshot_of(pool)


def test_a_snapshot_of_all_pools_brings_them_all_back(start_server, tmp_path):
    server = start_server()
    everything = Admin(server)
    pools = [DrivenPool(server, f"pool-{number}") for number in range(2)]
    for number, pool in enumerate(pools):
        pool.session("user-1").executions(f"x = {number}")
        pool.session("user-1").upload("a.txt", b"%d" % number)
    pools[1].fault({"status": 503}, operation="delete_file")
    everything.fault({"status": 502}, operation="get_token")
    port = ("--admin-port", server.admin.rpartition(":")[2])
    file = tmp_path / "all.tgz"
    saved = run_to_end("snapshot", "save", str(file), "-o", "json", *port)
    assert saved.returncode == 0, saved.stderr
    assert json.loads(saved.stdout)["bytes"] == file.stat().st_size

    everything.ask("POST", "/reset")
    pools[0].send("DELETE")
    later = DrivenPool(server, "later")
    later.session("user-1").executions("x = 'mine'")
    loaded = run_to_end("snapshot", "load", str(file), *port)
    assert loaded.returncode == 0, loaded.stderr

    for number, pool in enumerate(pools):
        session = pool.session("user-1")
        assert result_of(session.executions("x")) == number
        assert session.content("a.txt").content == b"%d" % number
    assert pools[1].session("user-1").delete("a.txt").status_code == 503
    assert everything.ask("GET", "/faults")["value"][0]["effect"] == {"status": 502}
    assert result_of(later.session("user-1").executions("x")) == "'mine'"


def test_a_snapshot_of_all_pools_with_one_mistake_changes_nothing(server):
    name = f"pool-{uuid.uuid4()}"
    good = {"pool": {"name": name}, "sessions": [{"identifier": "a"}]}
    everything = Admin(server)
    for pools, field in [
        (
            [good, {"pool": {"name": "x", "maxSessions": 0}, "sessions": []}],
            "pools[1].pool.maxSessions",
        ),
        ([good, {**good, "sessions": []}], "pools[1].pool.name"),
        (
            [good, {"pool": {"name": "x"}, "sessions": [{"identifier": "a", "files": "f"}]}],
            "pools[1].sessions[0].files",
        ),
        (
            [good, {"pool": {"name": "x"}, "sessions": [], "faults": [{}]}],
            "pools[1].faults[0].effect",
        ),
        (
            [
                good,
                {
                    "pool": {"name": "x", "maxSessions": 1},
                    "sessions": [{"identifier": "a"}, {"identifier": "b"}],
                },
            ],
            "pools[1].sessions",
        ),
    ]:
        archive = packed({"format": "dynsessions-snapshot", "version": 1, "pools": pools})
        answer = everything.refused("PUT", "/snapshot", data=archive)
        assert answer == (400, "InvalidRequest", field)
        assert everything.send("GET", f"/pools/{name}").status_code == 404
    one = packed({"format": "dynsessions-snapshot", "version": 1, "pools": [good]})
    assert DrivenPool(server).refused("PUT", "/snapshot", data=one)[2] == "pools"


def test_a_snapshot_of_one_pool_goes_to_the_pool_that_it_names(server):
    name = f"pool-{uuid.uuid4()}"
    one = packed(manifest({"identifier": "user-1", "values": {"x": 3}}, pool={"name": name}))
    restored = Admin(server).ask("PUT", "/snapshot", data=one)["value"]
    assert [pool["pool"] for pool in restored] == [name]
    pool = DrivenPool(server, name)
    assert result_of(pool.session("user-1").executions("x")) == 3
    pool.send("DELETE")


@pytest.mark.parametrize("redact", ["identifiers", "contents"])
def test_rich_results_and_faults_are_redacted_as_well(pool, redact):
    session = pool.session("customer-alice")
    session.executions("from IPython.display import HTML\nHTML('<b>customer-alice hunter2</b>')")
    pool.fault({"status": 503, "message": "no customer-alice"}, identifier="customer-alice*")
    pool.fault({"hang": True}, body="hunter2")
    pool.fault({"hang": True}, operation="delete_file")
    archive = gzip.decompress(snapshot_of(pool, redact=redact))
    assert b"alice" not in archive
    assert (b"hunter2" in archive) == (redact == "identifiers")
    described = manifest_of(snapshot_of(pool, redact=redact))
    kept = [rule["id"] for rule in described["faults"]]
    assert kept == (["rule-3"] if redact == "contents" else ["rule-1", "rule-2", "rule-3"])
    whats = [one["what"] for one in described["omitted"]]
    assert ("fault rule-1" in whats) == (redact == "contents")


def test_the_commands_tell_what_is_wrong(server, pool, tmp_path):
    port = ("--admin-port", server.admin.rpartition(":")[2])
    broken = tmp_path / "broken.tgz"
    broken.write_bytes(b"x")
    refused = run_to_end("snapshot", "load", "--pool", pool.name, str(broken), *port)
    assert refused.returncode == 1 and "archive:" in refused.stderr
