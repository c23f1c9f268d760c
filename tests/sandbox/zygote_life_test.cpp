#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "tests/sandbox/processes.h"
#include "tests/sandbox/steps.h"
#include "tests/support/catch.h"

/// Sessions whose zygote is killed, cannot load, or reports wrongly.
namespace dynsessions::sandbox::test {
namespace {

LaunchSpec spec_with_zygote(std::vector<std::string> arguments) {
  LaunchSpec spec = program_spec();
  spec.profile.zygote = {"/usr/bin/python3", "-I", "-B"};
  spec.profile.zygote.insert(spec.profile.zygote.end(), arguments.begin(), arguments.end());
  return spec;
}

LaunchSpec spec_with_good_zygote() { return spec_with_zygote({"/opt/programs/zygote.py"}); }

/// Returns 0 if there is none at the moment.
pid_t zygote_of(const LauncherHarness& launcher) {
  const auto zygotes = zygotes_of(launcher);
  return zygotes.empty() ? 0 : zygotes.front();
}

}  // namespace

TEST_CASE("a zygote that was killed is replaced and its interpreters continue", "[sandbox]") {
  LauncherHarness launcher(spec_with_good_zygote());
  create(launcher);
  const Interpreter staying = start_staying(launcher, 1, 0);
  const pid_t zygote = zygote_of(launcher);
  REQUIRE(zygote > 0);
  REQUIRE(::kill(zygote, SIGKILL) == 0);
  CHECK_FALSE(run_program(start(launcher, 1, 1), "descriptors").empty());
  CHECK(zygote_of(launcher) != zygote);
  CHECK(launcher.request(RequestKind::interrupt_interpreter, 1, 0).message.kind == ReplyKind::done);
}

TEST_CASE("a zygote that cannot load fails the sessions that wait for it, with the cure",
          "[sandbox]") {
  struct Row {
    const char* what;
    std::string program;
    std::string step;
    int error_number;
  };
  const std::string shed =
      "import ctypes, os, sys, time, threading\n"
      "ctypes.PyDLL('/opt/dynsessions/zygote_fork.so')"
      ".dynsessions_shed_privileges(int(sys.argv[-1]))\n";
  const auto row = GENERATE_COPY(values<Row>({
      {"ends", "raise SystemExit(3)", "zygote: exit code 3", EPIPE},
      {"has threads",
       shed + "threading.Thread(target=time.sleep, args=(9,)).start()\n"
              "os.write(3, b'\\n')\ntime.sleep(9)",
       "zygote: verify Threads", EPERM},
      {"keeps a capability", "import os, time; os.write(3, b'\\n'); time.sleep(9)",
       ::geteuid() == 0 ? "zygote: verify Uid" : "zygote: verify CapInh", EPERM},
  }));
  DYNAMIC_SECTION(row.what) {
    LauncherHarness launcher(spec_with_zygote({"-c", row.program}));
    create(launcher);
    require_failed(launcher.request(RequestKind::start_interpreter), row.step, row.error_number);
  }
}

TEST_CASE("a zygote that ends whenever it forks is asked twice, not for ever", "[sandbox]") {
  LauncherHarness launcher(
      spec_with_zygote({"-c",
                        "import ctypes, os, sys\n"
                        "ctypes.PyDLL('/opt/dynsessions/zygote_fork.so')"
                        ".dynsessions_shed_privileges(int(sys.argv[-1]))\n"
                        "os.write(3, b'\\n')\nos.read(3, 99999)\nos.read(3, 9)\n"}));
  create(launcher);
  require_failed(launcher.request(RequestKind::start_interpreter), "zygote: ended while it forked",
                 EPIPE);
}

TEST_CASE("reports of a zygote about its children are not trusted", "[sandbox][faults]") {
  struct Row {
    const char* lie;
    const char* step;
  };
  const auto row = GENERATE(values<Row>({{"unconfined", "verify "},
                                         {"itself", "verify "},
                                         {"the launcher", "verify "},
                                         {"dead", "verify "}}));
  DYNAMIC_SECTION(row.lie) {
    LauncherHarness launcher(spec_with_zygote({"/opt/programs/lying_zygote.py", row.lie}));
    create(launcher);
    const Received<Reply> reply = launcher.request(RequestKind::start_interpreter);
    CHECK(reply.message.kind == ReplyKind::failed);
    CHECK_THAT(std::string(step_name(reply.message)), Catch::StartsWith(row.step));
    CHECK(reply.descriptors.empty());
    CHECK(launcher.request(RequestKind::destroy_sandbox).message.kind == ReplyKind::done);
  }
}

TEST_CASE("a launcher without a zygote refuses to fork", "[sandbox]") {
  LaunchSpec spec = program_spec();
  spec.profile.zygote.clear();
  LauncherHarness launcher(spec);
  create(launcher);
  require_failed(launcher.request(RequestKind::fork_interpreter), "fork: there is no zygote",
                 EINVAL);
}

TEST_CASE("a zygote is replaced when the packages change", "[sandbox]") {
  std::string packages = std::filesystem::temp_directory_path() / "packages-XXXXXX";
  REQUIRE(::mkdtemp(packages.data()) != nullptr);
  LaunchSpec spec = spec_with_good_zygote();
  spec.profile.packages = {packages};
  LauncherHarness launcher(spec);
  create(launcher);
  CHECK_FALSE(run_program(start(launcher, 1, 0), "descriptors").empty());
  const pid_t before = zygote_of(launcher);
  std::ofstream(packages + "/new_module.py") << "\n";
  CHECK_FALSE(run_program(start(launcher, 1, 1), "descriptors").empty());
  CHECK(zygote_of(launcher) != before);
  std::filesystem::remove_all(packages);
}

}  // namespace dynsessions::sandbox::test
