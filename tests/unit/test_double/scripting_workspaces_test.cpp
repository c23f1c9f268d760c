#include "emulator/test_double/scripts/scripting_workspaces.h"

#include <memory>
#include <string>

#include <boost/asio/thread_pool.hpp>

#include "emulator/execution/scripted_workspace.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_loop.h"

namespace dynsessions::test_double {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using execution::ExecutionOutcome;
using execution::ExecutionRequest;
using execution::ExecutionResult;

asio::awaitable<Result<ExecutionResult>> run_for_real(ExecutionRequest request) {
  ExecutionResult result;
  result.stdout_text = "ran " + request.code;
  co_return result;
}

struct ScriptingFixture {
  ScriptingFixture() {
    ScriptServices services{loop.executor(), book, real_time, file_pool};
    auto inner = std::make_shared<execution::ScriptedWorkspaceFactory>(run_for_real);
    factory = std::make_unique<ScriptingWorkspaces>(services, pool, std::move(inner));
    workspace = *loop.run(factory->create());
  }
  void put(const std::string& rules) {
    book.replace(pool, parse_script(nlohmann::json::parse("{\"rules\":[" + rules + "]}")).value());
  }
  test::Task<Result<ExecutionResult>> start(const std::string& code) {
    ExecutionRequest request{.code = code, .timeout = 10s, .clock = &clock};
    return loop.start(workspace->execute(std::move(request)));
  }

  test::TestLoop loop;
  ManualClock real_time{Clock::TimePoint()};
  ManualClock clock{Clock::TimePoint()};
  asio::thread_pool file_pool{1};
  ScriptBook book;
  const pools::PoolName pool;
  std::unique_ptr<ScriptingWorkspaces> factory;
  std::unique_ptr<execution::Workspace> workspace;
};

TEST_CASE("a program that no rule answers is run", "[double][scripts]") {
  ScriptingFixture fixture;
  fixture.put(R"({"code":"a","stdout":"written down"})");
  CHECK(fixture.loop.finish(fixture.start("a"))->stdout_text == "written down");
  CHECK(fixture.loop.finish(fixture.start("b"))->stdout_text == "ran b");
}

TEST_CASE("a delay passes in real time, whatever the clock of the pool does", "[double][scripts]") {
  ScriptingFixture fixture;
  fixture.put(R"({"code":"a","result":1,"delaySeconds":5})");
  auto task = fixture.start("a");
  fixture.real_time.advance(4s);
  fixture.loop.settle();
  CHECK_FALSE(task.done());
  fixture.real_time.advance(1s);
  fixture.loop.settle();
  REQUIRE(task.done());
  const auto result = task.result();
  CHECK(result->outcome == ExecutionOutcome::succeeded);
  CHECK(result->duration == 5s);
  CHECK(result->answered_by == "script rule 1 of the pool");
}

TEST_CASE("a scripted program times out by the clock of its pool", "[double][scripts]") {
  ScriptingFixture fixture;
  fixture.put(R"({"code":"a","delaySeconds":60})");
  auto task = fixture.start("a");
  fixture.clock.advance(10s);
  fixture.loop.settle();
  CHECK(task.result()->outcome == ExecutionOutcome::timed_out);
  CHECK_FALSE(fixture.clock.has_timers());
  CHECK_FALSE(fixture.real_time.has_timers());
}

TEST_CASE("killing the kernel ends a scripted program in it", "[double][scripts]") {
  ScriptingFixture fixture;
  fixture.put(R"({"code":"a","delaySeconds":60})");
  auto task = fixture.start("a");
  fixture.loop.run(fixture.workspace->kill_kernel(execution::Kernel::asynchronous));
  fixture.loop.settle();
  CHECK_FALSE(task.done());
  fixture.loop.run(fixture.workspace->kill_kernel(execution::Kernel::synchronous));
  fixture.loop.settle();
  CHECK(task.result()->outcome == ExecutionOutcome::interpreter_died);
}

TEST_CASE("a scripted program ends with its session", "[double][scripts]") {
  ScriptingFixture fixture;
  fixture.put(R"({"code":"a","delaySeconds":60})");
  auto task = fixture.start("a");
  fixture.loop.run(fixture.workspace->stop());
  fixture.loop.settle();
  CHECK(task.result().error().code == ErrorCode::sandbox_unavailable);
}

}  // namespace
}  // namespace dynsessions::test_double
