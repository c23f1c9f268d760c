#include <vector>

#include "tests/support/catch.h"
#include "tests/unit/pools/pool_fixture.h"

namespace dynsessions::pools {
namespace {

using namespace std::chrono_literals;
using Prepared = SessionPool::Prepared;

std::vector<Prepared> prepare(PoolFixture& fixture, const std::vector<std::string>& names) {
  std::vector<Prepared> prepared;
  for (const std::string& name : names) {
    prepared.push_back({identifier(name), *fixture.loop.run(fixture.pool.new_workspace())});
  }
  return prepared;
}

TEST_CASE("prepared workspaces take the place of all sessions at once", "[pools][replace]") {
  PoolFixture fixture({.max_sessions = 2, .cooldown_period = 300s});
  REQUIRE(fixture.execute("one", "1"));
  REQUIRE(fixture.execute("two", "1"));
  const std::string former = fixture.pool.find(identifier("one"))->guid;
  auto prepared = prepare(fixture, {"one", "three"});
  REQUIRE(fixture.pool.replace_all(prepared));
  CHECK(fixture.pool.size() == 2);
  CHECK(fixture.pool.find(identifier("one"))->guid != former);
  CHECK_FALSE(fixture.pool.find(identifier("two")));
  fixture.loop.settle();
  CHECK(fixture.workspaces.living == 2);
  CHECK(fixture.execute("three", "2")->stdout_text == "2");
}

TEST_CASE("a session that was put in place expires like any other", "[pools][replace]") {
  PoolFixture fixture({.cooldown_period = 300s});
  auto prepared = prepare(fixture, {"one"});
  REQUIRE(fixture.pool.replace_all(prepared));
  fixture.advance(299s);
  CHECK(fixture.pool.size() == 1);
  fixture.advance(1s);
  CHECK(fixture.pool.size() == 0);
}

TEST_CASE("a session that is being allocated while it is replaced ends when it is there",
          "[pools][replace]") {
  PoolFixture fixture;
  auto prepared = prepare(fixture, {"one"});
  fixture.workspaces.hold();
  auto call = fixture.start("one", "1");
  REQUIRE(fixture.pool.replace_all(prepared));
  const std::string guid = fixture.pool.find(identifier("one"))->guid;
  fixture.workspaces.release();
  fixture.loop.settle();
  CHECK(call.done());
  REQUIRE(fixture.pool.find(identifier("one")));
  CHECK(fixture.pool.find(identifier("one"))->guid == guid);
  CHECK(fixture.workspaces.living == 1);
  CHECK(fixture.execute("one", "2")->stdout_text == "2");
}

TEST_CASE("an allocation that fails after its session was replaced has no effect",
          "[pools][replace]") {
  PoolFixture fixture;
  auto prepared = prepare(fixture, {"one"});
  fixture.workspaces.hold();
  auto call = fixture.start("one", "1");
  REQUIRE(fixture.pool.replace_all(prepared));
  fixture.workspaces.fail_next("no room");
  fixture.workspaces.release();
  fixture.loop.settle();
  CHECK_FALSE(call.result());
  CHECK(fixture.execute("one", "2")->stdout_text == "2");
}

TEST_CASE("a pool that stops takes nothing", "[pools][replace]") {
  PoolFixture fixture;
  auto prepared = prepare(fixture, {"one"});
  fixture.loop.run(fixture.pool.stop());
  CHECK_FALSE(fixture.pool.replace_all(prepared));
  CHECK(prepared.at(0).workspace != nullptr);
}

TEST_CASE("a refused program leaves its session as it is", "[pools][replace]") {
  PoolFixture fixture;
  const auto refused = fixture.execute("one", "refuse");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::program_not_scripted);
  CHECK(fixture.execute("one", "1"));
  CHECK(fixture.pool.size() == 1);
  CHECK(fixture.workspaces.attempts == 1);
}

}  // namespace
}  // namespace dynsessions::pools
