#include <cstdlib>
#include <fstream>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/sandbox/verdicts.h"
#include "tests/support/catch.h"

/// One program per forbidden act; each returns the kernel's answer, which must be exactly the
/// expected one. Most contain something allowed as well, so that "everything fails" does not pass.
namespace dynsessions::sandbox::test {
namespace {

using nlohmann::json;

json verdict(const std::string& program, const json& arguments = json::object(),
             const LaunchSpec& spec = program_spec()) {
  return test::verdict(spec, program, arguments);
}

/// A listening socket of the host, which no program inside can reach.
class HostListener {
 public:
  HostListener(int family, const sockaddr* address, socklen_t size)
      : socket_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    REQUIRE(::bind(socket_.get(), address, size) == 0);
    REQUIRE(::listen(socket_.get(), 8) == 0);
  }
  [[nodiscard]] int port() const {
    sockaddr_in address{};
    socklen_t size = sizeof(address);
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }

 private:
  UniqueFd socket_;
};

const VerdictCase kCases[] = {
    {"nothing outside /tmp, /dev/shm and /mnt/data can be written", "write_outside",
     R"({"/":"EROFS","/usr":"EROFS","/usr/bin":"EROFS","/etc":"EROFS","/etc/passwd":"EROFS",
         "/opt/programs":"EROFS","/mnt":"EROFS","/proc":"ENOENT",
         "/dev":"EROFS","/dev/null":"allowed","/tmp":"allowed","/dev/shm":"allowed",
         "/mnt/data":"allowed"})"},
    {"processes are closed to each other, and init is to all", "look_into_processes",
     R"({"ptrace":"EPERM","process_vm_readv":"EPERM","kcmp":"EPERM","init memory":"ENOENT",
         "init environment":"ENOENT","init program":"ENOENT","init descriptors":"ENOENT",
         "own memory":"allowed"})"},
    {"no right of any kind is left", "capabilities",
     R"({"Uid":"1000 1000 1000 1000","Gid":"1000 1000 1000 1000","CapInh":"0000000000000000",
         "CapPrm":"0000000000000000","CapEff":"0000000000000000","CapBnd":"0000000000000000",
         "CapAmb":"0000000000000000","NoNewPrivs":"1","Seccomp":"2","mapped ids":[["1000","1"]],
         "setgroups":"deny","leads its session":true})"},
    {"proc shows the sandbox only and changes nothing", "proc_exposure",
     R"({"processes":true,"sysctl":"EACCES","sysctl mount":true,
         "shown":["cpuinfo","filesystems","loadavg","meminfo","stat","sysvipc","uptime","version","vmstat"],
         "counts":[],"swapping":"pswpin 0\npswpout 0\n","sys":false,"run":false,"home":false,"disks":false,"terminal":"ENOENT"})"},
    {"no descriptor leaks in", "descriptors",
     R"({"open":[0,1,2,3],"stdin":"/dev/null","streams":["pipe","pipe","socket"],
         "working directory":"/tmp","umask":18})"},
    {"the environment is the spec's, the user has a name", "environment",
     R"({"environment":{"HOME":"/tmp","PATH":"/usr/bin:/bin","LANG":"C.UTF-8"},
         "host name":"session","user":"session","groups":[]})"},
    {"every mount is nosuid, and read-only unless it is meant for writing", "mounts",
     R"({"faults":[],"some were seen":true})"},
    {"ordinary programs work", "ordinary_work",
     R"({"pool":[1,4,9],"sqlite":42,"asyncio":"hello","threads":[0,1,2,3,4,5,6,7],
         "copy":"root:","shell":"42\n","interfaces":["lo"],"random":8})"},
};

}  // namespace

TEST_CASE("a sandbox refuses what it must and allows what it should", "[sandbox]") {
  check_verdicts(program_spec(), kCases);
  check_verdicts(program_spec(), kAlikeInAllTiers);
}

TEST_CASE("a file of the host cannot be read", "[sandbox]") {
  char canary[] = "/tmp/sandbox-canary-XXXXXX";
  const UniqueFd file(::mkstemp(canary));
  REQUIRE(file);
  REQUIRE(::fchmod(file.get(), 0644) == 0);
  const json answer = verdict("read_host", {{"canary", canary}});
  ::unlink(canary);
  CHECK(answer == json::parse(R"({"canary":"ENOENT","shadow":"ENOENT","keys":"ENOENT",
                                  "root":"ENOENT","own":"allowed"})"));
}

TEST_CASE("signals reach the sandbox's own processes only", "[sandbox]") {
  const json answer = verdict("signal_outside", {{"host_pid", ::getpid()}});
  // A signal to init is delivered and ignored: the kernel protects a PID 1.
  CHECK(answer == json::parse(R"({"host":"ESRCH","init":"allowed","child":"allowed"})"));
}

TEST_CASE("the network ends at the sandbox's own loopback", "[sandbox]") {
  const sockaddr_in loopback{AF_INET, 0, {htonl(INADDR_LOOPBACK)}, {}};
  const HostListener tcp(AF_INET, reinterpret_cast<const sockaddr*>(&loopback), sizeof(loopback));
  const std::string name = "sandbox-canary-" + std::to_string(::getpid());
  struct {
    sa_family_t family = AF_UNIX;
    char path[64] = {};
  } abstract;
  name.copy(abstract.path + 1, sizeof(abstract.path) - 1);
  const HostListener local(AF_UNIX, reinterpret_cast<const sockaddr*>(&abstract),
                           static_cast<socklen_t>(sizeof(sa_family_t) + 1 + name.size()));
  const json answer = verdict("reach_network", {{"port", tcp.port()}, {"abstract", name}});
  CHECK(answer == json::parse(R"({"own loopback":"allowed","host loopback":"ECONNREFUSED",
      "host abstract":"ECONNREFUSED","metadata":"ENETUNREACH","datagram":"ENETUNREACH",
      "netlink route":"allowed","netlink netfilter":"EAFNOSUPPORT","unix":"allowed",
      "inet":"allowed","packet":"EAFNOSUPPORT","alg":"EAFNOSUPPORT","vsock":"EAFNOSUPPORT",
      "bluetooth":"EAFNOSUPPORT","xdp":"EAFNOSUPPORT"})"));
}

TEST_CASE("a fork bomb stops at the limit of processes", "[sandbox]") {
  LaunchSpec spec = program_spec();
  spec.profile.limits.processes = 20;
  const json answer = verdict("fork_bomb", json::object(), spec);
  CHECK(answer["error"] == "EAGAIN");
  CHECK(answer["children"] <= 19);
  CHECK(answer["children"] >= 15);
}

TEST_CASE("limits are the spec's and cannot be loosened", "[sandbox]") {
  LaunchSpec spec = program_spec();
  spec.profile.limits.open_files = 64;
  spec.profile.limits.processes = 33;
  spec.profile.limits.memory_bytes = 1 << 30;
  spec.profile.limits.data_bytes = 1 << 20;
  CHECK(verdict("limits", json::object(), spec) ==
        json::parse(R"({"CORE":[1,1],"NOFILE":[64,64],"FSIZE":[536870912,536870912],"NPROC":[33,33],
                        "DATA":[1073741824,1073741824],"MSGQUEUE":[0,0],"RTPRIO":[0,0],
                        "core to 0":"EPERM"})"));
}

TEST_CASE("the data directory is full at its byte and at its inode quota", "[sandbox]") {
  LaunchSpec spec = program_spec();
  spec.profile.limits.data_bytes = 1 << 20;
  spec.profile.limits.data_inodes = 64;
  // The directory itself is one of the inodes. The file-size limit is the same number, but tmpfs
  // counts whole pages and fails first.
  const json answer = verdict("fill_data", json::object(), spec);
  CHECK(answer["bytes"]["bytes"] == 1 << 20);
  CHECK(answer["inodes"] == json::parse(R"({"files":63,"error":"ENOSPC"})"));
}

}  // namespace dynsessions::sandbox::test
