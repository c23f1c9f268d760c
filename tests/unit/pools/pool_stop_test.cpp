#include "tests/support/catch.h"
#include "tests/unit/pools/pool_fixture.h"

namespace dynsessions::pools {
namespace {

using Record = std::vector<std::string>;

TEST_CASE("a stopped pool has ended every session and given every interpreter back",
          "[sessions][stop]") {
  PoolFixture fixture;
  for (const char* name : {"a", "b", "c"}) REQUIRE(fixture.execute(name, "1"));
  fixture.loop.run(fixture.pool.stop());
  CHECK(fixture.pool.size() == 0);
  CHECK(fixture.workspaces.stopped == 3);
  CHECK(fixture.workspaces.living == 0);
  CHECK_FALSE(fixture.clock.has_timers());
  CHECK(fixture.events.record == Record{"allocated", "allocated", "allocated",
                                        "ended: pool stopped", "ended: pool stopped",
                                        "ended: pool stopped"});
}

TEST_CASE("a stopped pool makes no session", "[sessions][stop]") {
  PoolFixture fixture;
  fixture.loop.run(fixture.pool.stop());
  const auto refused = fixture.execute("a", "1");
  REQUIRE(refused.has_error());
  CHECK(refused.error().code == ErrorCode::shutting_down);
  CHECK(fixture.workspaces.attempts == 0);
}

TEST_CASE("stopping ends the running program and sends the waiting ones away", "[sessions][stop]") {
  PoolFixture fixture;
  auto running = fixture.start("a", "wait");
  auto behind = fixture.start("a", "2");
  fixture.loop.run(fixture.pool.stop());
  fixture.loop.settle();
  CHECK(running.done());
  REQUIRE(behind.done());
  const auto refused = behind.result();
  REQUIRE(refused.has_error());
  CHECK(refused.error().code == ErrorCode::session_not_found);
  CHECK(fixture.workspaces.programs == Record{"wait"});
  CHECK(fixture.workspaces.living == 0);
}

TEST_CASE("stopping waits for a session that is being made, and ends it", "[sessions][stop]") {
  PoolFixture fixture;
  fixture.workspaces.hold();
  auto call = fixture.start("a", "1");
  auto stop = fixture.loop.start(fixture.pool.stop());
  CHECK_FALSE(stop.done());
  fixture.workspaces.release();
  fixture.loop.finish(stop);
  fixture.loop.settle();
  REQUIRE(call.done());
  CHECK(call.result().error().code == ErrorCode::session_not_found);
  CHECK(fixture.workspaces.living == 0);
  CHECK(fixture.workspaces.programs.empty());
  CHECK(fixture.events.record == Record{"allocated", "ended: pool stopped"});
}

TEST_CASE("stopping waits for an allocation that fails", "[sessions][stop]") {
  PoolFixture fixture;
  fixture.workspaces.hold();
  fixture.workspaces.fail_next("too late");
  auto call = fixture.start("a", "1");
  auto stop = fixture.loop.start(fixture.pool.stop());
  fixture.workspaces.release();
  fixture.loop.finish(stop);
  CHECK(fixture.loop.finish(call).error().message == "too late");
  CHECK(fixture.pool.size() == 0);
}

TEST_CASE("a lease that is held while the pool stops does not hold it up", "[sessions][stop]") {
  PoolFixture fixture;
  const auto lease = fixture.acquire("a");
  fixture.loop.run(fixture.pool.stop());
  CHECK((*lease)->state() == SessionState::ended);
  CHECK(fixture.workspaces.living == 0);
}

}  // namespace
}  // namespace dynsessions::pools
