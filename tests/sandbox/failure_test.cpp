#include <algorithm>
#include <cerrno>
#include <chrono>
#include <set>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/sandbox/processes.h"
#include "tests/sandbox/steps.h"
#include "tests/support/catch.h"
#include "tests/support/launcher_harness.h"

namespace dynsessions::sandbox::test {
namespace {

constexpr const char* kStrace = "/usr/bin/strace";
#ifdef __SANITIZE_THREAD__
/// The second clone of the launcher is the sanitizer's, which restarts its thread after a fork, or
/// continues without one.
constexpr int kCloneOfSanitizer = 2;
constexpr int kClones = 3;
#else
constexpr int kCloneOfSanitizer = 0;
constexpr int kClones = 2;
#endif

/// Makes the n-th call of this name fail in each process of the launcher.
std::vector<std::string> failing(const std::string& call, int nth, const std::string& error) {
  return {kStrace,
          "-f",
          "-qq",
          "-o",
          "/dev/null",
          "-e",
          "trace=" + call,
          "-e",
          "inject=" + call + ":error=" + error + ":when=" + std::to_string(nth)};
}

/// Returns descendants of the launcher that are not in `before`, without the profile's zygote.
std::vector<pid_t> newcomers(const LauncherHarness& launcher, const std::vector<pid_t>& before) {
  std::vector<pid_t> found = descendants(launcher.pid());
  const std::vector<pid_t> zygotes = zygotes_of(launcher);
  const auto contains = [](const std::vector<pid_t>& pids, pid_t pid) {
    return std::find(pids.begin(), pids.end(), pid) != pids.end();
  };
  std::erase_if(found, [&](pid_t pid) { return contains(before, pid) || contains(zygotes, pid); });
  return found;
}

/// Returns whether all of them end by themselves. A process that is about to become the zygote is
/// checked again.
bool nothing_stays(const LauncherHarness& launcher, const std::vector<pid_t>& before) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  for (std::vector<pid_t> left; !(left = newcomers(launcher, before)).empty();) {
    if (std::chrono::steady_clock::now() > end) return false;
    const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, left.front(), 0)));
    pollfd ended{process.get(), POLLIN, 0};
    ::poll(&ended, 1, 50);
  }
  return true;
}

/// Returns the step that failed on the way to a running interpreter; empty if none failed. Also
/// checks that a failure leaves nothing behind.
std::string step_that_fails(const std::string& call, int nth, const std::string& error) {
  LaunchSpec spec = program_spec();
  spec.launcher.cgroups = false;  // a failure to use cgroups is no error; see the next test
  LauncherHarness launcher(spec, failing(call, nth, error));
  const auto failed_step = [](const Reply& reply) {
    if (reply.kind == ReplyKind::done) return std::string();
    CHECK(reply.error_number != 0);
    CHECK_FALSE(step_name(reply).empty());
    return std::string(step_name(reply));
  };
  if (launcher.definition().kind != ReplyKind::done) return failed_step(launcher.definition());
  for (const RequestKind kind : {RequestKind::create_sandbox, RequestKind::start_interpreter}) {
    const std::vector<pid_t> before = descendants(launcher.pid());
    const Received<Reply> received = launcher.request(kind);
    std::string step = failed_step(received.message);
    if (step.empty()) continue;
    CHECK(received.descriptors.empty());
    CHECK(nothing_stays(launcher, before));
    return step;
  }
  return {};
}

}  // namespace

TEST_CASE("a profile that cannot be used is refused with the reason", "[sandbox]") {
  LaunchSpec spec = program_spec();
  SECTION("a bind without source") {
    spec.profile.binds.push_back({"/nowhere", "/opt/nowhere"});
    const LauncherHarness launcher(spec);
    CHECK(launcher.definition().kind == ReplyKind::failed);
    CHECK(step_name(launcher.definition()) == "bind source /nowhere: it does not exist");
  }
  SECTION("no interpreter") {
    spec.profile.interpreter.clear();
    const LauncherHarness launcher(spec);
    CHECK(launcher.definition().kind == ReplyKind::failed);
    CHECK(step_name(launcher.definition()) == "interpreter: argv is empty");
  }
}

TEST_CASE("an interpreter that is not there fails in its own step", "[sandbox]") {
  LaunchSpec spec = program_spec();
  spec.profile.interpreter = {"/usr/bin/no-such-python"};
  spec.profile.zygote.clear();
  LauncherHarness launcher(spec);
  REQUIRE(launcher.request(RequestKind::create_sandbox).message.kind == ReplyKind::done);
  const std::vector<pid_t> before = descendants(launcher.pid());
  const Reply reply = launcher.request(RequestKind::start_interpreter).message;
  CHECK(reply.kind == ReplyKind::failed);
  CHECK(step_name(reply) == "execute /usr/bin/no-such-python");
  CHECK(reply.error_number == ENOENT);
  CHECK(nothing_stays(launcher, before));
}

TEST_CASE("whichever call of the set-up fails, there is no weaker sandbox", "[sandbox][faults]") {
  if (::access(kStrace, X_OK) != 0) {
    WARN("skipped: strace is needed to make system calls fail");
    return;
  }
  struct Fault {
    const char* call;
    int calls;         ///< number of calls that are made to fail, one after the other
    const char* step;  ///< a step that must be named
    const char* error = "EPERM";
  };
  // libseccomp expects EINVAL when it asks the kernel whether it supports filters: only the
  // children take it for a failure.
  const Fault fault = GENERATE(
      Fault{"setsid", 1, "session"}, Fault{"keyctl", 1, "keyring"},
      Fault{"setresgid", 1, "session user gid"}, Fault{"setresuid", 1, "session user uid"},
      Fault{"open_tree", 1, "open tree /usr"}, Fault{"move_mount", 1, "lay out usr"},
      Fault{"mkdir", 1, "lay out usr"}, Fault{"symlink", 1, "lay out bin"},
      Fault{"mount_setattr", 1, "open tree /usr"}, Fault{"mount", 9, "mount proc"},
      Fault{"pivot_root", 1, "change root pivot_root", "EINVAL"},
      Fault{"umount2", 1, "change root detach the old root"}, Fault{"ioctl", 1, "loopback up"},
      Fault{"sethostname", 1, "hostname", "EFAULT"}, Fault{"capset", 1, "privileges capset"},
      Fault{"seccomp", 1, "seccomp", "EINVAL"}, Fault{"setns", 7, "enter mnt"},
      Fault{"prctl", 4, "privileges bounding set"}, Fault{"dup3", 3, "descriptors place"},
      Fault{"socketpair", 1, "socket pair"}, Fault{"clone", kClones, "fork"});
  DYNAMIC_SECTION(fault.call) {
    std::set<std::string> steps;
    for (int nth = 1; nth <= fault.calls; ++nth) {
      if (std::string(fault.call) == "clone" && nth == kCloneOfSanitizer) continue;
      INFO("call number " << nth);
      steps.insert(step_that_fails(fault.call, nth, fault.error));
      CHECK_FALSE(steps.contains(""));
    }
    INFO("failed: " << Catch::rangeToString(steps));
    CHECK(steps.contains(fault.step));
  }
}

TEST_CASE("where pivot_root is forbidden, the host's root is out of reach all the same",
          "[sandbox][faults]") {
  if (::access(kStrace, X_OK) != 0) {
    WARN("skipped: strace is needed to make system calls fail");
    return;
  }
  LauncherHarness launcher(program_spec(), failing("pivot_root", 1, "EPERM"));
  const auto run = [&](const std::string& program, const std::string& arguments = "{}") {
    REQUIRE(launcher.request(RequestKind::create_sandbox).message.kind == ReplyKind::done);
    std::string answer = run_program(
        take_interpreter(launcher.request(RequestKind::start_interpreter)), program, arguments);
    CHECK(launcher.request(RequestKind::destroy_sandbox).message.kind == ReplyKind::done);
    return answer;
  };
  CHECK(run("mounts") == "{\"faults\": [], \"some were seen\": true}\n");
  CHECK(run("read_host", R"({"canary":"/var/log/dpkg.log"})") ==
        "{\"canary\": \"ENOENT\", \"shadow\": \"ENOENT\", \"keys\": \"ENOENT\", \"root\": "
        "\"ENOENT\", \"own\": \"allowed\"}\n");
  const std::string written = run("write_outside");
  CHECK(written.find("\"/usr\": \"EROFS\"") != std::string::npos);
  CHECK(written.find("\"/mnt/data\": \"allowed\"") != std::string::npos);
}

TEST_CASE("where the host's name cannot be changed, there is a sandbox all the same",
          "[sandbox][faults]") {
  if (::access(kStrace, X_OK) != 0) {
    WARN("skipped: strace is needed to make system calls fail");
    return;
  }
  CHECK(step_that_fails("sethostname", 1, "EPERM").empty());
}

TEST_CASE("a sandbox that cannot have its groups is not made", "[sandbox][faults]") {
  if (::access(kStrace, X_OK) != 0) {
    WARN("skipped: strace is needed to make system calls fail");
    return;
  }
  if (LauncherHarness(program_spec()).greeting().limits.cpu.kind != LimitKind::hard) {
    WARN("skipped: there are no cgroups here");
    return;
  }
  // The outer process fails first and does without one hierarchy; then the launcher fails.
  LauncherHarness launcher(program_spec(), failing("mkdir", 1, "EPERM"));
  CHECK(launcher.greeting().kind == ReplyKind::done);
  CHECK(launcher.greeting().error_number == EPERM);
  const std::vector<pid_t> before = descendants(launcher.pid());
  const Received<Reply> received = launcher.request(RequestKind::create_sandbox);
  CHECK(received.message.kind == ReplyKind::failed);
  CHECK(step_name(received.message) == "cgroup");
  CHECK(nothing_stays(launcher, before));
}

}  // namespace dynsessions::sandbox::test
