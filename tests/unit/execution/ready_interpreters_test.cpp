#include "emulator/execution/ready_interpreters.h"

#include "emulator/execution/scripted_interpreter.h"
#include "tests/support/catch.h"
#include "tests/support/test_loop.h"

namespace dynsessions::execution {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using MaybeInterpreter = Result<std::unique_ptr<Interpreter>>;

/// Makes scripted interpreters, or fails as often as it is told to; waits while it is held.
class FakeFactory final : public InterpreterFactory {
 public:
  explicit FakeFactory(asio::any_io_executor executor) : released_(std::move(executor)) {}

  asio::awaitable<MaybeInterpreter> create() override {
    ++attempts;
    while (held) co_await released_.wait();
    if (failures > 0) {
      --failures;
      co_return Error{ErrorCode::sandbox_unavailable, "not today", {}, {}};
    }
    ScriptedInterpreter::Script script = [](ExecutionRequest request) { return echo(request); };
    std::unique_ptr<Interpreter> made = std::make_unique<ScriptedInterpreter>(std::move(script));
    co_return made;
  }
  void release() {
    held = false;
    released_.notify();
  }

  int attempts = 0;
  int failures = 0;
  bool held = false;

 private:
  static asio::awaitable<Result<ExecutionResult>> echo(ExecutionRequest request) {
    ExecutionResult result;
    result.stdout_text = request.code;
    co_return result;
  }
  Event released_;
};

struct ReadyFixture {
  explicit ReadyFixture(std::size_t count) : ready(loop.executor(), factory, clock, count) {}
  ~ReadyFixture() {
    factory.release();
    loop.run(ready.stop());
  }
  void start() {
    ready.start();
    loop.settle();
  }
  MaybeInterpreter take() {
    auto taken = loop.run(ready.create());
    loop.settle();
    return taken;
  }

  test::TestLoop loop;
  ManualClock clock{Clock::TimePoint()};
  FakeFactory factory{loop.executor()};
  ReadyInterpreters ready;
};

TEST_CASE("interpreters are made in advance up to the number asked for", "[execution][ready]") {
  ReadyFixture fixture(3);
  CHECK(fixture.ready.ready() == 0);
  fixture.start();
  CHECK(fixture.ready.ready() == 3);
  CHECK(fixture.factory.attempts == 3);
  CHECK(fixture.ready.proven());
}

TEST_CASE("one interpreter is made at a time", "[execution][ready]") {
  ReadyFixture fixture(3);
  fixture.factory.held = true;
  fixture.start();
  CHECK(fixture.factory.attempts == 1);
  fixture.factory.release();
  fixture.loop.settle();
  CHECK(fixture.ready.ready() == 3);
}

TEST_CASE("an interpreter is handed out once, and another takes its place", "[execution][ready]") {
  ReadyFixture fixture(2);
  fixture.start();
  const auto one = fixture.take();
  const auto other = fixture.take();
  REQUIRE(one);
  REQUIRE(other);
  CHECK(one->get() != other->get());
  CHECK((*one)->data_directory() != (*other)->data_directory());
  CHECK(fixture.factory.attempts == 4);
  CHECK(fixture.ready.ready() == 2);
}

TEST_CASE("when none is ready, a new one is made for the caller", "[execution][ready]") {
  ReadyFixture fixture(1);
  const auto made = fixture.take();  // not started: nobody fills
  CHECK(made);
  CHECK(fixture.factory.attempts == 1);
  CHECK(fixture.ready.ready() == 0);
}

TEST_CASE("a caller does not wait for the one that is made in advance", "[execution][ready]") {
  ReadyFixture fixture(1);
  fixture.factory.held = true;
  fixture.start();
  auto call = fixture.loop.start(fixture.ready.create());
  CHECK(fixture.factory.attempts == 2);
  fixture.factory.release();
  fixture.loop.settle();
  CHECK(call.done());
  CHECK(fixture.ready.ready() == 1);
}

TEST_CASE("after a failure the next attempt comes when the clock says so", "[execution][ready]") {
  ReadyFixture fixture(1);
  fixture.factory.failures = 2;
  fixture.start();
  CHECK(fixture.factory.attempts == 1);
  CHECK_FALSE(fixture.ready.proven());
  REQUIRE(fixture.ready.last_failure());
  CHECK(fixture.ready.last_failure()->message == "not today");

  for (const int attempts : {2, 3}) {
    fixture.clock.advance(5s - 1ms);
    fixture.loop.settle();
    CHECK(fixture.factory.attempts == attempts - 1);
    fixture.clock.advance(1ms);
    fixture.loop.settle();
    CHECK(fixture.factory.attempts == attempts);
  }
  CHECK(fixture.ready.ready() == 1);
  CHECK(fixture.ready.proven());
  CHECK_FALSE(fixture.ready.last_failure());
  CHECK_FALSE(fixture.clock.has_timers());
}

TEST_CASE("a failure of a caller's own interpreter is the caller's, and is remembered",
          "[execution][ready]") {
  ReadyFixture fixture(1);
  fixture.factory.failures = 1;
  const auto refused = fixture.take();
  REQUIRE(refused.has_error());
  CHECK(refused.error().message == "not today");
  CHECK(fixture.ready.last_failure());
  CHECK(fixture.take());
  CHECK_FALSE(fixture.ready.last_failure());
}

TEST_CASE("with none asked for, one is made all the same, as the proof that it can be done",
          "[execution][ready]") {
  ReadyFixture fixture(0);
  fixture.start();
  CHECK(fixture.ready.proven());
  CHECK(fixture.ready.ready() == 1);
  CHECK(fixture.take());
  CHECK(fixture.ready.ready() == 0);
  CHECK(fixture.factory.attempts == 1);
}

TEST_CASE("stopping ends those that wait and makes no more", "[execution][ready]") {
  ReadyFixture fixture(2);
  fixture.start();
  fixture.loop.run(fixture.ready.stop());
  CHECK(fixture.ready.ready() == 0);
  CHECK(fixture.factory.attempts == 2);
}

TEST_CASE("stopping waits for the one that is being made, and ends it", "[execution][ready]") {
  ReadyFixture fixture(2);
  fixture.factory.held = true;
  fixture.start();
  auto stop = fixture.loop.start(fixture.ready.stop());
  CHECK_FALSE(stop.done());
  fixture.factory.release();
  fixture.loop.finish(stop);
  CHECK(fixture.ready.ready() == 0);
  CHECK(fixture.factory.attempts == 1);
}

TEST_CASE("stopping does not wait for the next attempt after a failure", "[execution][ready]") {
  ReadyFixture fixture(1);
  fixture.factory.failures = 1;
  fixture.start();
  fixture.loop.run(fixture.ready.stop());
  CHECK_FALSE(fixture.clock.has_timers());
  CHECK(fixture.factory.attempts == 1);
}

}  // namespace
}  // namespace dynsessions::execution
