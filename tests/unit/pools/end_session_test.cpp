#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/unit/pools/pool_fixture.h"

namespace dynsessions::pools {
namespace {

using namespace std::chrono_literals;
using Record = std::vector<std::string>;

TEST_CASE("a session that is ended on request leaves its identifier free", "[sessions][end]") {
  PoolFixture fixture;
  REQUIRE(fixture.execute("a", "1"));
  CHECK(fixture.loop.run(fixture.pool.end_session(identifier("a"))));
  CHECK(fixture.pool.size() == 0);
  CHECK(fixture.acquire("a")->is_new_allocation());
  CHECK(fixture.events.record == Record{"allocated", "ended: deleted", "allocated"});
}

TEST_CASE("a session that does not exist cannot be ended", "[sessions][end]") {
  PoolFixture fixture;
  REQUIRE(fixture.execute("a", "1"));
  CHECK_FALSE(fixture.loop.run(fixture.pool.end_session(identifier("A"))));
  CHECK(fixture.pool.size() == 1);
}

TEST_CASE("a session is ended under the programs that use it", "[sessions][end]") {
  PoolFixture fixture;
  auto running = fixture.start("a", "wait");
  auto behind = fixture.start("a", "2");
  CHECK(fixture.loop.run(fixture.pool.end_session(identifier("a"))));
  fixture.loop.settle();
  CHECK(running.done());
  REQUIRE(behind.done());
  CHECK(behind.result().error().code == ErrorCode::session_not_found);
  CHECK(fixture.workspaces.programs == Record{"wait"});
  CHECK(fixture.workspaces.living == 0);
}

TEST_CASE("a program that goes with its session has not lost its sandbox", "[sessions][end]") {
  PoolFixture fixture;
  auto running = fixture.start("a", "wait and lose");
  CHECK(fixture.loop.run(fixture.pool.end_session(identifier("a"))));
  CHECK(fixture.loop.finish(running).error().code == ErrorCode::session_not_found);
}

TEST_CASE("a session that is being made is ended when it is there", "[sessions][end]") {
  PoolFixture fixture;
  fixture.workspaces.hold();
  auto call = fixture.start("a", "1");
  auto end = fixture.loop.start(fixture.pool.end_session(identifier("a")));
  CHECK_FALSE(end.done());
  fixture.workspaces.release();
  CHECK(fixture.loop.finish(end));
  fixture.loop.settle();
  CHECK(call.done());
  CHECK(fixture.pool.size() == 0);
  CHECK(fixture.workspaces.living == 0);
}

TEST_CASE("a session that could not be made was not there to be ended", "[sessions][end]") {
  PoolFixture fixture;
  fixture.workspaces.hold();
  fixture.workspaces.fail_next("no mounts today");
  auto call = fixture.start("a", "1");
  auto end = fixture.loop.start(fixture.pool.end_session(identifier("a")));
  fixture.workspaces.release();
  CHECK_FALSE(fixture.loop.finish(end));
}

TEST_CASE("of two who end a session, one did", "[sessions][end]") {
  PoolFixture fixture;
  fixture.workspaces.hold();
  auto call = fixture.start("a", "1");
  auto one = fixture.loop.start(fixture.pool.end_session(identifier("a")));
  auto other = fixture.loop.start(fixture.pool.end_session(identifier("a")));
  fixture.workspaces.release();
  CHECK(fixture.loop.finish(one) != fixture.loop.finish(other));
}

TEST_CASE("looking at a session tells its times and does not keep it alive", "[sessions][end]") {
  PoolFixture fixture({.cooldown_period = 60s});
  const auto start = fixture.clock.now();
  REQUIRE(fixture.execute("a", "1"));
  fixture.advance(10s);
  REQUIRE(fixture.execute("a", "2"));
  fixture.advance(20s);

  const auto info = fixture.pool.find(identifier("a"));
  REQUIRE(info);
  CHECK(info->identifier == identifier("a"));
  CHECK(info->guid == (*fixture.acquire("a"))->guid());
  CHECK(info->created_at == start);
  CHECK(info->last_accessed_at == start + 10s);
  CHECK(info->expires_at == start + 70s);
  CHECK_FALSE(fixture.pool.find(identifier("b")));

  fixture.advance(59s);
  CHECK(fixture.pool.find(identifier("a")));
  fixture.advance(1s);
  CHECK_FALSE(fixture.pool.find(identifier("a")));
}

TEST_CASE("sessions are listed oldest first, those of one age by identifier", "[sessions][end]") {
  PoolFixture fixture;
  REQUIRE(fixture.execute("old", "1"));
  fixture.advance(1s);
  for (const char* name : {"c", "a", "b"}) REQUIRE(fixture.execute(name, "1"));
  Record names;
  for (const SessionInfo& session : fixture.pool.list()) names.push_back(session.identifier.text());
  CHECK(names == Record{"old", "a", "b", "c"});
}

TEST_CASE("all sessions of a pool can be evicted, also those that are still being made",
          "[pools]") {
  PoolFixture fixture;
  CHECK(fixture.execute("one", "x"));
  fixture.workspaces.hold();
  const auto second = fixture.start("two", "x");
  auto eviction = fixture.loop.start(fixture.pool.evict_all());
  CHECK_FALSE(eviction.done());
  fixture.workspaces.release();
  fixture.loop.finish(std::move(eviction));
  CHECK(fixture.pool.size() == 0);
  CHECK(std::count(fixture.events.record.begin(), fixture.events.record.end(), "ended: evicted") ==
        2);
}

TEST_CASE("the kernels of a session are killed, of no other", "[pools]") {
  PoolFixture fixture;
  CHECK(fixture.execute("one", "x"));
  CHECK(fixture.loop.run(fixture.pool.kill_kernels(identifier("one"))));
  CHECK(fixture.workspaces.killed.size() == execution::kKernelCount);
  CHECK_FALSE(fixture.loop.run(fixture.pool.kill_kernels(identifier("two"))));
}

}  // namespace
}  // namespace dynsessions::pools
