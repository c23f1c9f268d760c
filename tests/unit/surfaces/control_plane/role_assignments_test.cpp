#include "emulator/surfaces/control_plane/role_assignments.h"

#include <string>

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

namespace dynsessions::surfaces::control_plane {
namespace {

constexpr const char* kGroup = "/subscriptions/s/resourceGroups/g";
constexpr const char* kPoolKey =
    "/subscriptions/s/resourcegroups/g/providers/microsoft.app/sessionpools/p";
constexpr const char* kExecutor = "0fb8eba5-a2bb-4abe-b1c1-49dfad359bb0";
constexpr const char* kReader = "af61e8fc-2633-4b95-bed3-421ad6826515";

std::string guid(int number) {
  return "00000000-0000-4000-8000-00000000000" + std::to_string(number);
}

bool give(RoleAssignments& roles, const std::string& scope, const std::string& role, int number) {
  const nlohmann::json body{
      {"properties", {{"roleDefinitionId", scope + "/any/" + role}, {"principalId", "one"}}}};
  const ResourceId id{scope, std::string(kRoleAssignments), guid(number)};
  return roles.create(id, body, {}, {}).has_value();
}

TEST_CASE("a role holds at its scope and below, for its principal", "[arm]") {
  RoleAssignments roles;
  REQUIRE(give(roles, kGroup, kExecutor, 1));
  CHECK(roles.rights_on(kPoolKey, {"ONE"}).is_executor);
  CHECK_FALSE(roles.rights_on(kPoolKey, {"two"}).is_executor);
  CHECK_FALSE(roles.rights_on("/subscriptions/s/resourcegroups/g2", {"one"}).is_executor);
  roles.remove_within("/subscriptions/s/resourcegroups/g");
  CHECK_FALSE(roles.rights_on(kPoolKey, {"one"}).is_executor);
}

TEST_CASE("a role without data actions is named as the shortfall", "[arm]") {
  RoleAssignments roles;
  REQUIRE(give(roles, kGroup, kReader, 1));
  CHECK_THAT(roles.rights_on(kPoolKey, {"one"}).shortfall,
             Catch::Contains("Container Apps SessionPools Reader"));
  REQUIRE(give(roles, "/subscriptions/s", kExecutor, 2));
  CHECK(roles.rights_on(kPoolKey, {"one"}).is_executor);
}

TEST_CASE("the same role is given once", "[arm]") {
  RoleAssignments roles;
  REQUIRE(give(roles, kGroup, kExecutor, 1));
  CHECK_FALSE(give(roles, kGroup, kReader, 1));    // the same name
  CHECK_FALSE(give(roles, kGroup, kExecutor, 2));  // an assignment of the same right
  CHECK(give(roles, kGroup, kReader, 3));
}

TEST_CASE("lists reach above the scope, and below it unless asked otherwise", "[arm]") {
  RoleAssignments roles;
  REQUIRE(give(roles, "/subscriptions/s", kExecutor, 1));
  REQUIRE(give(roles, std::string(kGroup) + "/providers/X/ys/z", kExecutor, 2));
  using Reach = RoleAssignments::Reach;
  CHECK(roles.list(kGroup, Reach::inherited, "").size() == 1);
  CHECK(roles.list(kGroup, Reach::with_below, "").size() == 2);
  CHECK(roles.list(kGroup, Reach::with_below, "two").empty());
}

}  // namespace
}  // namespace dynsessions::surfaces::control_plane
