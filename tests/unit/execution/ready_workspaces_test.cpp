#include "emulator/execution/ready_workspaces.h"

#include <deque>

#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_loop.h"

namespace dynsessions::execution {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using MaybeWorkspace = Result<std::unique_ptr<Workspace>>;

/// A workspace that a test can end, as if its interpreter had exited.
class FakeWorkspace final : public Workspace {
 public:
  FakeWorkspace(const bool& dead, int& living) : dead_(dead), living_(living) { ++living_; }
  ~FakeWorkspace() override { --living_; }
  asio::awaitable<Result<ExecutionResult>> execute(ExecutionRequest) override {
    co_return ExecutionResult{};
  }
  asio::awaitable<void> kill_kernel(Kernel) override { co_return; }
  [[nodiscard]] int data_directory() const override { return -1; }
  [[nodiscard]] bool is_alive() const override { return !dead_; }
  asio::awaitable<void> stop() override { co_return; }

 private:
  const bool& dead_;
  int& living_;
};

/// Makes such workspaces, or fails the given number of times; waits while it is held.
class FakeFactory final : public WorkspaceFactory {
 public:
  explicit FakeFactory(const asio::any_io_executor& executor) : released_(executor) {}

  asio::awaitable<void> stop() override {
    stopped = true;
    co_return;
  }
  asio::awaitable<MaybeWorkspace> create() override {
    ++attempts;
    while (held) co_await released_.wait();
    if (failures > 0) {
      --failures;
      co_return Error{ErrorCode::sandbox_unavailable, "not today", {}, {}};
    }
    std::unique_ptr<Workspace> made = std::make_unique<FakeWorkspace>(dead.emplace_back(), living);
    co_return made;
  }
  void release() {
    held = false;
    released_.notify();
  }

  int attempts = 0;
  int failures = 0;
  bool held = false;
  bool stopped = false;
  int living = 0;         ///< workspaces that were made and not destroyed
  std::deque<bool> dead;  ///< workspaces that were made, in order; true ends one

 private:
  Event released_;
};

struct ReadyFixture {
  using Proof = ReadyWorkspaces::Proof;

  explicit ReadyFixture(std::size_t count, Proof proof = Proof::needed)
      : ready(loop.executor(), std::unique_ptr<WorkspaceFactory>(&factory), clock, count, proof) {}
  ~ReadyFixture() {
    factory.release();
    loop.run(ready.stop());
  }
  void start() {
    ready.start();
    loop.settle();
  }
  MaybeWorkspace take() {
    auto taken = loop.run(ready.create());
    loop.settle();
    return taken;
  }
  void pass(Clock::Duration time) {
    clock.advance(time);
    loop.settle();
  }

  test::TestLoop loop;
  ManualClock clock{Clock::TimePoint()};
  FakeFactory& factory = *new FakeFactory(loop.executor());  ///< owned by `ready`
  ReadyWorkspaces ready;
};

TEST_CASE("workspaces are made in advance up to the number asked for", "[execution][ready]") {
  ReadyFixture fixture(3);
  CHECK(fixture.ready.readiness().in_reserve == 0);
  fixture.start();
  CHECK(fixture.ready.readiness().in_reserve == 3);
  CHECK(fixture.factory.attempts == 3);
  CHECK(fixture.ready.readiness().proven);
}

TEST_CASE("one workspace is made at a time", "[execution][ready]") {
  ReadyFixture fixture(3);
  fixture.factory.held = true;
  fixture.start();
  CHECK(fixture.factory.attempts == 1);
  fixture.factory.release();
  fixture.loop.settle();
  CHECK(fixture.ready.readiness().in_reserve == 3);
}

TEST_CASE("a workspace is handed out once, and another takes its place", "[execution][ready]") {
  ReadyFixture fixture(2);
  fixture.start();
  const auto one = fixture.take();
  const auto other = fixture.take();
  REQUIRE(one);
  REQUIRE(other);
  CHECK(one->get() != other->get());
  fixture.pass(20ms);
  CHECK(fixture.factory.attempts == 4);
  CHECK(fixture.ready.readiness().in_reserve == 2);
}

TEST_CASE("another takes its place a moment after the last one was taken", "[execution][ready]") {
  ReadyFixture fixture(2);
  fixture.start();
  CHECK(fixture.take());
  fixture.pass(19ms);
  CHECK(fixture.take());
  fixture.pass(19ms);
  CHECK(fixture.ready.readiness().in_reserve == 0);
  fixture.pass(1ms);
  CHECK(fixture.ready.readiness().in_reserve == 2);
  CHECK_FALSE(fixture.clock.has_timers());
}

TEST_CASE("the reserve grows also while one after the other is taken", "[execution][ready]") {
  ReadyFixture fixture(30);
  fixture.start();
  for (int taken = 1; taken <= 20; ++taken) {  // every 15 ms
    CHECK(fixture.take());
    fixture.pass(15ms);
  }
  CHECK(fixture.factory.attempts == 31);
}

TEST_CASE("none is made in advance while a caller waits for its own", "[execution][ready]") {
  ReadyFixture fixture(1);
  fixture.start();
  CHECK(fixture.take());
  fixture.factory.held = true;
  auto call = fixture.loop.start(fixture.ready.create());
  fixture.pass(1s);
  CHECK(fixture.factory.attempts == 2);
  fixture.factory.release();
  fixture.loop.settle();
  CHECK(call.done());
  CHECK(fixture.ready.readiness().in_reserve == 1);
}

TEST_CASE("when none is ready, a new one is made for the caller", "[execution][ready]") {
  ReadyFixture fixture(1);
  const auto made = fixture.take();  // start() was not called, so the reserve is not filled
  CHECK(made);
  CHECK(fixture.factory.attempts == 1);
  CHECK(fixture.ready.readiness().in_reserve == 0);
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
  CHECK(fixture.ready.readiness().in_reserve == 1);
}

TEST_CASE("after a failure the next attempt comes when the clock says so", "[execution][ready]") {
  ReadyFixture fixture(1);
  fixture.factory.failures = 2;
  fixture.start();
  CHECK(fixture.factory.attempts == 1);
  CHECK_FALSE(fixture.ready.readiness().proven);
  REQUIRE(fixture.ready.readiness().failure);
  CHECK(fixture.ready.readiness().failure->message == "not today");

  for (const int attempts : {2, 3}) {
    fixture.pass(5s - 1ms);
    CHECK(fixture.factory.attempts == attempts - 1);
    fixture.pass(1ms);
    CHECK(fixture.factory.attempts == attempts);
  }
  CHECK(fixture.ready.readiness().in_reserve == 1);
  CHECK(fixture.ready.readiness().proven);
  CHECK_FALSE(fixture.ready.readiness().failure);
  CHECK_FALSE(fixture.clock.has_timers());
}

TEST_CASE("a failure of a caller's own workspace is the caller's, and is remembered",
          "[execution][ready]") {
  ReadyFixture fixture(1);
  fixture.factory.failures = 1;
  const auto refused = fixture.take();
  REQUIRE(refused.has_error());
  CHECK(refused.error().message == "not today");
  CHECK(fixture.ready.readiness().failure);
  CHECK(fixture.take());
  CHECK_FALSE(fixture.ready.readiness().failure);
}

TEST_CASE("a failure of a caller's own workspace is forgotten when another attempt works",
          "[execution][ready]") {
  ReadyFixture fixture(0);
  fixture.start();
  fixture.factory.failures = 1;
  CHECK(fixture.take().has_error());
  CHECK(fixture.ready.readiness().failure);
  fixture.pass(5s);
  CHECK_FALSE(fixture.ready.readiness().failure);
  CHECK(fixture.factory.attempts == 3);  // the first proof, the caller's attempt, and another proof
  CHECK(fixture.factory.living == 0);
  fixture.pass(5s);
  CHECK(fixture.factory.attempts == 3);
}

TEST_CASE("with none asked for, one is made all the same, as the proof, and ended",
          "[execution][ready]") {
  ReadyFixture fixture(0);
  fixture.start();
  CHECK(fixture.ready.readiness().proven);
  CHECK(fixture.ready.readiness().in_reserve == 0);
  CHECK(fixture.factory.living == 0);
  CHECK(fixture.take());
  CHECK(fixture.factory.attempts == 2);
}

TEST_CASE("with none asked for and no proof needed, none is made before a caller wants one",
          "[execution][ready]") {
  ReadyFixture fixture(0, ReadyWorkspaces::Proof::not_needed);
  fixture.start();
  CHECK(fixture.ready.readiness().proven);
  CHECK(fixture.factory.attempts == 0);
  CHECK(fixture.take());
  CHECK(fixture.factory.attempts == 1);
}

TEST_CASE("without a need for a proof, a failure is followed by another attempt all the same",
          "[execution][ready]") {
  ReadyFixture fixture(0, ReadyWorkspaces::Proof::not_needed);
  fixture.factory.failures = 1;
  fixture.start();
  CHECK(!fixture.take());
  CHECK(fixture.ready.readiness().failure);
  fixture.pass(5s);
  CHECK(!fixture.ready.readiness().failure);
}

TEST_CASE("a workspace that ended while it waited is not handed out", "[execution][ready]") {
  ReadyFixture fixture(2);
  fixture.start();
  fixture.factory.dead.at(0) = true;
  const auto taken = fixture.take();
  REQUIRE(taken);
  CHECK((*taken)->is_alive());
  fixture.pass(20ms);
  CHECK(fixture.ready.readiness().in_reserve == 2);
  CHECK(fixture.factory.attempts == 4);
  CHECK(fixture.factory.living == 3);
}

TEST_CASE("when all that waited have ended, a new one is made for the caller",
          "[execution][ready]") {
  ReadyFixture fixture(1);
  fixture.start();
  fixture.factory.dead.at(0) = true;
  const auto taken = fixture.take();
  REQUIRE(taken);
  CHECK((*taken)->is_alive());
}

TEST_CASE("stopping ends those that wait and makes no more", "[execution][ready]") {
  ReadyFixture fixture(2);
  fixture.start();
  fixture.loop.run(fixture.ready.stop());
  CHECK(fixture.ready.readiness().in_reserve == 0);
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
  CHECK(fixture.ready.readiness().in_reserve == 0);
  CHECK(fixture.factory.attempts == 1);
}

TEST_CASE("stopping does not wait for the moment after one was taken", "[execution][ready]") {
  ReadyFixture fixture(1);
  fixture.start();
  CHECK(fixture.take());
  fixture.loop.run(fixture.ready.stop());
  CHECK_FALSE(fixture.clock.has_timers());
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
