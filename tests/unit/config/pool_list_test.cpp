#include "emulator/config/pool_list.h"

#include "tests/support/catch.h"
#include "tests/unit/config/config_fixture.h"

namespace dynsessions::config {
namespace {

TEST_CASE("pools of the file differ from the default pool where they say so", "[config][pools]") {
  const TemporaryConfig file(R"({
    "max-sessions": 5, "subscription": "sub",
    "pools": [  // comments are allowed here too
      {"name": "short", "cooldownPeriod": 10, "maxSessions": 2},
      {"name": "open", "resourceGroup": "other", "networkStatus": "EgressEnabled"}
    ]})");
  const Config config = parse({"--config", file.path(), "--memory-limit-mb", "512"}).config;
  REQUIRE(config.pools.size() == 2);
  const auto& [first, second] = std::tie(config.pools[0], config.pools[1]);
  CHECK(first.id == pools::PoolName{"sub", "local", "short"});
  CHECK(first.cooldown_period == std::chrono::seconds(10));
  CHECK(first.max_sessions == 2);
  CHECK(first.memory_limit_mb == 512);
  CHECK(second.id == pools::PoolName{"sub", "other", "open"});
  CHECK(second.network_status == pools::NetworkStatus::egress_enabled);
  CHECK(second.max_sessions == 5);
}

TEST_CASE("an entry may redefine the default pool", "[config][pools]") {
  const TemporaryConfig file(R"({"pools": [{"name": "default", "maxSessions": 3}]})");
  const Config config = parse({"--config", file.path()}).config;
  REQUIRE(config.pools.size() == 1);
  CHECK(config.pools[0].id == config.pool.id);
  CHECK(config.pools[0].max_sessions == 3);
}

TEST_CASE("a pool that cannot be used is refused with its name and the member", "[config][pools]") {
  struct Row {
    std::string pools, message;
  };
  const auto row = GENERATE(values<Row>({
      {R"({})", "pools: expected an array of objects"},
      {R"(["a"])", "pools[0]: expected an object, such as {\"name\": \"reports\"}"},
      {R"([{"maxSessions": 1}])", "pools[0], name: a pool needs one"},
      {R"([{"name": "a"}, {"name": "b", "maxSession": 1}])",
       "pools[1] `b`, maxSession: a pool has no such member; did you mean `maxSessions`?"},
      {R"([{"name": "a", "max-sessions": 1}])",
       "pools[0] `a`, max-sessions: a pool has no such member; did you mean `maxSessions`?"},
      {R"([{"name": ".."}])", "pools[0] `..`, name: expected letters, digits, `-`, `_` and `.`"},
      {R"([{"name": "b", "cooldownPeriod": 0}])",
       "pools[0] `b`, cooldownPeriod: expected a whole number from 1 to 31536000, not `0`"},
      {R"([{"name": "b", "maxSessions": 2, "readySessions": 4}])",
       "pools[0] `b`, readySessions: 4 is more than the 2 of maxSessions"},
      {R"([{"name": "a"}, {"name": "A"}])",
       "pools[1] `A`, name: pools[0] has the same name, resource group and subscription"},
  }));
  DYNAMIC_SECTION(row.pools) {
    const TemporaryConfig file(R"({"pools": )" + row.pools + "}");
    CHECK_THAT(refusal({"--config", file.path()}), Catch::Contains(row.message));
    CHECK_THAT(refusal({"--config", file.path()}), Catch::Contains(file.path()));
  }
}

}  // namespace
}  // namespace dynsessions::config
