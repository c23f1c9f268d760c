#include "sandbox/kernel/seccomp/seccomp_filter.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <set>
#include <string>

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "sandbox/kernel/seccomp/seccomp_policy.h"
#include "tests/support/catch.h"
#include "tests/unit/sandbox/bpf_machine.h"

namespace dynsessions::sandbox::test {
namespace {

constexpr std::uint32_t kX32Bit = 0x4000'0000;
constexpr std::uint64_t kHighBits = std::uint64_t{1} << 40;
constexpr int kLastNumber = 1024;

constexpr std::uint32_t refused(int error_number) {
  return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error_number);
}

using Arguments = std::array<std::uint64_t, 6>;

std::uint32_t ask(const BpfProgram& filter, int number, const Arguments& arguments = {},
                  std::uint32_t abi = AUDIT_ARCH_X86_64) {
  seccomp_data call{};
  call.nr = number;
  call.arch = abi;
  std::copy(arguments.begin(), arguments.end(), call.args);
  return run_filter(filter, call);
}

std::set<int> numbers(std::span<const SyscallGroup> groups) {
  std::set<int> result;
  for (const SyscallGroup& group : groups) {
    for (const char* name : group.names) {
      const int number = ::seccomp_syscall_resolve_name(name);
      INFO(name);
      REQUIRE(number >= 0);  // a rule with a misspelt name would have no effect
      CHECK(result.insert(number).second);
    }
  }
  return result;
}

std::set<int> ruled_by_argument() {
  std::set<int> result;
  for (const ArgumentRule& rule : argument_rules()) {
    const int number = ::seccomp_syscall_resolve_name(rule.name);
    REQUIRE(number >= 0);
    result.insert(number);
  }
  return result;
}

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): its rows read as a call does
struct Sample {
  const char* what;
  int number;
  Arguments arguments;
  std::uint32_t expected;
};

constexpr std::uint32_t kAllow = SECCOMP_RET_ALLOW;

const Sample kSamples[] = {
    {"fork", SYS_clone, {SIGCHLD}, kAllow},
    {"a thread", SYS_clone, {0x3d0f00}, kAllow},
    {"a user namespace", SYS_clone, {CLONE_NEWUSER | SIGCHLD}, refused(EPERM)},
    {"all namespaces", SYS_clone, {0x7e020000}, refused(EPERM)},
    {"a network namespace and high bits", SYS_clone, {kHighBits | CLONE_NEWNET}, refused(EPERM)},
    {"clone3", SYS_clone3, {}, refused(ENOSYS)},
    {"a local socket", SYS_socket, {AF_UNIX}, kAllow},
    {"an internet socket", SYS_socket, {AF_INET6, SOCK_STREAM}, kAllow},
    {"TCP", SYS_socket, {AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP}, kAllow},
    {"UDP", SYS_socket, {AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, IPPROTO_UDP}, kAllow},
    {"a raw socket", SYS_socket, {AF_INET, SOCK_RAW, IPPROTO_TCP}, refused(EPERM)},
    {"ping", SYS_socket, {AF_INET, SOCK_DGRAM, IPPROTO_ICMP}, refused(EPERM)},
    {"MPTCP", SYS_socket, {AF_INET, SOCK_STREAM, 262}, refused(EPROTONOSUPPORT)},
    {"MPTCP and high bits",
     SYS_socket,
     {AF_INET, SOCK_STREAM, kHighBits | 262},
     refused(EPROTONOSUPPORT)},
    {"TCP and high bits",
     SYS_socket,
     {AF_INET, SOCK_STREAM, kHighBits | IPPROTO_TCP},
     refused(EPROTONOSUPPORT)},
    {"DCCP", SYS_socket, {AF_INET, SOCK_DCCP, 33}, refused(EPROTONOSUPPORT)},
    {"UDP-Lite", SYS_socket, {AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE}, refused(EPROTONOSUPPORT)},
    {"packets", SYS_socket, {AF_INET, SOCK_SEQPACKET, 0}, refused(ENOSYS)},
    {"a local pair", SYS_socketpair, {AF_UNIX, SOCK_DGRAM}, kAllow},
    {"another pair", SYS_socketpair, {AF_SMC, SOCK_STREAM}, refused(EAFNOSUPPORT)},
    {"data", SYS_sendto, {3, 0, 1, MSG_NOSIGNAL}, kAllow},
    {"urgent data", SYS_sendto, {3, 0, 1, MSG_OOB}, refused(EOPNOTSUPP)},
    {"urgent data and more", SYS_sendmsg, {3, 0, MSG_OOB | MSG_NOSIGNAL}, refused(EOPNOTSUPP)},
    {"urgent data and high bits",
     SYS_sendmmsg,
     {3, 0, 1, kHighBits | MSG_OOB},
     refused(EOPNOTSUPP)},
    {"a watch for changes", SYS_inotify_add_watch, {3, 0, IN_MODIFY | IN_CLOSE_WRITE}, kAllow},
    {"a watch for opened files",
     SYS_inotify_add_watch,
     {3, 0, IN_MODIFY | IN_OPEN},
     refused(EPERM)},
    {"a watch for everything and high bits",
     SYS_inotify_add_watch,
     {3, 0, kHighBits | IN_ALL_EVENTS},
     refused(EPERM)},
    {"a flush of the host's disks", SYS_sync, {}, refused(EPERM)},
    {"route netlink", SYS_socket, {AF_NETLINK, SOCK_RAW, 0}, kAllow},
    {"netfilter netlink", SYS_socket, {AF_NETLINK, SOCK_RAW, 12}, refused(EAFNOSUPPORT)},
    {"kernel crypto", SYS_socket, {AF_ALG}, refused(EAFNOSUPPORT)},
    {"the hypervisor", SYS_socket, {AF_VSOCK}, refused(EAFNOSUPPORT)},
    {"the hypervisor and high bits", SYS_socket, {kHighBits | AF_VSOCK}, refused(EAFNOSUPPORT)},
    {"a local socket and high bits", SYS_socket, {kHighBits | AF_UNIX}, refused(EAFNOSUPPORT)},
    {"a family of the future", SYS_socket, {200}, refused(EAFNOSUPPORT)},
    {"terminal size", SYS_ioctl, {0, TIOCGWINSZ}, kAllow},
    {"typing", SYS_ioctl, {0, TIOCSTI}, refused(EPERM)},
    {"typing and high bits", SYS_ioctl, {0, kHighBits | TIOCSTI}, refused(EPERM)},
    {"console commands", SYS_ioctl, {0, TIOCLINUX}, refused(EPERM)},
    {"an unknown request", SYS_ioctl, {0, 0xdead}, refused(ENOSYS)},
    {"a lock", SYS_fcntl, {0, F_SETLK}, kAllow},
    {"a lease", SYS_fcntl, {0, F_SETLEASE}, refused(EPERM)},
    {"a lease and high bits", SYS_fcntl, {0, kHighBits | F_SETLEASE}, refused(EPERM)},
    {"a watch on a directory", SYS_fcntl, {0, F_NOTIFY}, refused(EPERM)},
    {"a name", SYS_prctl, {PR_SET_NAME}, kAllow},
    {"its memory map", SYS_prctl, {PR_SET_MM}, refused(EPERM)},
    {"a filter", SYS_prctl, {PR_SET_SECCOMP}, refused(EPERM)},
    {"a tracer and high bits", SYS_prctl, {kHighBits | PR_SET_PTRACER}, refused(EPERM)},
    {"fewer files", SYS_setrlimit, {RLIMIT_NOFILE}, kAllow},
    {"core files", SYS_setrlimit, {RLIMIT_CORE}, refused(EPERM)},
    {"reading the core limit", SYS_prlimit64, {0, RLIMIT_CORE, 0}, kAllow},
    {"setting the core limit", SYS_prlimit64, {0, RLIMIT_CORE, 4096}, refused(EPERM)},
    {"setting it by high bits", SYS_prlimit64, {0, kHighBits | RLIMIT_CORE, 4096}, refused(EPERM)},
    {"setting it through a high pointer",
     SYS_prlimit64,
     {0, RLIMIT_CORE, kHighBits},
     refused(EPERM)},
    {"the ordinary personality", SYS_personality, {0}, kAllow},
    {"asking for the personality", SYS_personality, {0xffff'ffff}, kAllow},
    {"a fixed address layout", SYS_personality, {0x0040000}, refused(ENOSYS)},
};

}  // namespace

TEST_CASE("each native call gets the answer of its list, all others do not exist", "[seccomp]") {
  const BpfProgram filter = compile_interpreter_filter();
  const std::set<int> allowed = numbers(allowed_groups());
  const std::set<int> denied = numbers(refused_groups());
  const std::set<int> ruled = ruled_by_argument();
  for (int number = 0; number <= kLastNumber; ++number) {
    if (ruled.contains(number)) {
      CHECK_FALSE((allowed.contains(number) || denied.contains(number)));
      continue;
    }
    REQUIRE_FALSE((allowed.contains(number) && denied.contains(number)));
    const std::uint32_t expected = allowed.contains(number)  ? SECCOMP_RET_ALLOW
                                   : denied.contains(number) ? refused(EPERM)
                                                             : refused(ENOSYS);
    INFO("system call " << number);
    CHECK(ask(filter, number) == expected);
  }
}

TEST_CASE("any call of another ABI ends the process", "[seccomp]") {
  for (const BpfProgram& filter :
       {compile_interpreter_filter(), compile_interpreter_filter(Tier::restricted),
        compile_init_filter()}) {
    for (int number = 0; number <= kLastNumber; ++number) {
      INFO("system call " << number);
      REQUIRE(ask(filter, number, {}, AUDIT_ARCH_I386) == SECCOMP_RET_KILL_PROCESS);
      REQUIRE(ask(filter, number, {}, AUDIT_ARCH_AARCH64) == SECCOMP_RET_KILL_PROCESS);
      REQUIRE(ask(filter, static_cast<int>(kX32Bit) | number) == SECCOMP_RET_KILL_PROCESS);
    }
  }
}

TEST_CASE("arguments decide where a call is ruled by them", "[seccomp]") {
  const BpfProgram filter = compile_interpreter_filter();
  for (const auto& [what, number, arguments, expected] : kSamples) {
    INFO(what);
    CHECK(ask(filter, number, arguments) == expected);
  }
}

TEST_CASE("no clone flag of a namespace passes, alone or among others", "[seccomp]") {
  const BpfProgram filter = compile_interpreter_filter();
  for (const std::uint64_t flag : {CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNS, CLONE_NEWNET,
                                   CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP}) {
    for (const std::uint64_t others : {std::uint64_t{0}, std::uint64_t{SIGCHLD},
                                       std::uint64_t{CLONE_VM | CLONE_FILES}, ~std::uint64_t{0}}) {
      CHECK(ask(filter, SYS_clone, {flag | others}) == refused(EPERM));
    }
  }
}

TEST_CASE("init may do two things", "[seccomp]") {
  const BpfProgram filter = compile_init_filter();
  const std::set<int> allowed{SYS_close, SYS_pause};
  for (int number = 0; number <= kLastNumber; ++number) {
    INFO("system call " << number);
    CHECK(ask(filter, number) ==
          (allowed.contains(number) ? SECCOMP_RET_ALLOW : SECCOMP_RET_KILL_PROCESS));
  }
}

TEST_CASE("every group of the policy says why", "[seccomp]") {
  for (const auto& groups : {allowed_groups(), refused_groups()}) {
    for (const SyscallGroup& group : groups) CHECK(std::string(group.reason).size() > 10);
  }
}

TEST_CASE("the restricted tier allows nothing that the full one does not", "[seccomp]") {
  const BpfProgram full = compile_interpreter_filter();
  const BpfProgram restricted = compile_interpreter_filter(Tier::restricted);
  for (int number = 0; number <= kLastNumber; ++number) {
    INFO("system call " << number);
    if (ask(restricted, number) == SECCOMP_RET_ALLOW) CHECK(ask(full, number) == SECCOMP_RET_ALLOW);
  }
}

TEST_CASE("calls that Landlock does not control are refused in the restricted tier", "[seccomp]") {
  const BpfProgram filter = compile_interpreter_filter(Tier::restricted);
  const std::set<int> refused_calls = numbers(groups_refused_in_restricted_tier());
  CHECK(refused_calls.size() > 30);
  for (const int number : refused_calls) {
    INFO("system call " << number);
    CHECK(ask(filter, number) == refused(EPERM));
  }
  const Sample samples[] = {
      {"a stream", SYS_socket, {AF_UNIX, SOCK_STREAM, 0}, refused(EAFNOSUPPORT)},
      {"a network stream", SYS_socket, {AF_INET, SOCK_STREAM, 0}, refused(EAFNOSUPPORT)},
      {"a socket of high bits", SYS_socket, {kHighBits | AF_INET}, refused(EAFNOSUPPORT)},
      {"a pair", SYS_socketpair, {AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0}, kAllow},
      {"a pair of packets", SYS_socketpair, {AF_UNIX, SOCK_SEQPACKET, 0}, kAllow},
      {"a pair of datagrams", SYS_socketpair, {AF_UNIX, SOCK_DGRAM, 0}, refused(EPERM)},
      {"the same, odd bits", SYS_socketpair, {AF_UNIX, kHighBits | SOCK_DGRAM, 0}, refused(EPERM)},
      {"raw, which unix takes for datagrams", SYS_socketpair, {AF_UNIX, SOCK_RAW}, refused(ENOSYS)},
      {"another family's pair", SYS_socketpair, {AF_TIPC, SOCK_STREAM}, refused(EAFNOSUPPORT)},
      {"times by descriptor", SYS_utimensat, {5, 0, 0, 0}, kAllow},
      {"times by path", SYS_utimensat, {5, 4096, 0, 0}, refused(EPERM)},
      {"times by a high pointer", SYS_utimensat, {5, kHighBits, 0, 0}, refused(EPERM)},
      {"own limit", SYS_prlimit64, {0, RLIMIT_NOFILE, 4096, 0}, kAllow},
      {"another's limit", SYS_prlimit64, {7, RLIMIT_NOFILE, 4096, 0}, refused(EPERM)},
      {"own core limit", SYS_prlimit64, {0, RLIMIT_CORE, 4096, 0}, refused(EPERM)},
      {"reading own core limit", SYS_prlimit64, {0, RLIMIT_CORE, 0, 4096}, kAllow},
      {"reading another's core limit", SYS_prlimit64, {7, RLIMIT_CORE, 0, 4096}, refused(EPERM)},
      {"own processors", SYS_sched_setaffinity, {0, 8, 4096}, kAllow},
      {"another's processors", SYS_sched_setaffinity, {7, 8, 4096}, refused(EPERM)},
      {"own priority", SYS_setpriority, {0, 0, 5}, kAllow},
      {"another's priority", SYS_setpriority, {0, 7, 5}, refused(EPERM)},
      {"the user's priority", SYS_setpriority, {2, 0, 5}, refused(EPERM)},
  };
  for (const auto& [what, number, arguments, expected] : samples) {
    INFO(what);
    CHECK(ask(filter, number, arguments) == expected);
  }
}

}  // namespace dynsessions::sandbox::test
