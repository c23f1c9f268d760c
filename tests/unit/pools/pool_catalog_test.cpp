#include "emulator/pools/pool_catalog.h"

#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/session_count.h"
#include "tests/unit/pools/pool_fixture.h"

namespace dynsessions::pools {
namespace {

using Origin = PoolCatalog::Origin;

const PoolName kName{"00000000-0000-0000-0000-00000000000a", "group", "pool"};

PoolDefinition named(const std::string& name, std::uint32_t max_sessions = 1) {
  return {.id = {kName.subscription, kName.resource_group, name}, .max_sessions = max_sessions};
}

/// A catalog whose pools each have their own fake workspaces.
struct CatalogFixture {
  ~CatalogFixture() { loop.run(catalog.stop()); }
  Result<Pool::Parts> make(const PoolDefinition& definition, Origin origin) {
    if (definition.network_status == NetworkStatus::egress_enabled) {
      return Error{ErrorCode::invalid_request, "networkStatus: not here", "networkStatus", {}};
    }
    made.push_back(std::make_shared<FakeWorkspaces>(loop.executor()));
    origins.push_back(origin);
    return Pool::Parts{loop.executor(), ids, server_clock.copy(), made.back(),
                       std::make_unique<RecordedEvents>()};
  }
  /// Uses a session of a pool and releases it.
  bool use(const PoolName& pool, const std::string& name) {
    SessionPool& sessions = catalog.find_or_create(pool).value()->sessions();
    return loop.run(sessions.acquire(identifier(name))).has_value();
  }

  test::TestLoop loop;
  ManualClock clock{Clock::TimePoint()};
  AdjustableClock server_clock{clock};
  IdSource ids;
  std::vector<std::shared_ptr<FakeWorkspaces>> made;
  std::vector<Origin> origins;
  PoolCatalog catalog{
      PoolDefinition{.max_sessions = 1}, server_clock,
      [this](const PoolDefinition& definition, Origin origin) { return make(definition, origin); }};
};

TEST_CASE("a pool exists from its first use, with the default definition", "[pools][catalog]") {
  CatalogFixture fixture;
  CHECK(fixture.catalog.all().empty());
  const auto pool = fixture.catalog.find_or_create(kName);
  REQUIRE(pool);
  CHECK(fixture.catalog.all().size() == 1);
  CHECK(fixture.catalog.find_or_create(kName).value() == *pool);
  CHECK((*pool)->definition() == PoolDefinition{.id = kName, .max_sessions = 1});
  CHECK(fixture.origins == std::vector{Origin::first_use});
  const PoolName other{"s", "g", "other"};
  CHECK(fixture.catalog.definition_of(other) == PoolDefinition{.max_sessions = 1});
  CHECK(fixture.catalog.all().size() == 1);
}

TEST_CASE("names of pools are compared without regard to case", "[pools][catalog]") {
  CatalogFixture fixture;
  Pool* const pool = fixture.catalog.find_or_create(kName).value();
  const auto name = GENERATE(values<PoolName>({
      {"00000000-0000-0000-0000-00000000000A", "group", "pool"},
      {"00000000-0000-0000-0000-00000000000a", "GROUP", "pool"},
      {"00000000-0000-0000-0000-00000000000a", "group", "Pool"},
  }));
  DYNAMIC_SECTION(name.subscription << ' ' << name.resource_group << ' ' << name.name) {
    CHECK(fixture.catalog.find_or_create(name).value() == pool);
  }
}

TEST_CASE("a difference in any part of the name is another pool", "[pools][catalog]") {
  CatalogFixture fixture;
  Pool* const pool = fixture.catalog.find_or_create(kName).value();
  const auto name = GENERATE(values<PoolName>({
      {"00000000-0000-0000-0000-00000000000b", "group", "pool"},
      {"00000000-0000-0000-0000-00000000000a", "group2", "pool"},
      {"00000000-0000-0000-0000-00000000000a", "group", "pool2"},
  }));
  DYNAMIC_SECTION(name.subscription << ' ' << name.resource_group << ' ' << name.name) {
    CHECK(fixture.catalog.find_or_create(name).value() != pool);
  }
}

TEST_CASE("pools share neither sessions nor their maximum", "[pools][catalog]") {
  CatalogFixture fixture;
  const PoolName other{kName.subscription, kName.resource_group, "other"};
  CHECK(fixture.use(kName, "a"));
  CHECK(fixture.use(other, "a"));
  CHECK_FALSE(fixture.use(kName, "b"));
  CHECK(session_count(fixture.catalog) == 2);
}

TEST_CASE("a declared pool has its own definition", "[pools][catalog]") {
  CatalogFixture fixture;
  const auto pool = fixture.catalog.put(named("two", 2));
  REQUIRE(pool);
  CHECK(fixture.origins == std::vector{Origin::declared});
  const PoolName name{kName.subscription, "GROUP", "Two"};
  CHECK(fixture.use(name, "a"));
  CHECK(fixture.use(name, "b"));
  CHECK_FALSE(fixture.use(name, "c"));
  CHECK(fixture.catalog.all() == std::vector{*pool});
}

TEST_CASE("a definition that cannot be used makes no pool", "[pools][catalog]") {
  CatalogFixture fixture;
  PoolDefinition contradiction = named("bad");
  contradiction.ready_sessions = 2;
  PoolDefinition impossible = named("worse");
  impossible.network_status = NetworkStatus::egress_enabled;
  const auto first = fixture.catalog.put(contradiction);
  const auto second = fixture.catalog.put(impossible);
  REQUIRE(first.has_error());
  REQUIRE(second.has_error());
  CHECK(first.error().target == "readySessions");
  CHECK(second.error().target == "networkStatus");
  CHECK(fixture.catalog.all().empty());
  CHECK(fixture.made.empty());
}

TEST_CASE("a change is for later sessions", "[pools][catalog]") {
  CatalogFixture fixture;
  REQUIRE(fixture.catalog.put(named("pool")));
  CHECK(fixture.use(kName, "a"));
  PoolDefinition changed = named("pool", 2);
  changed.cooldown_period = std::chrono::seconds(10);
  const auto pool = fixture.catalog.put(changed);
  REQUIRE(pool);
  CHECK((*pool)->definition() == changed);
  fixture.loop.settle();
  CHECK(fixture.made.at(0)->reserve_stopped);
  CHECK_FALSE(fixture.made.at(1)->reserve_stopped);

  CHECK(fixture.use(kName, "b"));
  CHECK(fixture.made.at(0)->attempts == 1);
  CHECK(fixture.made.at(1)->attempts == 1);
  const auto cooldown_of = [&](const std::string& name) {
    const auto session = (*pool)->sessions().find(identifier(name));
    REQUIRE(session);
    return session->expires_at - session->last_accessed_at;
  };
  CHECK(cooldown_of("a") == std::chrono::seconds(300));
  CHECK(cooldown_of("b") == std::chrono::seconds(10));
}

TEST_CASE("declaring a pool again with the same definition changes nothing", "[pools][catalog]") {
  CatalogFixture fixture;
  const auto pool = fixture.catalog.put(named("pool"));
  CHECK(fixture.catalog.put(named("pool")).value() == *pool);
  CHECK(fixture.made.size() == 1);
}

TEST_CASE("a change that cannot be made leaves the pool as it was", "[pools][catalog]") {
  CatalogFixture fixture;
  const auto pool = fixture.catalog.put(named("pool"));
  PoolDefinition changed = named("pool", 5);
  changed.network_status = NetworkStatus::egress_enabled;
  CHECK(fixture.catalog.put(changed).error().target == "networkStatus");
  CHECK((*pool)->definition() == named("pool"));
  CHECK(fixture.use(kName, "a"));
}

TEST_CASE("the number of pools that the network can make is bounded", "[pools][catalog]") {
  CatalogFixture fixture;
  for (int i = 0; i < 10'000; ++i) {
    const PoolName name{kName.subscription, kName.resource_group, std::to_string(i)};
    if (!fixture.catalog.find_or_create(name)) FAIL("refused pool " << i);
  }
  const auto refused = fixture.catalog.find_or_create({"s", "g", "one more"});
  REQUIRE(refused.has_error());
  CHECK(refused.error().code == ErrorCode::pool_exhausted);
  const PoolName known{kName.subscription, kName.resource_group, "77"};
  CHECK(fixture.catalog.find_or_create(known));
}

TEST_CASE("stopping the catalog stops every pool and its reserve", "[pools][catalog]") {
  CatalogFixture fixture;
  const PoolName other{kName.subscription, kName.resource_group, "other"};
  CHECK(fixture.use(kName, "a"));
  CHECK(fixture.use(other, "a"));
  fixture.loop.run(fixture.catalog.stop());
  CHECK(session_count(fixture.catalog) == 0);
  for (const auto& workspaces : fixture.made) {
    CHECK(workspaces->living == 0);
    CHECK(workspaces->reserve_stopped);
  }
}

TEST_CASE("a pool that is removed ends its sessions, and its name is free", "[pools][catalog]") {
  CatalogFixture fixture;
  CHECK(fixture.use(kName, "one"));
  CHECK(fixture.loop.run(fixture.catalog.remove(kName)));
  CHECK(fixture.catalog.find(kName) == nullptr);
  CHECK(fixture.made[0]->stopped == 1);
  CHECK(fixture.made[0]->reserve_stopped);
  CHECK(fixture.use(kName, "one"));
  CHECK(fixture.made.size() == 2);
  CHECK_FALSE(fixture.loop.run(fixture.catalog.remove({"s", "g", "unknown"})));
}

TEST_CASE("a removed pool stays until the last call has given its session back",
          "[pools][catalog]") {
  CatalogFixture fixture;
  SessionPool& sessions = fixture.catalog.find_or_create(kName).value()->sessions();
  auto lease =
      std::make_unique<SessionLease>(fixture.loop.run(sessions.acquire(identifier("one"))).value());
  auto removal = fixture.loop.start(fixture.catalog.remove(kName));
  fixture.loop.settle();
  CHECK_FALSE(removal.done());
  CHECK(fixture.catalog.find(kName) == nullptr);
  lease.reset();
  CHECK(fixture.loop.finish(std::move(removal)));
}

TEST_CASE("a new pool begins with the clock of the server", "[pools][catalog]") {
  CatalogFixture fixture;
  CHECK(&fixture.catalog.clock_of(kName) == &fixture.server_clock);
  fixture.server_clock.set_rate(0.0);
  Pool* const pool = fixture.catalog.find_or_create(kName).value();
  CHECK(&fixture.catalog.clock_of(kName) == &pool->clock());
  CHECK(pool->clock().rate() == 0.0);
  fixture.server_clock.set_rate(1.0);
  CHECK(pool->clock().rate() == 0.0);
}

TEST_CASE("a closed name is refused until its pool is declared again", "[pools][catalog]") {
  CatalogFixture fixture;
  REQUIRE(fixture.catalog.put(named("pool")));
  fixture.loop.run(fixture.catalog.end(fixture.catalog.take(kName, PoolCatalog::Name::closed)));
  const auto refused = fixture.catalog.find_or_create(kName);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::pool_not_found);
  CHECK(fixture.catalog.find_or_create({"s", "g", "other"}));
  REQUIRE(fixture.catalog.put(named("pool")));
  CHECK(fixture.catalog.find_or_create(kName));
  fixture.loop.run(fixture.catalog.end(fixture.catalog.take(kName, PoolCatalog::Name::closed)));
  fixture.catalog.reopen(kName);
  CHECK(fixture.catalog.find_or_create(kName));
}

TEST_CASE("a pool is declared by put() alone", "[pools][catalog]") {
  CatalogFixture fixture;
  Pool* const pool = fixture.catalog.find_or_create(kName).value();
  CHECK_FALSE(pool->is_declared());
  REQUIRE(fixture.catalog.put(pool->definition()));
  CHECK(pool->is_declared());
}

TEST_CASE("undeclared pools can be refused", "[pools][catalog]") {
  test::TestLoop loop;
  ManualClock clock{Clock::TimePoint()};
  AdjustableClock server_clock{clock};
  IdSource ids;
  const auto make = [&](const PoolDefinition&, Origin) -> Result<Pool::Parts> {
    return Pool::Parts{loop.executor(), ids, server_clock.copy(),
                       std::make_shared<FakeWorkspaces>(loop.executor()),
                       std::make_unique<RecordedEvents>()};
  };
  PoolCatalog catalog({}, server_clock, make, UndeclaredPools::refused);
  CHECK_FALSE(catalog.find_or_create(kName));
  REQUIRE(catalog.put(named("pool")));
  CHECK(catalog.find_or_create(kName));
  loop.run(catalog.stop());
}

}  // namespace
}  // namespace dynsessions::pools
