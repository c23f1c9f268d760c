#include "tests/support/catch.h"
#include "tests/unit/pools/pool_fixture.h"

namespace dynsessions::pools {
namespace {

using namespace std::chrono_literals;
using Record = std::vector<std::string>;

TEST_CASE("a session is made on its first use and found on the next", "[sessions]") {
  PoolFixture fixture;
  CHECK(fixture.pool.size() == 0);

  const auto first = fixture.acquire("a");
  REQUIRE(first);
  CHECK(first->is_new_allocation());
  CHECK((*first)->state() == SessionState::active);
  CHECK((*first)->identifier() == identifier("a"));
  CHECK((*first)->created_at() == fixture.clock.now());

  const auto second = fixture.acquire("a");
  REQUIRE(second);
  CHECK_FALSE(second->is_new_allocation());
  CHECK(&**second == &**first);
  CHECK(fixture.pool.size() == 1);
  CHECK(fixture.workspaces.attempts == 1);
  CHECK(fixture.events.record == Record{"allocated"});
}

TEST_CASE("identifiers that differ in case have different sessions", "[sessions]") {
  PoolFixture fixture;
  const auto lower = fixture.acquire("abcd");
  const auto upper = fixture.acquire("ABCD");
  REQUIRE(lower);
  REQUIRE(upper);
  CHECK(&**lower != &**upper);
  CHECK((*lower)->guid() != (*upper)->guid());
}

TEST_CASE("concurrent first uses of an identifier make one session", "[sessions]") {
  PoolFixture fixture;
  fixture.workspaces.hold();
  auto first = fixture.loop.start(fixture.pool.acquire(identifier("a")));
  auto second = fixture.loop.start(fixture.pool.acquire(identifier("a")));
  CHECK_FALSE(first.done());
  CHECK_FALSE(second.done());

  fixture.workspaces.release();
  const auto one = fixture.loop.finish(first);
  const auto other = fixture.loop.finish(second);
  REQUIRE(one);
  REQUIRE(other);
  CHECK(&**one == &**other);
  CHECK(one->is_new_allocation());
  CHECK_FALSE(other->is_new_allocation());
  CHECK(fixture.workspaces.attempts == 1);
}

TEST_CASE("a failed allocation is reported to all who wait, and the next call tries again",
          "[sessions]") {
  PoolFixture fixture;
  fixture.workspaces.hold();
  fixture.workspaces.fail_next("no mounts today");
  auto first = fixture.start("a", "1");
  auto second = fixture.start("a", "2");
  fixture.workspaces.release();
  for (auto& waiting : {first, second}) {
    const auto refused = fixture.loop.finish(waiting);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == ErrorCode::sandbox_unavailable);
    CHECK(refused.error().message == "no mounts today");
  }
  CHECK(fixture.pool.size() == 0);
  CHECK(fixture.workspaces.programs.empty());

  CHECK(fixture.execute("a", "3"));
  CHECK(fixture.workspaces.attempts == 2);
  CHECK(fixture.events.record == Record{"failed: no mounts today", "allocated"});
}

TEST_CASE("the maximum of concurrent sessions holds, and only for new ones", "[sessions]") {
  PoolFixture fixture({.max_sessions = 2});
  CHECK(fixture.execute("a", "1"));
  CHECK(fixture.execute("b", "1"));
  const auto refused = fixture.execute("c", "1");
  REQUIRE(refused.has_error());
  CHECK(refused.error().code == ErrorCode::pool_exhausted);
  CHECK_THAT(refused.error().message, Catch::Contains("maximum of 2 concurrent sessions"));
  CHECK(fixture.execute("a", "2"));
  CHECK(fixture.workspaces.attempts == 2);
}

TEST_CASE("sessions that are being made count towards the maximum", "[sessions]") {
  PoolFixture fixture({.max_sessions = 1});
  fixture.workspaces.hold();
  auto first = fixture.start("a", "1");
  const auto refused = fixture.execute("b", "1");
  REQUIRE(refused.has_error());
  CHECK(refused.error().code == ErrorCode::pool_exhausted);
  fixture.workspaces.release();
  CHECK(fixture.loop.finish(first));
}

TEST_CASE("a full pool has room again when a cooldown has passed", "[sessions]") {
  PoolFixture fixture({.max_sessions = 1, .cooldown_period = 60s});
  CHECK(fixture.execute("a", "1"));
  CHECK(fixture.execute("b", "1").has_error());
  fixture.advance(60s);
  CHECK(fixture.execute("b", "1"));
}

TEST_CASE("a full pool has room again when an allocation has failed", "[sessions]") {
  PoolFixture fixture({.max_sessions = 1});
  fixture.workspaces.fail_next("no memory");
  CHECK(fixture.execute("a", "1").has_error());
  CHECK(fixture.execute("b", "1"));
}

TEST_CASE("a session whose interpreter is lost ends, and the next call gets a fresh one",
          "[sessions]") {
  PoolFixture fixture;
  const std::string guid = (*fixture.acquire("a"))->guid();
  const auto lost = fixture.execute("a", "lose");
  REQUIRE(lost.has_error());
  CHECK(lost.error().code == ErrorCode::sandbox_unavailable);
  CHECK(fixture.pool.size() == 0);

  const auto fresh = fixture.acquire("a");
  REQUIRE(fresh);
  CHECK(fresh->is_new_allocation());
  CHECK((*fresh)->guid() != guid);
  CHECK(fixture.workspaces.living == 1);
  CHECK(fixture.events.record == Record{"allocated", "ended: interpreter lost", "allocated"});
}

TEST_CASE("a call gets a fresh session also while another still holds the lost one", "[sessions]") {
  PoolFixture fixture;
  const auto holder = fixture.acquire("a");
  CHECK(fixture.execute("a", "lose").has_error());
  const auto fresh = fixture.acquire("a");
  REQUIRE(fresh);
  CHECK((*fresh)->guid() != (*holder)->guid());
}

TEST_CASE("a program that waited behind the one that lost the interpreter is not run in it",
          "[sessions]") {
  PoolFixture fixture;
  const auto lease = fixture.acquire("a");  // keeps the session in the pool during the test
  auto losing = fixture.start("a", "wait and lose");
  auto behind = fixture.start("a", "2");
  fixture.workspaces.let_programs_end();
  CHECK(fixture.loop.finish(losing).has_error());
  const auto refused = fixture.loop.finish(behind);
  REQUIRE(refused.has_error());
  CHECK(refused.error().code == ErrorCode::session_not_found);
  CHECK(fixture.workspaces.programs == Record{"wait and lose"});
}

}  // namespace
}  // namespace dynsessions::pools
