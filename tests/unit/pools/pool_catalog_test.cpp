#include "emulator/pools/pool_catalog.h"

#include "tests/support/catch.h"
#include "tests/unit/pools/pool_fixture.h"

namespace dynsessions::pools {
namespace {

const PoolName kName{"00000000-0000-0000-0000-00000000000a", "group", "pool"};

/// A registry whose pools share everything but their sessions.
struct RegistryFixture {
  ~RegistryFixture() { loop.run(registry.stop()); }
  std::unique_ptr<SessionPool> make() {
    return std::make_unique<SessionPool>(loop.executor(), clock, workspaces, events,
                                         PoolSettings{.max_sessions = 1});
  }
  /// Uses a session of a pool and gives it back.
  bool use(const PoolName& pool, const std::string& name) {
    return loop.run(registry.find_or_create(pool).value()->acquire(identifier(name))).has_value();
  }

  test::TestLoop loop;
  ManualClock clock{Clock::TimePoint()};
  FakeWorkspaces workspaces{loop.executor()};
  RecordedEvents events;
  PoolCatalog registry{[this](const PoolName&) { return make(); }};
};

TEST_CASE("a pool exists from its first use", "[sessions][registry]") {
  RegistryFixture fixture;
  CHECK(fixture.registry.pool_count() == 0);
  const auto pool = fixture.registry.find_or_create(kName);
  REQUIRE(pool);
  CHECK(fixture.registry.pool_count() == 1);
  CHECK(fixture.registry.find_or_create(kName).value() == *pool);
}

TEST_CASE("names of pools are compared without regard to case", "[sessions][registry]") {
  RegistryFixture fixture;
  SessionPool* const pool = fixture.registry.find_or_create(kName).value();
  const auto name = GENERATE(values<PoolName>({
      {"00000000-0000-0000-0000-00000000000A", "group", "pool"},
      {"00000000-0000-0000-0000-00000000000a", "GROUP", "pool"},
      {"00000000-0000-0000-0000-00000000000a", "group", "Pool"},
  }));
  DYNAMIC_SECTION(name.subscription << ' ' << name.resource_group << ' ' << name.name) {
    CHECK(fixture.registry.find_or_create(name).value() == pool);
  }
}

TEST_CASE("a difference in any part of the name is another pool", "[sessions][registry]") {
  RegistryFixture fixture;
  SessionPool* const pool = fixture.registry.find_or_create(kName).value();
  const auto name = GENERATE(values<PoolName>({
      {"00000000-0000-0000-0000-00000000000b", "group", "pool"},
      {"00000000-0000-0000-0000-00000000000a", "group2", "pool"},
      {"00000000-0000-0000-0000-00000000000a", "group", "pool2"},
  }));
  DYNAMIC_SECTION(name.subscription << ' ' << name.resource_group << ' ' << name.name) {
    CHECK(fixture.registry.find_or_create(name).value() != pool);
  }
}

TEST_CASE("pools share neither sessions nor their maximum", "[sessions][registry]") {
  RegistryFixture fixture;
  const PoolName other{kName.subscription, kName.resource_group, "other"};
  CHECK(fixture.use(kName, "a"));
  CHECK(fixture.use(other, "a"));
  CHECK_FALSE(fixture.use(kName, "b"));
  CHECK(fixture.workspaces.attempts == 2);
  CHECK(fixture.registry.session_count() == 2);
}

TEST_CASE("the number of pools that the network can make is bounded", "[sessions][registry]") {
  RegistryFixture fixture;
  for (int i = 0; i < 10'000; ++i) {
    const PoolName name{kName.subscription, kName.resource_group, std::to_string(i)};
    if (!fixture.registry.find_or_create(name)) FAIL("refused pool " << i);
  }
  const auto refused = fixture.registry.find_or_create({"s", "g", "one more"});
  REQUIRE(refused.has_error());
  CHECK(refused.error().code == ErrorCode::pool_exhausted);
  const PoolName known{kName.subscription, kName.resource_group, "77"};
  CHECK(fixture.registry.find_or_create(known));
}

TEST_CASE("stopping the registry stops every pool", "[sessions][registry]") {
  RegistryFixture fixture;
  const PoolName other{kName.subscription, kName.resource_group, "other"};
  CHECK(fixture.use(kName, "a"));
  CHECK(fixture.use(other, "a"));
  fixture.loop.run(fixture.registry.stop());
  CHECK(fixture.registry.session_count() == 0);
  CHECK(fixture.workspaces.living == 0);
}

}  // namespace
}  // namespace dynsessions::pools
