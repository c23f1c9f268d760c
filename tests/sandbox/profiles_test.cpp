#include <cerrno>
#include <csignal>

#include <sys/socket.h>
#include <sys/wait.h>

#include <nlohmann/json.hpp>

#include "tests/sandbox/processes.h"
#include "tests/sandbox/steps.h"
#include "tests/support/catch.h"

/// Several profiles in one launcher: the differences of their sandboxes, and the lifetime of their
/// zygotes.
namespace dynsessions::sandbox::test {
namespace {

using nlohmann::json;

constexpr std::uint64_t kSecondProfile = 2;
constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

LaunchSpec spec_with_zygote() {
  LaunchSpec spec = program_spec();
  spec.profile.zygote = {"/usr/bin/python3", "-I", "-B", "/opt/programs/zygote.py"};
  return spec;
}

/// Differs from the first profile in environment, memory and files.
SandboxProfile second_profile() {
  SandboxProfile profile = program_spec().profile;
  profile.environment.emplace_back("COLOUR=blue");
  profile.limits.memory_bytes = 96 * kMiB;
  profile.limits.data_bytes = 1 * kMiB;
  profile.limits.tmp_bytes = 4 * kMiB;
  profile.limits.shared_memory_bytes = 4 * kMiB;
  return profile;
}

void require_done(const Reply& reply) {
  INFO("step: " << step_name(reply) << ", errno " << reply.error_number);
  REQUIRE(reply.kind == ReplyKind::done);
}

std::string environment_in(LauncherHarness& launcher, std::uint64_t sandbox, std::uint32_t id = 0) {
  const json answer = json::parse(run_program(start(launcher, sandbox, id), "environment"));
  return answer["environment"].value("COLOUR", "none");
}

}  // namespace

TEST_CASE("sandboxes of two profiles in one launcher differ as their profiles do", "[sandbox]") {
  LaunchSpec spec = program_spec();
  spec.launcher.cgroups = GENERATE(true, false);
  CAPTURE(spec.launcher.cgroups);
  spec.profile.limits.data_bytes = 2 * kMiB;
  LauncherHarness launcher(spec);
  require_done(launcher.define(second_profile(), kSecondProfile));
  require_done(launcher.create(1).message);
  require_done(launcher.create(2, kSecondProfile).message);

  CHECK(environment_in(launcher, 1) == "none");
  CHECK(environment_in(launcher, 2) == "blue");
  launcher.next_event();
  launcher.next_event();

  const auto bytes_in = [&](std::uint64_t sandbox) {
    const json answer = json::parse(run_program(start(launcher, sandbox), "fill_data"));
    return answer["bytes"]["bytes"].get<std::uint64_t>();
  };
  CHECK(bytes_in(1) == 2 * kMiB);
  CHECK(bytes_in(2) == 1 * kMiB);
  launcher.next_event();
  launcher.next_event();

  // Run in both profiles: the first has 2 GiB of memory, the second 96 MiB plus its files.
  const std::string much = R"({"mebibytes": 200, "stay": false})";
  CHECK(run_program(start(launcher, 1), "take_memory", much) == "200\n");
  CHECK(launcher.next_event().sandbox_id == 1);
  const Interpreter small = start(launcher, 2);
  const std::string order =
      R"({"program":"take_memory","arguments":{"mebibytes": 200, "stay": true}})"
      "\n";
  REQUIRE(::send(small.control.get(), order.data(), order.size(), MSG_NOSIGNAL) > 0);
  const Reply event = launcher.next_event();
  CHECK(event.sandbox_id == 2);
  CHECK(event.end.exceeded == ExceededLimit::memory);
}

TEST_CASE("a profile that cannot be used is refused with the step and leaves nothing",
          "[sandbox]") {
  LauncherHarness launcher(program_spec());
  SandboxProfile profile = program_spec().profile;
  std::string step;
  SECTION("a bind without source") {
    profile.binds.push_back({"/nowhere", "/opt/nowhere"});
    step = "bind source /nowhere: it does not exist";
  }
  SECTION("a limit of 0") {
    profile.limits.cpu_hundredths = 0;
    step = "limits: a size of 0 is not a limit";
  }
  SECTION("no interpreter") {
    profile.interpreter.clear();
    step = "interpreter: argv is empty";
  }
  const Reply reply = launcher.define(profile, kSecondProfile);
  CHECK(reply.kind == ReplyKind::failed);
  CHECK(step_name(reply) == step);
  require_failed(launcher.create(1, kSecondProfile), "create: no such profile", ENOENT);
  // The id is free, and the first profile is unchanged.
  require_done(launcher.define(second_profile(), kSecondProfile));
  require_done(launcher.create(2).message);
}

TEST_CASE("a profile's id is used once and must be known", "[sandbox]") {
  LauncherHarness launcher(program_spec());
  const Reply again = launcher.define(second_profile(), kFirstProfile);
  CHECK(again.kind == ReplyKind::failed);
  CHECK(step_name(again) == "define profile: id in use");
  const Reply none = launcher.define(second_profile(), 0);
  CHECK(none.kind == ReplyKind::failed);
  const Reply unknown = launcher.forget(7);
  CHECK(unknown.kind == ReplyKind::failed);
  CHECK(step_name(unknown) == "forget profile: no such profile");
  require_failed(launcher.create(1, 7), "create: no such profile", ENOENT);
}

TEST_CASE("a profile's zygote is started with its first sandbox", "[sandbox]") {
  LauncherHarness launcher(spec_with_zygote());
  SandboxProfile second = second_profile();
  second.zygote = spec_with_zygote().profile.zygote;
  require_done(launcher.define(second, kSecondProfile));
  CHECK(zygotes_of(launcher).empty());

  create(launcher, 1);
  CHECK_FALSE(run_program(start(launcher, 1), "descriptors").empty());
  const auto first_zygotes = zygotes_of(launcher);
  REQUIRE(first_zygotes.size() == 1);

  require_done(launcher.create(2, kSecondProfile).message);
  CHECK(environment_in(launcher, 2) == "blue");
  CHECK(zygotes_of(launcher).size() == 2);
  CHECK(environment_in(launcher, 1) == "none");
}

TEST_CASE("a zygote ends when its profile was not used for the idle period", "[sandbox]") {
  LaunchSpec spec = spec_with_zygote();
  spec.launcher.zygote_idle_seconds = 0;
  LauncherHarness launcher(spec);
  create(launcher, 1);
  CHECK_FALSE(run_program(start(launcher, 1), "descriptors").empty());
  const auto zygotes = zygotes_of(launcher);
  REQUIRE(zygotes.size() == 1);
  require_done(launcher.request(RequestKind::destroy_sandbox, 1).message);
  CHECK(all_gone(zygotes));
  // The next sandbox has another zygote.
  create(launcher, 2);
  CHECK_FALSE(run_program(start(launcher, 2), "descriptors").empty());
  CHECK(zygotes_of(launcher).size() == 1);
}

TEST_CASE("a profile without sandboxes keeps its zygote during the idle period", "[sandbox]") {
  LauncherHarness launcher(spec_with_zygote());
  await_zygote(launcher);  // the sandbox was destroyed before
  const auto zygotes = zygotes_of(launcher);
  REQUIRE(zygotes.size() == 1);
  create(launcher, 1);
  CHECK_FALSE(run_program(start(launcher, 1), "descriptors").empty());
  CHECK(zygotes_of(launcher) == zygotes);
}

TEST_CASE("a forgotten profile loses its zygote, and its sandboxes continue", "[sandbox]") {
  LauncherHarness launcher(spec_with_zygote());
  create(launcher, 1);
  const Interpreter staying = start_staying(launcher, 1, 0);
  const auto zygotes = zygotes_of(launcher);
  REQUIRE(zygotes.size() == 1);
  require_done(launcher.forget(kFirstProfile));
  CHECK(all_gone(zygotes));
  require_failed(launcher.create(2), "create: no such profile", ENOENT);

  require_done(launcher.request(RequestKind::interrupt_interpreter, 1, 0).message);
  // A fork was requested; the interpreter was started, since there is no zygote.
  CHECK(environment_in(launcher, 1, 1) == "none");
  CHECK(zygotes_of(launcher).empty());
  require_done(launcher.request(RequestKind::destroy_sandbox, 1).message);
  // The id can be used again.
  require_done(launcher.define(second_profile(), kFirstProfile));
}

TEST_CASE("an interpreter that waits for the zygote of a profile is started when it is forgotten",
          "[sandbox]") {
  LaunchSpec spec = spec_with_zygote();
  spec.profile.zygote = {"/usr/bin/python3", "-I", "-B", "-c", "import time; time.sleep(60)"};
  LauncherHarness launcher(spec);
  create(launcher, 1);
  const std::uint64_t waiting =
      launcher.send({.kind = RequestKind::fork_interpreter, .sandbox_id = 1});
  require_done(launcher.forget(kFirstProfile));
  CHECK_FALSE(run_program(take_interpreter(launcher.reply_to(waiting)), "descriptors").empty());
}

}  // namespace dynsessions::sandbox::test
