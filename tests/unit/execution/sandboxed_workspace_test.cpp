#include "emulator/execution/sandboxed_workspace.h"

#include <fcntl.h>

#include "tests/support/catch.h"
#include "tests/unit/execution/launcher_fixture.h"

namespace dynsessions::execution {
namespace {

using namespace std::chrono_literals;

/// A workspace that has been made.
struct Ready : WorkspaceFixture {
  explicit Ready(const std::vector<std::string>& orders = {}) : WorkspaceFixture(orders) {
    REQUIRE(create());
  }
};

TEST_CASE("a program that ends well brings output and value", "[execution][sandboxed]") {
  Ready fixture;
  const auto printed = fixture.execute("print hello");
  REQUIRE(printed);
  CHECK(printed->outcome == ExecutionOutcome::succeeded);
  CHECK(printed->stdout_text == "hello");
  CHECK(printed->stderr_text.empty());
  CHECK(printed->traceback.empty());
  CHECK(std::holds_alternative<NoValue>(printed->value));
}

TEST_CASE("each kind of value arrives as what it is", "[execution][sandboxed]") {
  struct Row {
    std::string frame;
    ExecutionValue expected;
  };
  const auto row = GENERATE(values<Row>({
      {R"({"kind":"nothing"})", NoValue{}},
      {R"({"kind":"none"})", NoneValue{}},
      {R"({"kind":"text","text":"42"})", TextValue{"42"}},
      {R"({"kind":"string","repr":"'a'","characters":"a"})", StringValue{"'a'", "a"}},
      {R"({"kind":"image","format":"png","base64":"AAAA"})", ImageValue{"png", "AAAA"}},
  }));
  DYNAMIC_SECTION(row.frame) {
    Ready fixture;
    const auto result = fixture.execute("value " + row.frame);
    REQUIRE(result);
    CHECK((result->value == row.expected));
  }
}

TEST_CASE("an expression that is shown with an image arrives with it", "[execution][sandboxed]") {
  Ready fixture;
  const auto both = fixture.execute(
      R"(value {"kind":"image","format":"png","base64":"AAAA","repr":"'a'","characters":"a"})");
  REQUIRE(both);
  CHECK((both->value == ExecutionValue(ImageValue{"png", "AAAA"})));
  CHECK((both->with_image == ExecutionValue(StringValue{"'a'", "a"})));
}

TEST_CASE("a sandbox ends when it has a turn", "[execution][sandboxed]") {
  Ready fixture;
  std::vector<test::Task<std::optional<FifoSemaphore::Permit>>> turns;
  do {
    turns.push_back(fixture.loop.start(fixture.launcher.endings().wait()));
  } while (turns.back().done());
  auto stopping = fixture.loop.start(fixture.workspace->stop());
  fixture.loop.settle();
  CHECK(fixture.execute("count"));  // still there
  turns.front().result().reset();   // for the waiter of this test
  fixture.loop.settle();
  CHECK_FALSE(stopping.done());
  turns.back().result().reset();
  fixture.loop.finish(stopping);
  CHECK_FALSE(fixture.workspace->is_alive());
}

TEST_CASE("first programs take turns", "[execution][sandboxed]") {
  Ready fixture;
  const auto other = fixture.loop.run(SandboxedWorkspace::create(fixture.services));
  REQUIRE(other);
  const auto start_in_other = [&] {
    return fixture.loop.start(
        (*other)->execute({.code = "count", .timeout = WorkspaceFixture::kTimeout}));
  };
  const auto taken = fixture.loop.run(fixture.first_programs.wait());  // one of two
  auto first = fixture.start("hang");
  fixture.loop.run_until([&] { return fixture.clock.has_timers(); });
  auto second = start_in_other();
  fixture.turn_time.advance(WorkspaceFixture::kLongestTurn - 1ns);
  fixture.loop.settle();
  CHECK_FALSE(second.done());

  SECTION("until one has ended") {
    fixture.pass_timeout();
    CHECK(fixture.loop.finish(first)->outcome == ExecutionOutcome::timed_out);
    CHECK(fixture.loop.finish(second)->outcome == ExecutionOutcome::succeeded);
  }
  SECTION("which do not last long") {
    fixture.turn_time.advance(1ns);
    CHECK(fixture.loop.finish(second)->outcome == ExecutionOutcome::succeeded);
    CHECK_FALSE(first.done());
    SECTION("and later programs wait for none") {
      auto third = fixture.loop.run(SandboxedWorkspace::create(fixture.services));
      REQUIRE(third);
      auto its_first = fixture.loop.start(
          (*third)->execute({.code = "hang", .timeout = 2 * WorkspaceFixture::kTimeout}));
      fixture.loop.settle();
      auto later = start_in_other();
      CHECK(fixture.loop.finish(later)->outcome == ExecutionOutcome::succeeded);
      CHECK_FALSE(its_first.done());
      fixture.clock.advance(2 * WorkspaceFixture::kTimeout);
      fixture.loop.finish(its_first);
    }
    if (!first.done()) fixture.pass_timeout();
    fixture.loop.finish(first);
  }
  fixture.loop.run((*other)->stop());
}

TEST_CASE("a program that raises is a successful execution", "[execution][sandboxed]") {
  Ready fixture;
  const auto raised = fixture.execute("raise");
  REQUIRE(raised);
  CHECK(raised->outcome == ExecutionOutcome::raised);
  CHECK(raised->traceback == "ValueError: no");
  CHECK(raised->stderr_text == "a warning");
  CHECK(programs_so_far(fixture) == "2");
}

TEST_CASE("a program that is interrupted at its deadline keeps its interpreter",
          "[execution][sandboxed]") {
  Ready fixture;
  auto task = fixture.start("hang with some output");
  fixture.pass_timeout();
  const auto result = fixture.loop.finish(task);
  REQUIRE(result);
  CHECK(result->outcome == ExecutionOutcome::timed_out);
  CHECK(result->stdout_text == "some output");
  CHECK(programs_so_far(fixture) == "2");
}

TEST_CASE("a program is not interrupted before its deadline", "[execution][sandboxed]") {
  Ready fixture;
  auto task = fixture.start("hang");
  fixture.clock.advance(WorkspaceFixture::kTimeout - 1ns);
  fixture.loop.settle();
  CHECK_FALSE(task.done());
  CHECK_FALSE(fixture.real_time.has_timers());  // no grace period was started
  fixture.clock.advance(1ns);
  CHECK(fixture.loop.finish(task)->outcome == ExecutionOutcome::timed_out);
}

TEST_CASE("a program that ignores the interrupt loses its interpreter after the grace period",
          "[execution][sandboxed]") {
  Ready fixture;
  auto task = fixture.start("ignore");
  fixture.pass_timeout();
  fixture.loop.run_until([&] { return fixture.real_time.has_timers(); });
  fixture.real_time.advance(fixture.services.limits.interrupt_grace - 1ms);
  fixture.loop.settle();
  CHECK_FALSE(task.done());
  fixture.real_time.advance(1ms);
  const auto result = fixture.loop.finish(task);
  REQUIRE(result);
  CHECK(result->outcome == ExecutionOutcome::timed_out_restarted);
  CHECK(programs_so_far(fixture) == "1");
}

TEST_CASE("a program whose interrupt cannot be sent loses its interpreter at once",
          "[execution][sandboxed]") {
  Ready fixture({"fail at interrupt"});
  auto task = fixture.start("hang");
  fixture.pass_timeout();
  CHECK(fixture.loop.finish(task)->outcome == ExecutionOutcome::timed_out_restarted);
  CHECK(programs_so_far(fixture) == "1");
}

TEST_CASE("a program that ends its interpreter says its last words, and a new one is in place",
          "[execution][sandboxed]") {
  Ready fixture;
  const auto result = fixture.execute("die with last words");
  REQUIRE(result);
  CHECK(result->outcome == ExecutionOutcome::interpreter_died);
  CHECK(result->stdout_text == "last words");
  CHECK(result->kernel_ends == std::vector{KernelEnd{}});
  CHECK(programs_so_far(fixture) == "1");
}

TEST_CASE("a program whose interpreter was ended for a limit differs from others that died",
          "[execution][sandboxed]") {
  Ready fixture;
  const auto exceeded = fixture.execute("die of memory");
  REQUIRE(exceeded);
  CHECK(exceeded->outcome == ExecutionOutcome::out_of_memory);
  CHECK(programs_so_far(fixture) == "1");
  CHECK(fixture.execute("die of files")->outcome == ExecutionOutcome::out_of_storage);
  CHECK(fixture.execute("die")->outcome == ExecutionOutcome::interpreter_died);
}

TEST_CASE("a program whose time is up is answered although the launcher does nothing",
          "[execution][sandboxed]") {
  const std::string code = GENERATE("hang", "ignore");
  DYNAMIC_SECTION(code) {
    Ready fixture({"ignore interrupt", "ignore kill once"});
    auto task = fixture.start(code);
    fixture.pass_timeout();
    fixture.loop.settle();
    // The launcher keeps reporting that it works: this test is not about a silent launcher.
    const auto pass = [&](std::chrono::milliseconds time) {
      fixture.launcher_time.advance(time);
      CHECK(fixture.loop.run(fixture.launcher.answers(1s)));
    };
    pass(fixture.services.limits.interrupt_delivery);
    CHECK_FALSE(task.done());  // the call waits for the end of the interpreter
    pass(fixture.services.limits.kill_grace);
    const auto result = fixture.loop.finish(task);
    REQUIRE(result);
    CHECK(result->outcome == ExecutionOutcome::timed_out_restarted);
    // The launcher has recovered by the next program, which starts the new interpreter.
    CHECK(programs_so_far(fixture) == "1");
  }
}

TEST_CASE("when no new interpreter starts, the session is lost, now and later",
          "[execution][sandboxed]") {
  const std::string order = GENERATE("start only one", "fail at kill", "die at kill");
  DYNAMIC_SECTION(order) {
    Ready fixture({order});
    const auto lost = fixture.execute("die");
    REQUIRE(lost.has_error());
    CHECK(lost.error().code == ErrorCode::sandbox_unavailable);
    const auto later = fixture.execute("print 1");
    REQUIRE(later.has_error());
    CHECK(later.error().code == ErrorCode::sandbox_unavailable);
  }
}

TEST_CASE("each kernel has its own interpreter, from its first program on",
          "[execution][sandboxed][kernels]") {
  Ready fixture;
  CHECK(programs_so_far(fixture) == "1");
  CHECK(programs_so_far(fixture, Kernel::asynchronous) == "1");
  CHECK(programs_so_far(fixture, Kernel::empty) == "1");
  CHECK(programs_so_far(fixture) == "2");
  CHECK(programs_so_far(fixture, Kernel::asynchronous) == "2");
}

TEST_CASE("kernels run side by side", "[execution][sandboxed][kernels]") {
  Ready fixture;
  auto hanging = fixture.start("hang", Kernel::asynchronous);
  fixture.loop.settle();
  CHECK(fixture.execute("print 1")->stdout_text == "1");
  CHECK(fixture.execute("print 2", Kernel::empty)->stdout_text == "2");
  CHECK_FALSE(hanging.done());
  fixture.loop.run_until([&] { return fixture.clock.has_timers(); });
  fixture.pass_timeout();
  CHECK(fixture.loop.finish(hanging)->outcome == ExecutionOutcome::timed_out);
}

TEST_CASE("a kernel that loses its interpreter leaves the others theirs",
          "[execution][sandboxed][kernels]") {
  Ready fixture;
  CHECK(programs_so_far(fixture) == "1");
  const auto died = fixture.execute("die", Kernel::asynchronous);
  REQUIRE(died);
  CHECK(died->outcome == ExecutionOutcome::interpreter_died);
  CHECK(programs_so_far(fixture, Kernel::asynchronous) == "1");
  CHECK(programs_so_far(fixture) == "2");
}

TEST_CASE("a kernel that cannot be started loses the session", "[execution][sandboxed][kernels]") {
  Ready fixture({"start only one"});
  CHECK(fixture.execute("print 1"));
  const auto refused = fixture.execute("print 1", Kernel::asynchronous);
  REQUIRE(refused.has_error());
  CHECK(refused.error().code == ErrorCode::sandbox_unavailable);
}

TEST_CASE("an interpreter that ended between two programs is replaced before the next one",
          "[execution][sandboxed]") {
  Ready fixture;
  CHECK(fixture.workspace->is_alive());
  CHECK(fixture.execute("end")->outcome == ExecutionOutcome::succeeded);
  fixture.loop.run_until([&] { return !fixture.workspace->is_alive(); });
  CHECK(programs_so_far(fixture) == "1");
  CHECK(fixture.workspace->is_alive());
}

TEST_CASE("a sandbox that cannot be made says why", "[execution][sandboxed]") {
  struct Row {
    std::string order;
    std::string message;
  };
  const auto row = GENERATE(values<Row>({
      {"fail at create", "The sandbox could not be set up: step of create"},
      {"fail at start", "The sandbox could not be set up: step of start"},
      {"die at create", "The sandbox launcher has ended."},
      {"die at start", "The sandbox launcher has ended."},
      {"start dead interpreters", "The Python interpreter of the session did not start."},
  }));
  DYNAMIC_SECTION(row.order) {
    WorkspaceFixture fixture({row.order});
    const auto made = fixture.create();
    REQUIRE(made.has_error());
    CHECK(made.error().code == ErrorCode::sandbox_unavailable);
    CHECK_THAT(made.error().message, Catch::StartsWith(row.message));
  }
}

TEST_CASE("an interpreter that never gets ready is given up at the start deadline",
          "[execution][sandboxed]") {
  WorkspaceFixture fixture({"start mute interpreters"});
  auto task = fixture.loop.start(SandboxedWorkspace::create(fixture.services));
  fixture.loop.run_until([&] { return fixture.real_time.has_timers(); });
  fixture.real_time.advance(fixture.services.limits.start_deadline - 1ms);
  fixture.loop.settle();
  CHECK_FALSE(task.done());
  fixture.real_time.advance(1ms);
  const auto made = fixture.loop.finish(task);
  REQUIRE(made.has_error());
  CHECK(made.error().message == "The Python interpreter of the session did not start.");
  CHECK_FALSE(fixture.real_time.has_timers());
}

TEST_CASE("the data directory is there until the workspace is stopped", "[execution][sandboxed]") {
  Ready fixture;
  CHECK(::fcntl(fixture.workspace->data_directory(), F_GETFD) >= 0);
  fixture.loop.run(fixture.workspace->stop());
  CHECK(fixture.workspace->data_directory() == -1);
}

TEST_CASE("stopping ends the program under way", "[execution][sandboxed]") {
  struct Row {
    std::string what;
    std::string code;
    void (*before)(WorkspaceFixture&);
  };
  const auto row = GENERATE(values<Row>({
      {"while it runs", "hang", [](WorkspaceFixture&) {}},
      {"in its grace period", "ignore",
       [](WorkspaceFixture& fixture) {
         fixture.pass_timeout();
         fixture.loop.run_until([&] { return fixture.real_time.has_timers(); });
       }},
  }));
  DYNAMIC_SECTION(row.what) {
    Ready fixture;
    auto running = fixture.start(row.code);
    row.before(fixture);
    fixture.loop.run(fixture.workspace->stop());
    const auto result = fixture.loop.finish(running);
    REQUIRE(result.has_error());
    CHECK(result.error().code == ErrorCode::sandbox_unavailable);
    CHECK_FALSE(fixture.clock.has_timers());
    CHECK_FALSE(fixture.real_time.has_timers());
  }
}

TEST_CASE("an idle interpreter keeps its connection until the launcher has ended it or is stuck",
          "[execution][sandboxed]") {
  Ready fixture({"ignore destroy", "ignore ping"});
  auto stopping = fixture.loop.start(fixture.workspace->stop());
  fixture.loop.settle();
  CHECK(fixture.workspace->is_alive());
  CHECK_FALSE(stopping.done());
  for (int second = 0; second < 2 * LauncherClient::kSilence.count(); ++second) {
    fixture.launcher_time.advance(1s);
    fixture.loop.settle();
  }
  fixture.loop.finish(stopping);
  fixture.loop.settle();
  CHECK_FALSE(fixture.workspace->is_alive());
}

TEST_CASE("a cancelled program leaves no timer behind, and the workspace can be stopped",
          "[execution][sandboxed]") {
  Ready fixture;
  auto running = fixture.start("hang");
  running.cancel();
  fixture.loop.settle();
  CHECK(running.done());
  CHECK_FALSE(fixture.clock.has_timers());
  fixture.loop.run(fixture.workspace->stop());
}

TEST_CASE("a workspace that is only destroyed gives its sandbox back too",
          "[execution][sandboxed]") {
  Ready fixture({"die at destroy"});
  fixture.workspace.reset();
  fixture.loop.run_until([&] { return !fixture.launcher.alive(); });
}

TEST_CASE("workspaces of one launcher know nothing of each other", "[execution][sandboxed]") {
  Ready fixture;
  SandboxedWorkspaceFactory factory(fixture.services, {});
  auto other = fixture.loop.run(factory.create());
  REQUIRE(other);
  REQUIRE(fixture.execute("print 1"));
  ExecutionRequest request{.code = "count"};
  const auto count = fixture.loop.run((*other)->execute(std::move(request)));
  CHECK((count->value == ExecutionValue(TextValue{"1"})));
}

}  // namespace
}  // namespace dynsessions::execution
