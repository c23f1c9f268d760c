#include <fcntl.h>
#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/unit/pools/pool_fixture.h"

namespace dynsessions::pools {
namespace {

using namespace std::chrono_literals;
using Record = std::vector<std::string>;

const PoolDefinition kMinute{.max_sessions = 100, .cooldown_period = 60s};

TEST_CASE("a session is destroyed when its cooldown passes", "[sessions][cooldown]") {
  PoolFixture fixture(kMinute);
  REQUIRE(fixture.execute("a", "1"));
  fixture.advance(60s - 1ns);
  CHECK(fixture.pool.size() == 1);
  CHECK(fixture.workspaces.living == 1);
  fixture.advance(1ns);
  CHECK(fixture.pool.size() == 0);
  CHECK(fixture.workspaces.stopped == 1);
  CHECK(fixture.workspaces.living == 0);
  CHECK(fixture.events.record == Record{"allocated", "ended: cooldown"});
}

TEST_CASE("each call of any kind restarts the cooldown", "[sessions][cooldown]") {
  struct Row {
    std::string what;
    void (*call)(PoolFixture&);
  };
  const auto row = GENERATE(values<Row>({
      {"an execution", [](PoolFixture& fixture) { CHECK(fixture.execute("a", "2")); }},
      {"an access to files",
       [](PoolFixture& fixture) {
         const auto lease = fixture.acquire("a");
         CHECK((*lease)->open_data_directory());
       }},
      {"an execution that fails",
       [](PoolFixture& fixture) { CHECK(fixture.execute("a", "time out")); }},
  }));
  DYNAMIC_SECTION(row.what) {
    PoolFixture fixture(kMinute);
    REQUIRE(fixture.execute("a", "1"));
    for (int call = 0; call < 3; ++call) {
      fixture.advance(59s);
      row.call(fixture);
    }
    CHECK(fixture.workspaces.attempts == 1);
    fixture.advance(59s);
    CHECK(fixture.pool.size() == 1);
    fixture.advance(1s);
    CHECK(fixture.pool.size() == 0);
  }
}

TEST_CASE("the cooldown does not pass while a program runs", "[sessions][cooldown]") {
  PoolFixture fixture(kMinute);
  auto running = fixture.start("a", "wait");
  fixture.advance(1h);
  CHECK(fixture.pool.size() == 1);
  fixture.workspaces.let_programs_end();
  CHECK(fixture.loop.finish(running));
  fixture.advance(59s);
  CHECK(fixture.pool.size() == 1);
  fixture.advance(1s);
  CHECK(fixture.pool.size() == 0);
}

TEST_CASE("the cooldown begins when the last of several calls has ended", "[sessions][cooldown]") {
  PoolFixture fixture(kMinute);
  auto lease = std::make_optional(fixture.acquire("a"));
  CHECK(fixture.execute("a", "1"));
  fixture.advance(1h);
  CHECK(fixture.pool.size() == 1);
  lease.reset();
  fixture.advance(60s);
  CHECK(fixture.pool.size() == 0);
}

TEST_CASE("the cooldown of one session says nothing about another", "[sessions][cooldown]") {
  PoolFixture fixture(kMinute);
  REQUIRE(fixture.execute("old", "1"));
  fixture.advance(30s);
  REQUIRE(fixture.execute("young", "1"));
  fixture.advance(30s);
  CHECK(fixture.pool.size() == 1);
  CHECK_FALSE(fixture.acquire("young")->is_new_allocation());
}

TEST_CASE("a call after the cooldown gets a new session without the old files",
          "[sessions][cooldown]") {
  PoolFixture fixture(kMinute);
  const auto names_a_file = [&] {
    const auto lease = fixture.acquire("a");
    const auto directory = (*lease)->open_data_directory();
    REQUIRE(directory);
    return ::faccessat(directory->get(), "data.csv", F_OK, 0) == 0;
  };
  {
    const auto lease = fixture.acquire("a");
    const auto directory = (*lease)->open_data_directory();
    REQUIRE(directory);
    const UniqueFd file(
        ::openat(directory->get(), "data.csv", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    REQUIRE(file);
  }
  CHECK(names_a_file());
  fixture.advance(60s);
  CHECK_FALSE(names_a_file());
}

TEST_CASE("identifiers are free before the sessions have ended", "[sessions][cooldown]") {
  constexpr int kSessions = 20;
  PoolFixture fixture({.cooldown_period = 60s});
  for (int i = 0; i < kSessions; ++i) REQUIRE(fixture.execute("s" + std::to_string(i), "1"));
  fixture.workspaces.hold_endings();
  fixture.advance(60s);
  CHECK(fixture.pool.size() == 0);
  CHECK(fixture.workspaces.living == kSessions);

  fixture.workspaces.release_endings();
  fixture.loop.settle();
  CHECK(fixture.workspaces.stopped == kSessions);
  CHECK(fixture.workspaces.living == 0);
}

}  // namespace
}  // namespace dynsessions::pools
