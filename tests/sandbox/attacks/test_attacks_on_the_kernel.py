"""Cases 34 to 51: system calls, /proc, inherited resources, and writable places.

Each program also runs outside, as root and in separate namespaces where it can do harm: what the
sandbox refuses must exist outside.
"""

import contextlib
import os
import uuid
from pathlib import Path

import pytest

from support.executions import value_in
from support.processes import process_named
from support.programs import run_inside, run_outside
from support.tiers import as_session_user

attack = pytest.mark.attack
PRIVATE = ("unshare", "--mount", "--net", "--ipc", "--uts")
NO_CAPABILITY = "0" * 16
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can show what exists outside")


def refused_outside(answers):
    """Returns the names of what was refused for lack of rights, or does not exist."""
    return {name for name, answer in answers.items() if answer in ("EPERM", "ENOSYS", "EACCES")}


@attack(34)
def test_no_way_leads_to_a_user_namespace(session):
    answers = run_inside(session, "make_user_namespace")
    assert answers == {
        "fork": 7,
        "unshare": "EPERM",
        "clone": "EPERM",
        "clone with high bits": "EPERM",
        "clone3": "ENOSYS",
    }


@attack(34)
def test_outside_user_namespaces_can_be_had():
    command = (*as_session_user(), "unshare", "--user")
    assert run_outside("capabilities", before=command)["NoNewPrivs"] == "0"


@attack(35)
@needs_root
def test_mounts_cannot_be_changed(session):
    answers = run_inside(session, "change_mounts")
    assert set(answers.values()) == {"EPERM"}
    assert refused_outside(run_outside("change_mounts", before=PRIVATE)) == set()


@attack(36)
@needs_root
def test_namespaces_cannot_be_entered(session):
    assert set(run_inside(session, "enter_namespaces", pid=1).values()) <= {"ENOENT", "EACCES"}
    assert set(run_inside(session, "enter_namespaces", pid=0).values()) <= {"EPERM", "EACCES"}
    assert refused_outside(run_outside("enter_namespaces", before=PRIVATE, pid=0)) == set()


@attack(37)
@needs_root
def test_the_root_is_the_root(session, tier):
    inside = run_inside(session, "chroot_escape")
    # In tier B the root is the host's; its entries can be seen but not opened.
    kept = {"still the root": True, "dots": True, "has the host's directories": tier.letter == "B"}
    assert inside == {"chroot": "EPERM", **kept}
    # Outside, the classical way leads out of the chroot, and the directories there become visible.
    outside = run_outside("chroot_escape", before=PRIVATE)
    assert outside["chroot"] == "allowed" and outside["has the host's directories"]


@attack(38)
@needs_root
def test_large_parts_of_the_kernel_are_out_of_reach(session, canaries):
    inside = run_inside(session, "kernel_interfaces")
    assert inside.pop("getpid") == "allowed"
    assert set(inside.values()) == {"EPERM"}
    there = run_outside("kernel_interfaces")
    assert len(refused_outside(there)) <= len(there) // 4, there
    assert there["request_key"] == "allowed", "the canary's key is not found outside"


@attack(38)
def test_calls_that_should_not_be_had_are_refused(session):
    answers = run_inside(session, "unknown_calls")
    assert answers == {"refused": ["EPERM"], "beyond": ["ENOSYS"], "getpid": "allowed"}


REFUSED_FAMILIES = ("packet", "alg", "vsock", "bluetooth", "xdp", "netlink netfilter")


@attack(39)
@needs_root
def test_sockets_of_other_families_cannot_be_made(session, tier):
    places = {"port": 1, "abstract": "unused-name"}
    inside = run_inside(session, "reach_network", **places)
    assert {inside[name] for name in REFUSED_FAMILIES} == {"EAFNOSUPPORT"}
    of_a = ("unix", "inet", "netlink route", "own loopback")
    expected = "allowed" if tier.letter == "A" else "EAFNOSUPPORT"  # tier B allows no sockets
    assert {inside[name] for name in of_a} == {expected}
    outside = run_outside("reach_network", **places)
    assert "allowed" in {outside[name] for name in REFUSED_FAMILIES}


@attack(82)
def test_sockets_are_tcp_and_udp_and_send_no_urgent_data(session, tier):
    inside = run_inside(session, "odd_sockets")
    has_sockets = tier.letter == "A"  # tier B allows only socket pairs
    refused = {"EPROTONOSUPPORT", "EPERM", "ENOSYS"} if has_sockets else {"EAFNOSUPPORT"}
    assert set(inside["odd"].values()) <= refused, inside
    assert set(inside["ordinary"].values()) == {"allowed" if has_sockets else "EAFNOSUPPORT"}
    assert inside["pair"] == "EAFNOSUPPORT"
    assert set(inside["urgent"].values()) == {"ENOTSUP"}  # Python's name for EOPNOTSUPP
    assert set(inside["plain"].values()) == {"allowed"}


@attack(82)
@needs_root
def test_outside_there_are_other_protocols_and_urgent_data():
    outside = run_outside("odd_sockets")
    assert "allowed" in outside["odd"].values()
    assert "allowed" in outside["urgent"].values()


@attack(40)
def test_other_system_call_interfaces_end_the_process(session):
    killed = -31  # SIGSYS
    assert run_inside(session, "other_abi") == {"machine code": 0, "i386": killed, "x32": killed}
    assert run_outside("other_abi")["i386"] in (0, -11)  # the kernel supports it, or does not


@attack(40)
def test_an_interpreter_that_uses_another_interface_is_replaced(session):
    code = "import ctypes; ctypes.CDLL(None).syscall(ctypes.c_long(0x40000000 | 39))"
    assert session.executions(code).json()["result"]["stderr"] == "Kernel restarted"
    assert value_in("synchronous", session, "6 * 7") == 42


@attack(41)
def test_no_program_can_type_into_a_terminal(session):
    inside = run_inside(session, "terminal_input")
    typed = ("TIOCSTI", "TIOCSTI with high bits", "TIOCLINUX")
    assert inside == {**dict.fromkeys(typed, "EPERM"), "TCGETS": "ENOTTY"}
    outside = run_outside("terminal_input")
    assert {outside[name] for name in typed} == {"ENOTTY"}, "only for lack of a terminal"


@attack(42, 44)
def test_nothing_that_confines_can_be_taken_off(session, tier):
    answers = run_inside(session, "loosen")
    harmless = {"parent": "allowed", "privileges": "EINVAL", "ambient": "EPERM"}
    attempts = answers["attempts"]
    assert attempts.pop("root") in {"EINVAL", "EPERM"}  # not mapped, or not the caller's
    assert {name: attempts.pop(name) for name in harmless} == harmless
    assert set(attempts.values()) <= {"EPERM", "ENOSYS"}, attempts
    sets = dict.fromkeys(("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"), NO_CAPABILITY)
    if tier.letter == "B":  # an ordinary user cannot empty it; it is harmless without privileges
        sets["CapBnd"] = answers["status"]["CapBnd"]
    assert answers["status"] == {"NoNewPrivs": "1", "Seccomp": "2", **sets}


@attack(42, 44)
@needs_root
def test_outside_there_is_something_to_loosen():
    answers = run_outside("loosen", before=("unshare", "--mount"))
    for name in ("layout", "filter", "listener", "root"):
        assert answers["attempts"][name] == "allowed", name
    assert answers["status"]["CapEff"] != NO_CAPABILITY


@attack(43)
@needs_root
def test_programs_with_the_setuid_bit_make_no_user_root(session):
    inside = run_inside(session, "setuid_binaries")
    assert inside["became"] == [inside["own"]]
    outside = run_outside("setuid_binaries", before=as_session_user())
    assert 0 in outside["became"]


@attack(45)
def test_unknown_system_calls_do_not_exist(session):
    answers = run_inside(session, "sweep_calls", range=[400, 600])
    assert len(answers) == 200
    newer = {answer for number, answer in answers.items() if int(number) > 450}
    assert newer == {"ENOSYS"}
    unused = {answer for number, answer in answers.items() if int(number) < 424}
    assert unused == {"ENOSYS"}


# Facts about the machine that sessions see; SECURITY.md names them.
SHOWN = ["cpuinfo", "filesystems", "loadavg", "meminfo", "stat", "uptime", "version"]


@attack(46, 44)
def test_proc_tells_of_the_session_and_steers_nothing(session, tier):
    exposed = run_inside(session, "proc_exposure", names=os.listdir("/proc"))
    assert exposed.pop("counts") == []
    if tier.letter == "B":  # the host's /proc, closed except for the process's own part
        assert (exposed["processes"], exposed["sysctl"]) == ("EACCES", "EACCES")
        assert exposed["terminal"] != "allowed"
        assert exposed["shown"] == SHOWN
        return
    assert exposed.pop("shown") == sorted([*SHOWN, "sysvipc", "vmstat"])  # the session's own
    assert exposed.pop("swapping") == "pswpin 0\npswpout 0\n"
    absent = dict.fromkeys(("sys", "run", "home", "disks"), False)
    assert exposed == {
        **{"processes": True, "sysctl": "EACCES", "sysctl mount": True, "terminal": "ENOENT"},
        **absent,
    }


@attack(46)
@needs_root
def test_outside_proc_has_what_is_hidden_inside():
    exposed = run_outside("proc_exposure", before=("unshare", "--uts"))
    assert exposed["sysctl"] == "allowed" and exposed["sys"]
    hidden = {"buddyinfo", "bus", "cmdline", "crypto", "devices", "diskstats", "fs", "interrupts"}
    hidden |= {"iomem", "locks", "misc", "partitions", "softirqs", "zoneinfo"}
    assert hidden <= set(exposed["shown"]), exposed["shown"]
    assert len(exposed["counts"]) == 6 and "nr_free_pages" in exposed["swapping"]
    assert not exposed["processes"]


@attack(47, 46)
def test_nothing_of_the_kernels_file_systems_is_there(session, tier):
    found = run_inside(session, "kernel_file_systems")
    assert set(found["steering"].values()) <= {"EACCES", "EPERM", "EROFS", "ENOENT"}
    assert found["release agents"] == []
    assert {found["write to sys"], found["make in sys"]} <= {"EACCES", "EPERM", "EROFS"}
    if tier.letter == "B":
        return  # the host's /proc, which cannot be opened
    assert not {"sysfs", "cgroup", "cgroup2", "debugfs", "tracefs", "securityfs", "bpf"} & set(
        found["types"]
    )
    assert {"tmpfs", "proc"} <= set(found["types"])
    assert found["there"] == ["/proc/sys/kernel/core_pattern"]
    cpus = ["core_siblings", "online", "possible", "present", "siblings", "thread_siblings"]
    assert found["in sys"] == cpus  # plain files with the CPUs that the session can use


@attack(48)
@needs_root
def test_no_running_program_can_be_overwritten(session, canaries):
    inside = run_inside(session, "overwrite_program", directory="/mnt/data")
    assert inside.pop("own file") == "allowed" and inside.pop("some were seen")
    assert set(inside.pop("mapped files")) <= {"EROFS", "EACCES"}
    assert set(inside.values()) <= {"EROFS", "EACCES", "ETXTBSY", "ENOENT"}
    outside = run_outside("overwrite_program", directory="/tmp")
    assert "allowed" in outside["mapped files"]


@attack(49)
def test_the_system_is_read_only(session, tier):
    answers = run_inside(session, "write_outside")
    writable = {"/tmp", "/mnt/data", "/dev/null"} | ({"/dev/shm"} if tier.letter == "A" else set())
    assert {place for place, answer in answers.items() if answer == "allowed"} == writable
    refused = {answer for place, answer in answers.items() if place not in writable}
    assert refused <= {"EROFS", "EACCES", "ENOENT"}
    if tier.letter == "A":
        assert run_inside(session, "mounts") == {"faults": [], "some were seen": True}


@attack(49)
def test_a_file_of_the_host_is_not_there(session, canaries, tier):
    answers = run_inside(session, "read_host", canary=str(canaries.file))
    assert answers.pop("own") == ("allowed" if tier.letter == "A" else "EACCES")  # B has no users
    assert set(answers.values()) <= {"ENOENT", "EACCES"}
    assert (
        run_outside("read_host", before=as_session_user(), canary=str(canaries.file))["canary"]
        == "allowed"
    )


@attack(50)
def test_no_descriptor_of_the_host_is_inherited(session):
    inherited = run_inside(session, "inherited")
    numbers = dict(inherited["descriptors"])
    assert {numbers.pop(number) for number in (1, 2)} == {"pipe"}
    assert numbers.pop(0) == "/dev/null"
    of_streams = ("/dev/null", "pipe")  # the agent's two streams have one of each
    assert sorted(what for what in numbers.values() if what in of_streams) == [
        *("/dev/null", "/dev/null"),
        *("pipe", "pipe"),
    ]
    # The agent's socket, and a pair that wakes its event loop.
    others = [what for what in numbers.values() if what not in of_streams]
    assert set(others) <= {"socket '' ''", "anon_inode"} and len(others) <= 4, numbers
    assert (inherited["root"], inherited["directory"]) == ("/", "/tmp")
    assert inherited["controlling terminal"] != "allowed"


@attack(50)
def test_a_descriptor_that_was_inherited_would_be_seen(canaries):
    """The positive control: the same program with one descriptor of the host."""
    with open(canaries.file) as leaked:
        os.set_inheritable(leaked.fileno(), True)
        keep = ("bash", "-c", f'exec 9<{canaries.file}; exec "$@"', "--")
        assert dict(run_outside("inherited", before=keep)["descriptors"])[9] == str(canaries.file)


@attack(51)
def test_no_variable_of_the_server_is_visible(session, canaries, tier):
    found = run_inside(session, "look_for_secret", backwards=canaries.secret[::-1])
    assert found == {"secret": False, "own": False, "planted": tier.letter == "A"}
    outside = run_outside("look_for_secret", backwards=canaries.secret[::-1])
    assert outside["planted"]


@attack(51)
@needs_root
def test_no_variable_of_the_server_is_in_an_interpreters_memory(session, canaries, server):
    """Forked interpreters have the memory of their zygote. The test looks at it from outside."""
    name = f"atk-{uuid.uuid4().hex[:8]}"
    planted = uuid.uuid4().hex
    value_in(
        "synchronous",
        session,
        f"import ctypes; ctypes.CDLL(None).prctl(15, b'{name}', 0, 0, 0)\nplanted = '{planted}'\n1",
    )
    interpreter = process_named(name)
    assert is_in_memory(interpreter, planted.encode())
    assert not is_in_memory(interpreter, canaries.secret.encode())
    assert canaries.secret.encode() in Path(f"/proc/{server.pid}/environ").read_bytes()


def is_in_memory(pid, text):
    areas = [line.split() for line in Path(f"/proc/{pid}/maps").read_text().splitlines()]
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for area in areas:
            begin, end = (int(number, 16) for number in area[0].split("-"))
            if area[1].startswith("r") and not area[-1].startswith("[v"):
                memory.seek(begin)
                with contextlib.suppress(OSError):  # memory that was unmapped during the search
                    if text in memory.read(end - begin):
                        return True
    return False
