#include "emulator/pools/pool_members.h"

#include <set>

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

namespace dynsessions::pools {
namespace {

using nlohmann::json;

TEST_CASE("a definition reads back as it was printed", "[pools][definition]") {
  PoolDefinition definition;
  definition.id = {"s", "123", "456"};  // names that look like numbers stay names
  definition.max_sessions = 7;
  definition.cooldown_period = std::chrono::seconds(42);
  definition.network_status = NetworkStatus::egress_enabled;
  definition.cpu_hundredths = 150;
  const json printed = to_json(definition);
  CHECK(printed["name"] == "456");
  CHECK(printed["maxSessions"] == 7);
  CHECK(printed["cpuLimit"] == 1.5);
  CHECK(printed["networkStatus"] == "EgressEnabled");
  CHECK(with_members({}, printed).value() == definition);
}

TEST_CASE("every member is printed, and can be set from the JSON that it prints",
          "[pools][definition]") {
  const json printed = to_json(PoolDefinition{});
  CHECK(printed.size() == all_pool_members().size());
  for (const PoolMember* member : all_pool_members()) {
    DYNAMIC_SECTION(member->name) {
      const std::string name(member->name);
      CHECK(with_members({}, json{{name, printed.at(name)}}).value() == PoolDefinition{});
    }
  }
}

TEST_CASE("numbers may be given as text", "[pools][definition]") {
  const auto definition = with_members({}, json{{"maxSessions", "12"}, {"cpuLimit", "0.5"}});
  CHECK(definition.value().max_sessions == 12);
  CHECK(definition.value().cpu_hundredths == 50);
}

TEST_CASE("a member that cannot be used is named with what would be accepted",
          "[pools][definition]") {
  struct Row {
    std::string what, member, message;
    json object;
  };
  const auto row = GENERATE(values<Row>({
      {"misspelt",
       "maxSession",
       "maxSession: a pool has no such member; did you mean `maxSessions`?",
       {{"maxSession", 1}}},
      {"unknown", "colour", "colour: a pool has no such member", {{"colour", 1}}},
      {"a name that is another path",
       "name",
       "name: expected letters, digits, `-`, `_` and `.`, not `..`",
       {{"name", ".."}}},
      {"out of range",
       "maxSessions",
       "maxSessions: expected a whole number from 1 to 100000, not `0`",
       {{"maxSessions", 0}}},
      {"a fraction",
       "maxSessions",
       "maxSessions: expected a whole number from 1 to 100000, not `1.5`",
       {{"maxSessions", 1.5}}},
      {"a list",
       "maxSessions",
       "maxSessions: expected a whole number from 1 to 100000, not `[1]`",
       {{"maxSessions", json::array({1})}}},
      {"null",
       "location",
       "location: expected letters, digits, `-`, `_` and `.`, not `null`",
       {{"location", nullptr}}},
      {"a name with a slash",
       "name",
       "name: expected letters, digits, `-`, `_` and `.`, not `a/b`",
       {{"name", "a/b"}}},
      {"another word",
       "networkStatus",
       "networkStatus: expected EgressDisabled or EgressEnabled, not `on`",
       {{"networkStatus", "on"}}},
      {"a contradiction",
       "readySessions",
       "readySessions: 3 is more than the 2 of maxSessions: the others would never become sessions",
       {{"maxSessions", 2}, {"readySessions", 3}}},
  }));
  DYNAMIC_SECTION(row.what) {
    const auto refused = with_members({}, row.object);
    REQUIRE(refused.has_error());
    CHECK(refused.error().target == row.member);
    CHECK(refused.error().message == row.message);
  }
}

TEST_CASE("the key of a pool does not depend on case, its path keeps it", "[pools][definition]") {
  const PoolName name{"S", "Group", "Pool"};
  CHECK(name.key() == PoolName{"s", "GROUP", "pool"}.key());
  CHECK(name.path() == "/subscriptions/S/resourceGroups/Group/sessionPools/Pool");
}

}  // namespace
}  // namespace dynsessions::pools
