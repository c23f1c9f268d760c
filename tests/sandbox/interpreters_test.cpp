#include <csignal>

#include <sys/socket.h>
#include <sys/wait.h>

#include <nlohmann/json.hpp>

#include "tests/sandbox/steps.h"
#include "tests/support/catch.h"

/// Several interpreters in one sandbox: what they share, and what one can do to another.
namespace dynsessions::sandbox::test {
namespace {

using nlohmann::json;

Received<Reply> kill_interpreter(LauncherHarness& launcher, std::uint32_t id) {
  return launcher.request(RequestKind::kill_interpreter, 1, id);
}

/// Checks that a program that stays still runs and can be interrupted.
void check_still_runs(LauncherHarness& launcher, std::uint32_t id) {
  CHECK(launcher.request(RequestKind::interrupt_interpreter, 1, id).message.kind ==
        ReplyKind::done);
  const Reply event = launcher.next_event();
  CHECK(event.interpreter_id == id);
  CHECK(WIFSIGNALED(event.end.wait_status));
  CHECK(WTERMSIG(event.end.wait_status) == SIGINT);
}

}  // namespace

TEST_CASE("interpreters of a sandbox share files and see no process of each other", "[sandbox]") {
  LauncherHarness launcher(program_spec());
  create(launcher);
  const Interpreter staying = start_staying(launcher, 1, 0);
  CHECK(run_program(start(launcher, 1, 1), "append_to_upload") == "\", written inside\"\n");
  CHECK(run_program(start(launcher, 1, 2), "append_to_upload") ==
        "\", written inside, written inside\"\n");
  const json seen = json::parse(run_program(start(launcher, 1, 3), "proc_exposure"));
  CHECK(seen["processes"] == true);  // only itself
}

TEST_CASE("an id names one interpreter, and is free again when that has ended", "[sandbox]") {
  LauncherHarness launcher(program_spec());
  create(launcher);
  const Interpreter interpreter = start_staying(launcher, 1, 7);
  require_failed(launcher.request(RequestKind::start_interpreter, 1, 7),
                 "start: the interpreter still runs", EBUSY);
  require_failed(launcher.request(RequestKind::interrupt_interpreter, 1, 8),
                 "interrupt: no interpreter", ESRCH);
  check_still_runs(launcher, 7);
  CHECK(run_program(start(launcher, 1, 7), "descriptors").find("/dev/null") != std::string::npos);
  const Reply event = launcher.next_event();
  CHECK(event.kind == ReplyKind::interpreter_exited);
  CHECK(event.interpreter_id == 7);
}

TEST_CASE("the number of interpreters in a sandbox is bounded", "[sandbox]") {
  LauncherHarness launcher(program_spec());
  create(launcher);
  std::vector<Interpreter> interpreters;
  for (std::uint32_t id = 0; id < kMaxInterpreters; ++id) {
    interpreters.push_back(start(launcher, 1, id));
  }
  require_failed(launcher.request(RequestKind::start_interpreter, 1, kMaxInterpreters),
                 "start: too many interpreters", ENOSPC);
  CHECK(kill_interpreter(launcher, 0).message.kind == ReplyKind::done);
  start(launcher, 1, kMaxInterpreters);
}

TEST_CASE("a hostile program reaches no interpreter that starts or works at the same time",
          "[sandbox][hostile]") {
  LauncherHarness launcher(program_spec());
  create(launcher);
  const Interpreter hostile = start_running(launcher, "attack_others", 1, 0);
  for (int round = 0; round < 10; ++round) {
    const Interpreter newcomer = start(launcher, 1, 1);
    CHECK(run_program(newcomer, "limits").find("\"NOFILE\": [1024, 1024]") != std::string::npos);
    const Reply event = launcher.next_event();
    CHECK(event.interpreter_id == 1);
    CHECK(event.end.wait_status == 0);
  }
  REQUIRE(::send(hostile.control.get(), "stop", 4, MSG_NOSIGNAL) == 4);
  CHECK(json::parse(read_all(hostile.output.get())) ==
        json::parse(R"({"others":[],"own child":["descriptors","environment","kill","kill group",
                                                 "limit","memory","slow down","stop"]})"));
}

TEST_CASE("killing an interpreter ends all that it started and no other", "[sandbox][hostile]") {
  const std::string program = GENERATE("stay", "fork_storm");
  DYNAMIC_SECTION(program) {
    LaunchSpec spec = program_spec();
    spec.profile.limits.processes = 60;
    LauncherHarness launcher(spec);
    create(launcher);
    const Interpreter other = start_staying(launcher, 1, 0);
    const std::vector<pid_t> before = descendants(launcher.pid());
    const Interpreter victim = start_running(launcher, program, 1, 1);
    CHECK(kill_interpreter(launcher, 1).message.kind == ReplyKind::done);
    CHECK(descendants(launcher.pid()) == before);
    CHECK(launcher.next_event().interpreter_id == 1);
    check_still_runs(launcher, 0);
  }
}

TEST_CASE("an interpreter starts also while another has taken all processes",
          "[sandbox][hostile]") {
  LaunchSpec spec = program_spec();
  spec.profile.limits.processes = 60;
  LauncherHarness launcher(spec);
  create(launcher);
  const Interpreter storm = start_running(launcher, "fork_storm", 1, 0);
  for (int round = 0; round < 3; ++round) {
    CHECK(run_program(start(launcher, 1, 1), "environment").find("session") != std::string::npos);
    CHECK(kill_interpreter(launcher, 1).message.kind == ReplyKind::done);
  }
}

TEST_CASE("processes that an interpreter leaves end with it, at once", "[sandbox]") {
  LauncherHarness launcher(program_spec());
  await_zygote(launcher);
  const std::vector<pid_t> before = descendants(launcher.pid());
  create(launcher);
  run_program(start(launcher), "leave_child");
  CHECK(launcher.next_event().kind == ReplyKind::interpreter_exited);
  CHECK(descendants(launcher.pid()) == before);
}

TEST_CASE("killing an interpreter that is not there is done", "[sandbox]") {
  LauncherHarness launcher(program_spec());
  create(launcher);
  CHECK(kill_interpreter(launcher, 3).message.kind == ReplyKind::done);
}

TEST_CASE("a destroyed sandbox takes all its interpreters with it", "[sandbox]") {
  LauncherHarness launcher(program_spec());
  await_zygote(launcher);
  const std::vector<pid_t> before = descendants(launcher.pid());
  create(launcher);
  std::vector<Interpreter> interpreters;
  for (const std::uint32_t id : {0U, 1U, 2U}) {
    interpreters.push_back(start_staying(launcher, 1, id));
  }
  CHECK(launcher.request(RequestKind::destroy_sandbox).message.kind == ReplyKind::done);
  CHECK(descendants(launcher.pid()) == before);
}

}  // namespace dynsessions::sandbox::test
