#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/base/acting_as.h"
#include "tests/sandbox/steps.h"
#include "tests/support/catch.h"

namespace dynsessions::sandbox::test {
namespace {

std::string mounts_of_host() {
  std::ifstream file("/proc/self/mountinfo");
  return (std::ostringstream() << file.rdbuf()).str();
}

/// Counts the open files of both launchers; the inner one owns the sandboxes.
std::size_t descriptors_of_launchers(const LauncherHarness& launcher) {
  std::size_t count = 0;
  const pid_t inner = descendants(launcher.pid()).front();
  for (const pid_t pid : {launcher.pid(), inner}) {
    const std::filesystem::directory_iterator open("/proc/" + std::to_string(pid) + "/fd");
    count += static_cast<std::size_t>(std::distance(begin(open), end(open)));
  }
  return count;
}

/// The file system maps only the session's user: to make files in it, root must act as that user
/// (or gets EOVERFLOW). An ordinary user is that user already.
ActingAs acting_as_owner(const UniqueFd& data) {
  struct stat status {};
  REQUIRE(::fstat(data.get(), &status) == 0);
  return {status.st_uid, status.st_gid};
}

}  // namespace

TEST_CASE("files pass both ways through the descriptor of the data directory", "[sandbox]") {
  LauncherHarness launcher(program_spec());
  const UniqueFd data = create(launcher);
  {
    const ActingAs acting = acting_as_owner(data);
    const UniqueFd file(
        ::openat(data.get(), "upload", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    REQUIRE(file);
    REQUIRE(::write(file.get(), "hello", 5) == 5);
  }
  const Interpreter interpreter = start(launcher);
  CHECK(run_program(interpreter, "append_to_upload") == "\"hello, written inside\"\n");
  CHECK(launcher.request(RequestKind::destroy_sandbox).message.kind == ReplyKind::done);
  // The descriptor keeps the file system for as long as the server needs to read from it.
  struct stat status {};
  CHECK(::fstatat(data.get(), "upload", &status, AT_SYMLINK_NOFOLLOW) == 0);
  CHECK(status.st_size == 21);
}

TEST_CASE("files stay and variables go when an interpreter is started again", "[sandbox]") {
  LauncherHarness launcher(program_spec());
  const UniqueFd data = create(launcher);
  run_program(start(launcher), "write_outside");
  CHECK(launcher.next_event().kind == ReplyKind::interpreter_exited);
  run_program(start(launcher), "descriptors");
  CHECK(::faccessat(data.get(), "canary", F_OK, 0) == 0);
}

TEST_CASE("an interpreter's exit status is an event", "[sandbox]") {
  LaunchSpec spec = program_spec();
  spec.profile.interpreter = {"/usr/bin/python3", "-I", "-c", "import sys; sys.exit(7)"};
  spec.profile.zygote.clear();
  LauncherHarness launcher(spec);
  create(launcher);
  start(launcher);
  const Reply event = launcher.next_event();
  CHECK(event.kind == ReplyKind::interpreter_exited);
  CHECK(event.sandbox_id == 1);
  CHECK(WIFEXITED(event.end.wait_status));
  CHECK(WEXITSTATUS(event.end.wait_status) == 7);
}

TEST_CASE("an interrupt reaches the interpreter as SIGINT", "[sandbox]") {
  LauncherHarness launcher(program_spec());
  create(launcher);
  const Interpreter interpreter = start_staying(launcher);
  CHECK(launcher.request(RequestKind::interrupt_interpreter).message.kind == ReplyKind::done);
  const Reply event = launcher.next_event();
  CHECK(event.kind == ReplyKind::interpreter_exited);
  CHECK(WIFSIGNALED(event.end.wait_status));
  CHECK(WTERMSIG(event.end.wait_status) == SIGINT);
}

TEST_CASE("killing an interpreter ends all that it left, not the sandbox", "[sandbox]") {
  LauncherHarness launcher(program_spec());
  await_zygote(launcher);
  const std::size_t before = descendants(launcher.pid()).size();
  create(launcher);
  const Interpreter interpreter = start_staying(launcher);
  CHECK(descendants(launcher.pid()).size() == before + 3);  // init, interpreter and its child
  CHECK(launcher.request(RequestKind::kill_interpreter).message.kind == ReplyKind::done);
  const Reply event = launcher.next_event();
  CHECK(event.kind == ReplyKind::interpreter_exited);
  CHECK(WTERMSIG(event.end.wait_status) == SIGKILL);
  // End of file on stdout: the child in another process session held it as well.
  CHECK(read_all(interpreter.output.get()).empty());
  CHECK(run_program(start(launcher), "descriptors").find("/dev/null") != std::string::npos);
}

TEST_CASE("nothing is left of a sandbox that was destroyed", "[sandbox]") {
  LauncherHarness launcher(program_spec());
  await_zygote(launcher);
  const std::string mounts = mounts_of_host();
  const std::vector<pid_t> before = descendants(launcher.pid());
  create(launcher);
  const Interpreter interpreter = start_staying(launcher);
  REQUIRE(descendants(launcher.pid()).size() == before.size() + 3);
  CHECK(launcher.request(RequestKind::destroy_sandbox).message.kind == ReplyKind::done);
  CHECK(descendants(launcher.pid()) == before);
  CHECK(mounts_of_host() == mounts);
  require_failed(launcher.request(RequestKind::start_interpreter), "request: no such sandbox",
                 ENOENT);
  create(launcher);  // the id is free again
}

TEST_CASE("the kernel objects of destroyed sandboxes are removed when no more of them end",
          "[sandbox]") {
  constexpr std::uint64_t kSandboxes = 8;
  constexpr int kLooks = 6000;
  constexpr std::chrono::milliseconds kBetweenLooks{10};
  LauncherHarness launcher(program_spec());
  await_zygote(launcher);
  const std::size_t before = descriptors_of_launchers(launcher);
  std::vector<Interpreter> interpreters;
  for (std::uint64_t id = 1; id <= kSandboxes; ++id) {
    create(launcher, id);
    interpreters.push_back(start_staying(launcher, id));
  }
  REQUIRE(descriptors_of_launchers(launcher) >= before + kSandboxes);
  std::vector<std::uint64_t> requests;
  for (std::uint64_t id = 1; id <= kSandboxes; ++id) {
    requests.push_back(
        launcher.send(Request{.kind = RequestKind::destroy_sandbox, .sandbox_id = id}));
  }
  for (const std::uint64_t id : requests) {
    CHECK(launcher.reply_to(id).message.kind == ReplyKind::done);
  }
  // The launcher waits by its real clock and reports no removal, so the test looks again and again.
  int looks = 0;
  while (descriptors_of_launchers(launcher) > before && ++looks < kLooks) {
    std::this_thread::sleep_for(kBetweenLooks);
  }
  CHECK(descriptors_of_launchers(launcher) <= before);
}

TEST_CASE("two sandboxes share no file and no process", "[sandbox]") {
  LauncherHarness launcher(program_spec());
  const UniqueFd first = create(launcher, 1);
  const UniqueFd second = create(launcher, 2);
  const Interpreter staying = start_staying(launcher, 1);
  CHECK(run_program(start(launcher, 2), "proc_exposure").find("\"processes\": true") !=
        std::string::npos);
  const UniqueFd file(::openat(second.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  run_program(
      [&] {
        CHECK(launcher.request(RequestKind::kill_interpreter, 2).message.kind == ReplyKind::done);
        return start(launcher, 2);
      }(),
      "write_outside");
  CHECK(::faccessat(second.get(), "canary", F_OK, 0) == 0);
  CHECK(::faccessat(first.get(), "canary", F_OK, 0) != 0);
}

TEST_CASE("a sandbox whose prepared jail has ended takes an interpreter, and nothing of it stays",
          "[sandbox]") {
  LauncherHarness launcher(program_spec());
  await_zygote(launcher);
  const std::vector<pid_t> before = descendants(launcher.pid());
  create(launcher);
  const std::vector<pid_t> prepared = descendants(launcher.pid());
  REQUIRE(prepared.size() == before.size() + 1);
  ::kill(prepared.back(), SIGKILL);
  REQUIRE(all_gone({prepared.back()}));
  CHECK(run_program(start(launcher), "descriptors").find("/dev/null") != std::string::npos);
  CHECK(launcher.next_event().kind == ReplyKind::interpreter_exited);
  CHECK(launcher.request(RequestKind::destroy_sandbox).message.kind == ReplyKind::done);
  CHECK(descendants(launcher.pid()) == before);
}

TEST_CASE("an interpreter whose init is killed has ended, and its sandbox takes another",
          "[sandbox]") {
  LauncherHarness launcher(program_spec());
  await_zygote(launcher);
  const std::vector<pid_t> before = descendants(launcher.pid());
  create(launcher);
  const Interpreter interpreter = start_staying(launcher);
  const std::vector<pid_t> after = descendants(launcher.pid());
  // Pids grow: init has the lowest new one.
  const auto init = std::find_if(after.begin(), after.end(), [&](pid_t pid) {
    return std::find(before.begin(), before.end(), pid) == before.end();
  });
  REQUIRE(init != after.end());
  ::kill(*init, SIGKILL);
  CHECK(launcher.next_event().kind == ReplyKind::interpreter_exited);
  CHECK(descendants(launcher.pid()) == before);
  CHECK(run_program(start(launcher), "descriptors").find("/dev/null") != std::string::npos);
}

TEST_CASE("everything ends when the server hangs up", "[sandbox]") {
  LauncherHarness launcher(program_spec());
  create(launcher);
  const Interpreter interpreter = start_staying(launcher);
  const std::vector<pid_t> processes = descendants(launcher.pid());
  // Launcher, init, interpreter and its child; perhaps the zygote.
  REQUIRE(processes.size() == (forks_interpreters() ? 5 : 4));
  CHECK(launcher.hang_up() == 0);
  CHECK(all_gone(processes));
}

TEST_CASE("everything ends when a part of the launcher is killed", "[sandbox]") {
  const auto victim = GENERATE(0, 1);
  LauncherHarness launcher(program_spec());
  const pid_t inner = descendants(launcher.pid()).at(0);
  create(launcher);
  const Interpreter interpreter = start_staying(launcher);
  const std::vector<pid_t> processes = descendants(launcher.pid());
  REQUIRE(processes.size() == (forks_interpreters() ? 5 : 4));
  ::kill(victim == 0 ? launcher.pid() : inner, SIGKILL);
  CHECK(all_gone(processes));
}

}  // namespace dynsessions::sandbox::test
